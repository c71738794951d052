"""The sender's attempts, retries and pauses, in machine time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """All times are seconds of machine time.

    ``batch``: deliveries in one pass. ``attempts``: attempts for a delivery, the second after ``delay``, then after twice as long
    each time, at most after ``longest``. ``unknown``: requests to members for an unknown person, the second after
    ``unknown_delay``. ``pause`` and ``longest_pause``: the first and the longest pause after members or a channel's server did
    not answer. ``sweep``: the least time between two searches for expired deliveries.
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
        """Seconds before members is asked again for an unknown person."""
        return self.unknown_delay * 2.0**attempts
