"""Pauses between attempts: they double up to a bound and jitter, so that many who wait do not come back at once."""

from __future__ import annotations

import random


def jittered(seconds: float, low: float = 0.5, high: float = 1.0) -> float:
    """``seconds`` times a random factor between ``low`` and ``high``."""
    return seconds * random.uniform(low, high)  # noqa: S311 - jitter, not a secret


class Backoff:
    """The pauses of one series of attempts: from ``first`` seconds, doubling up to ``longest``, each jittered."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def next(self) -> float:
        """The seconds to wait before the next attempt."""
        pause, self._next = self._next, min(self._next * 2, self._longest)
        return jittered(pause)

    def reset(self) -> None:
        """Begin again with the first pause, after a success."""
        self._next = self._first
