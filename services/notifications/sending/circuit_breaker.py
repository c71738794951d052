"""Pauses calls to members or to a channel's server after a failure."""

from __future__ import annotations

import logging
from collections.abc import Callable

from services.kernel.base.pause import jittered
from services.notifications.sending.retry_policy import RetryPolicy

log = logging.getLogger(__name__)


class CircuitBreaker:
    """One circuit for each name. A circuit stays open longer each time it trips without a success in between. Machine time."""

    def __init__(self, policy: RetryPolicy, monotonic: Callable[[], float]) -> None:
        self._policy = policy
        self._monotonic = monotonic
        self._until: dict[str, float] = {}
        self._trips: dict[str, int] = {}

    def is_open(self, name: str) -> bool:
        """Whether calls to ``name`` pause now."""
        return self._monotonic() < self._until.get(name, float("-inf"))

    def seconds_until_next_try(self) -> float | None:
        """The seconds until the first open circuit may be tried again, None without an open circuit."""
        left = [until - self._monotonic() for until in self._until.values()]
        return min((seconds for seconds in left if seconds > 0), default=None)

    def trip(self, name: str, error: Exception, seconds: float | None = None) -> None:
        """Pause calls to ``name`` for ``seconds``, or for the pause of the policy."""
        trips = self._trips.get(name, 0)
        pause = min(self._policy.pause * 2**trips, self._policy.longest_pause)
        self._trips[name] = trips + 1
        self._until[name] = self._monotonic() + (seconds or jittered(pause))
        log.warning("deliveries wait", extra={"waiting_for": name, "reason": str(error)})

    def reset(self, name: str) -> None:
        """Record an answer of ``name``: its next pause is the shortest again."""
        self._trips.pop(name, None)
