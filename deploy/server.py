"""A server that we start as a process of its own, may kill, and start again where it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from deploy.process import Process, Program


class Server:
    """What all of them have. Its program's ports and folder stay the same, so `start` after `kill` brings it back."""

    def __init__(self, program: Program) -> None:
        self._process = Process(program)

    def start(self) -> None:
        """Start it (again), with what it had, and return when it answers."""
        self._process.start()
        self._process.wait_ready()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL when it does not end within its time."""
        self._process.stop()

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self._process.kill()

    @property
    def alive(self) -> bool:
        return self._process.alive

    @property
    def pid(self) -> int:
        return self._process.pid

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Started, and stopped in the end whatever happens."""
        try:
            self.start()
            yield self
        finally:
            self.stop()
