"""Wakes the readers of a log the moment something is appended in this process."""

from __future__ import annotations

import threading


class Bell:
    """Any number wait, one ring wakes all. A ring while nobody waits is remembered by each who comes before the next."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wake all who wait."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def heard(self) -> int:
        """How often it has rung: pass it to ``wait`` so that no ring in between is missed."""
        return self._rings

    def wait(self, heard: int, seconds: float) -> None:
        """Until it has rung more often than ``heard``, or for so many seconds."""
        with self._condition:
            if self._rings <= heard:
                self._condition.wait(seconds)
