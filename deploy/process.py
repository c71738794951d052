"""One program of the stack in its own process, known by its pid and ended only by that pid."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.errors import CommandError, DeadlinePassed, from_os_error
from deploy.waiting import allowed, wait_until

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Program:
    """How to start a program, and how to see that it is ready.

    `environment` is added to this process's environment; `without` names variables that the program must not inherit.
    `ready` may be called at any time after the start and returns within a second. `stop_within` is the time in seconds
    from SIGTERM to SIGKILL. The supervisor kills a program that was not ready for `silent_within` seconds.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    ready: Callable[[], bool] = _always
    ready_within: float = 30.0
    stop_within: float = 10.0
    silent_within: float = 60.0


class Process:
    """A running `Program`, in its own process group: Ctrl-C at the terminal reaches only the parent, which stops the
    program.

    On Linux the program is killed when the *thread* that started it ends, for whatever reason; start it from a thread
    that lives on.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The pid of the program itself (0 before the first start)."""
        return self._child.pid if self._child else 0

    @property
    def alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        """Start the program and append its output to its log. Does not wait; see `wait_ready`."""
        if self.alive:
            return
        program = self.program
        environment = {name: value for name, value in os.environ.items() if name not in program.without}
        environment.update(program.environment)
        try:
            program.log.parent.mkdir(parents=True, exist_ok=True)
            with program.log.open("ab") as log:
                self._child = subprocess.Popen(
                    program.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    process_group=0,
                    preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - it calls nothing but prctl and getppid
                )
        except FileNotFoundError as error:
            message = f"{program.name} cannot start: {program.argv[0]} is not installed."
            raise CommandError(message) from error
        except OSError as error:
            raise from_os_error(error, f"starting {program.name}") from error

    def wait_ready(self) -> None:
        """Return when the program is ready. Raises `CommandError`, with the program's last words, if it dies or is too
        slow.
        """
        name = self.program.name

        def ready_or_dead() -> bool:
            return not self.alive or self.program.ready()

        try:
            wait_until(ready_or_dead, self.program.ready_within, f"{name} to be ready")
        except DeadlinePassed as error:
            message = f"{name} was not ready within {allowed(self.program.ready_within):g} s{self._last_words()}"
            raise CommandError(message) from error
        if not self.alive:
            message = f"{name} stopped while starting (exit code {self.exit_code}){self._last_words()}"
            raise CommandError(message)

    def stop(self) -> None:
        """Send SIGTERM, and SIGKILL after `stop_within`. Children that the program left behind are killed too."""
        if not self.alive or self._child is None:
            return
        pid = self._child.pid
        self._child.terminate()
        with contextlib.suppress(DeadlinePassed):
            wait_until(lambda: _has_ended(pid), self.program.stop_within, f"{self.program.name} to end", 0.02)
        self._end(self._child)

    def kill(self) -> None:
        """Send SIGKILL, as in a crash. Returns when the process is gone."""
        if self.alive and self._child is not None:
            self._end(self._child)

    def _end(self, child: "subprocess.Popen[bytes]") -> None:
        # Until the process is waited for, no other process gets its number, and its group holds only its children.
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        child.wait(10)

    def _last_words(self) -> str:
        try:
            lines = [line for line in self.program.log.read_text("utf-8", "replace").splitlines() if line.strip()]
        except OSError:
            return "."
        return f": {lines[-1].strip()[:300]} (all of it in {self.program.log})" if lines else "."


def _has_ended(pid: int) -> bool:
    """Whether the child `pid` is dead. The child stays a zombie, so that its number is not given to another process."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
    except ChildProcessError:  # another thread waited for the process
        return True


def _die_with(parent: int) -> Callable[[], None] | None:
    """A function that a child calls before it becomes the program: the kernel shall kill the child when its parent is
    gone.
    """
    libc = _libc
    if libc is None:
        return None

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended between fork and this line
            os._exit(1)

    return in_child
