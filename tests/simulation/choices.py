"""The decisions of one schedule: drawn from a seed, or played back from a list.

Each decision is a small number, and 0 is always the harmless choice: no fault, the task that has waited longest. So a
schedule is shrunk by setting decisions to 0 (``shrink``).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence


class Choices:
    """Draws decisions. ``taken`` lists all decisions so far; a list in the same form can be played back."""

    def __init__(self, seed: int = 0, replay: Sequence[int] | None = None) -> None:
        self.taken: list[int] = []
        self._random = random.Random(seed)
        self._replay = replay

    def pick(self, count: int) -> int:
        """A number below ``count``."""
        if count <= 1:
            return 0
        return self._take(count, lambda: int(self._random.random() * count))

    def rarely(self, rate: float, count: int) -> int:
        """0 mostly; with the probability ``rate`` a number from 1 to ``count``."""
        if rate <= 0:
            return 0

        def draw() -> int:
            return 1 + int(self._random.random() * count) if self._random.random() < rate else 0

        return self._take(count + 1, draw)

    def _take(self, count: int, draw: Callable[[], int]) -> int:
        if self._replay is None:
            value = draw()
        else:
            place = len(self.taken)
            value = min(self._replay[place], count - 1) if place < len(self._replay) else 0
        self.taken.append(value)
        return value


def shrink(decisions: Sequence[int], fails: Callable[[Sequence[int]], bool], attempts: int = 400) -> list[int]:
    """A failing list of decisions with fewer decisions that are not 0.

    ``fails`` says whether a list still breaks the same promise. Sets ever smaller stretches of the list to 0; ends after
    ``attempts`` trials.
    """
    best = list(decisions)
    length = len(best)
    while length >= 1:
        start, improved = 0, False
        while start < len(best):
            stretch = best[start : start + length]
            if any(stretch):
                if attempts <= 0:
                    return _trimmed(best)
                attempts -= 1
                tried = best[:start] + [0] * len(stretch) + best[start + length :]
                if fails(tried):
                    best, improved = tried, True
            start += length
        if not improved or length > 1:
            length //= 2
    return _trimmed(best)


def _trimmed(decisions: list[int]) -> list[int]:
    while decisions and decisions[-1] == 0:
        decisions.pop()
    return decisions
