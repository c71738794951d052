"""Keeps a few programs running: starts them in order, restarts a dead program, and stops only its own programs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.errors import CommandError
from deploy.process import Process, Program
from deploy.waiting import allowed
from services.kernel.base.pause import jittered

LOOK_EVERY_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.2
MAX_PAUSE_SECONDS = 60.0
MAX_RESTARTS = 20
ASK_EVERY_SECONDS = 5.0
STEADY_AFTER_SECONDS = 30.0


@dataclass
class _Charge:
    process: Process
    pause: float = FIRST_PAUSE_SECONDS  # before the next restart; doubles while the program keeps dying
    restarts: int = 0  # since the program last ran steadily
    given_up: bool = False
    due: float | None = None  # when to restart, machine time; None while the program runs
    since: float = field(default_factory=time.monotonic)  # the last start
    starting: bool = False  # started again, and not ready yet
    answered: float = field(default_factory=time.monotonic)  # when the program was last ready, or started
    ask_at: float = 0.0

    @property
    def patience(self) -> float:
        """How many seconds the program may be silent."""
        program = self.process.program
        return allowed(program.ready_within if self.starting else program.silent_within)


class Supervisor:
    """`start` starts programs in the order of their dependencies; `stop` ends them in reverse order.

    A program that dies later is started again, in the background, after a jittered pause that doubles from 0.2 s to
    60 s while the program keeps dying. A program that runs and does not answer (`Program.ready`) within its
    `silent_within` is killed and started again, and so is a restarted program that is not ready in time. After
    `MAX_RESTARTS` restarts without a steady half minute a program is given up. `report` gets one sentence for each.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._charges: list[_Charge] = []
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._keep_running, name="supervisor", daemon=True)

    def start(self, *programs: Program) -> None:
        """Start these programs side by side and return when all are ready.

        Raises `CommandError` if a program is not ready: all programs of this call are then stopped, earlier programs
        keep running.
        """
        processes = [Process(program) for program in programs]
        try:
            for process in processes:
                process.start()
            for process in processes:
                process.wait_ready()
        except BaseException:  # Ctrl-C too
            for process in reversed(processes):
                process.stop()
            raise
        with self._lock:
            self._charges.extend(_Charge(process) for process in processes)
        if not self._watch.is_alive():
            self._watch.start()

    def pid(self, name: str) -> int:
        """The present pid of the program with this name."""
        with self._lock:
            return self._named(name).process.pid

    def alive(self, name: str) -> bool:
        with self._lock:
            return self._named(name).process.alive

    def stop(self) -> None:
        """Stop all programs, the last first. A second call does nothing."""
        self._end(Process.stop)

    def kill(self) -> None:
        """Kill all programs, without giving them time to clean up."""
        self._end(Process.kill)

    def _end(self, end: Callable[[Process], None]) -> None:
        self._ending.set()
        with self._lock:
            for charge in reversed(self._charges):
                end(charge.process)
            self._charges.clear()
        self._ended.set()

    def _named(self, name: str) -> _Charge:
        return next(charge for charge in self._charges if charge.process.program.name == name)

    def _keep_running(self) -> None:
        while not self._ending.wait(LOOK_EVERY_SECONDS):
            with self._lock:
                charges = list(self._charges)
            for charge in charges:
                answers = self._asked(charge)  # without the lock, because a hanging program costs a second
                with self._lock:
                    if not self._ending.is_set():
                        self._look_at(charge, time.monotonic(), answers)
        # The kernel kills a child when the thread that started it ends (see Process), so this thread must outlive the stop.
        self._ended.wait()

    def _asked(self, charge: _Charge) -> bool | None:
        """Whether the program is ready; None if it does not run, or was asked a moment ago."""
        now = time.monotonic()
        if not charge.process.alive or now < charge.ask_at:
            return None
        answers = charge.process.program.ready()
        charge.ask_at = time.monotonic() + (LOOK_EVERY_SECONDS if charge.starting else ASK_EVERY_SECONDS)
        return answers

    def _look_at(self, charge: _Charge, now: float, answers: bool | None) -> None:
        process, name = charge.process, charge.process.program.name
        if charge.given_up:
            return
        if not process.alive:
            if charge.due is None:
                self._restart_later(charge, now, f"{name} stopped (exit code {process.exit_code})")
            elif now >= charge.due:
                self._restart(charge, now)
        elif answers:
            charge.starting, charge.answered = False, now
            if now - charge.since > STEADY_AFTER_SECONDS:
                charge.pause, charge.restarts = FIRST_PAUSE_SECONDS, 0
        elif answers is False and now - charge.answered > charge.patience:
            process.kill()
            trouble = "was not ready in time" if charge.starting else "does not answer any more"
            self._restart_later(charge, now, f"{name} {trouble} and was killed")

    def _restart_later(self, charge: _Charge, now: float, trouble: str) -> None:
        if charge.restarts >= MAX_RESTARTS:
            charge.given_up = True
            self._report(f"{trouble}; it was started {MAX_RESTARTS} times in vain and is given up.")
            return
        self._report(f"{trouble}; it is started again.")
        charge.due = now + jittered(charge.pause)
        charge.pause = min(charge.pause * 2, MAX_PAUSE_SECONDS)
        charge.restarts += 1

    def _restart(self, charge: _Charge, now: float) -> None:
        try:
            charge.process.start()
        except CommandError as error:
            self._restart_later(charge, now, str(error).removesuffix("."))
        else:
            charge.due, charge.starting = None, True
            charge.since = charge.answered = now
            charge.ask_at = now
