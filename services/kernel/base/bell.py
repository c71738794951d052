"""Wakes the readers of a log as soon as this process appends an entry."""

from __future__ import annotations

import threading


class Bell:
    """Wakes all threads that wait for new entries.

    Pass the count from ``heard()`` to ``wait()``, so that a ring between the two calls is not missed.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        """Wake all waiting threads."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def heard(self) -> int:
        """The number of rings so far, to be passed to ``wait``."""
        return self._rings

    def wait(self, heard: int, seconds: float) -> None:
        """Wait until the bell has rung more than ``heard`` times, at most ``seconds``."""
        with self._condition:
            if self._rings <= heard:
                self._condition.wait(seconds)
