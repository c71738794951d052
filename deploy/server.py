"""A server in its own process, which may be killed and started again with the same data."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from deploy.process import Process, Program


class Server:
    """The common part of all servers. The ports and the folder stay the same, so `start` after `kill` brings the server
    back.
    """

    def __init__(self, program: Program) -> None:
        self._process = Process(program)

    def start(self) -> None:
        """Start the server (again) with its data, and return when it answers."""
        self._process.start()
        self._process.wait_ready()

    def stop(self) -> None:
        """Send SIGTERM, and SIGKILL if the server does not end in time."""
        self._process.stop()

    def kill(self) -> None:
        """Send SIGKILL, as in a crash."""
        self._process.kill()

    @property
    def alive(self) -> bool:
        return self._process.alive

    @property
    def pid(self) -> int:
        return self._process.pid

    @contextmanager
    def running(self) -> Iterator[Self]:
        """Start the server, and stop it at the end of the block in any case."""
        try:
            self.start()
            yield self
        finally:
            self.stop()
