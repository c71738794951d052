"""Keeps a few programs running: starts them in order, restarts a dead program, and stops only its own programs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.errors import CommandError
from deploy.process import Process, Program

LOOK_EVERY_SECONDS = 0.1
FIRST_PAUSE_SECONDS = 0.2
MAX_PAUSE_SECONDS = 5.0
STEADY_AFTER_SECONDS = 30.0


@dataclass
class _Charge:
    process: Process
    pause: float = FIRST_PAUSE_SECONDS  # before the next restart; doubles while the program keeps dying
    due: float | None = None  # when to restart, machine time; None while the program runs
    since: float = field(default_factory=time.monotonic)


class Supervisor:
    """`start` starts programs in the order of their dependencies; `stop` ends them in reverse order.

    A program that dies later is started again, in the background, after a pause that doubles from 0.2 s to 5 s while
    the program keeps dying. The supervisor never gives up, because a needed server may come back. `report` gets one
    sentence for each restart.
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
                for charge in self._charges:
                    self._look_at(charge, time.monotonic())
        # The kernel kills a child when the thread that started it ends (see Process), so this thread must outlive the stop.
        self._ended.wait()

    def _look_at(self, charge: _Charge, now: float) -> None:
        name = charge.process.program.name
        if charge.process.alive:
            if now - charge.since > STEADY_AFTER_SECONDS:
                charge.pause = FIRST_PAUSE_SECONDS
        elif charge.due is None:
            self._report(f"{name} stopped (exit code {charge.process.exit_code}); it is started again.")
            charge.due = now + charge.pause
            charge.pause = min(charge.pause * 2, MAX_PAUSE_SECONDS)
        elif now >= charge.due:
            try:
                charge.process.start()
            except CommandError as error:
                self._report(str(error))
                charge.due = now + charge.pause
                charge.pause = min(charge.pause * 2, MAX_PAUSE_SECONDS)
            else:
                charge.due, charge.since = None, now
