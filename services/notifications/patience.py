"""How often and how long the sender tries, and whom it leaves alone for a while. All of it is machine time."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long, in machine time.

    ``batch`` bounds one pass, so that others get their turn. A delivery is tried ``attempts`` times, again after
    ``delay`` seconds, each time twice as long, at most ``longest``. Somebody whom members does not know yet is asked for
    ``unknown`` times. ``pause`` is the first rest when members or a channel's server does not answer, ``longest_pause`` the
    last. What is late is looked for every ``sweep`` seconds.
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
        """Seconds before members is asked again for somebody it did not know."""
        return self.unknown_delay * 2.0**attempts


@dataclass(frozen=True)
class Machine:
    """Machine time: ``now`` for what is stored, ``monotonic`` (seconds) for what is not."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic


class Rests:
    """Who is left alone for a while because they did not answer: each time longer, in machine time."""

    def __init__(self, patience: Patience, monotonic: Callable[[], float]) -> None:
        self._patience = patience
        self._monotonic = monotonic
        self._until: dict[str, float] = {}
        self._times: dict[str, int] = {}

    def resting(self, who: str) -> bool:
        """Whether it is not to be asked now."""
        return self._monotonic() < self._until.get(who, float("-inf"))

    def seconds_left(self) -> float | None:
        """The seconds until the next of those that rest may be asked again, None where nobody rests."""
        left = [until - self._monotonic() for until in self._until.values()]
        return min((seconds for seconds in left if seconds > 0), default=None)

    def rest(self, who: str, error: Exception, seconds: float | None = None) -> None:
        """Leave it alone, for as long as it asked for itself."""
        times = self._times.get(who, 0)
        pause = min(self._patience.pause * 2**times, self._patience.longest_pause)
        self._times[who] = times + 1
        self._until[who] = self._monotonic() + (seconds or pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
        log.warning("deliveries wait", extra={"waiting_for": who, "reason": str(error)})

    def answered(self, who: str) -> None:
        """It is there again."""
        self._times.pop(who, None)
