"""How often and how long the sender tries, in machine time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """All times are seconds of machine time.

    ``batch``: deliveries in one pass, so that others get their turn. ``attempts``: how often a delivery is tried, for the
    second time after ``delay``, then after twice as long each time, at most after ``longest``. ``unknown``: how often members
    is asked for a person it does not know yet, the second time after ``unknown_delay``. ``pause`` and ``longest_pause``: how
    long members or a channel's server is left alone when it does not answer, at first and at most. ``sweep``: the least time
    between two looks for deliveries that expire.
    """

    batch: int = 25
    attempts: int = 10
    delay: float = 15.0
    longest: float = 1800.0
    unknown: int = 6
    unknown_delay: float = 1.0
    pause: float = 0.5
    longest_pause: float = 15.0
    sweep: float = 1.0

    def retry_delay(self, attempts: int) -> float:
        """Seconds before a delivery is tried again after so many attempts."""
        return min(self.delay * 2.0**attempts, self.longest)

    def unknown_retry_delay(self, attempts: int) -> float:
        """Seconds before members is asked again for a person it did not know."""
        return self.unknown_delay * 2.0**attempts
