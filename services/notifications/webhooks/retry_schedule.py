"""When a delivery is tried again, and when a subscription is given up. Pure; all times are machine time.

Standard Webhooks recommends the times. An endpoint is down for real minutes, so a demonstration that moves domain time by weeks
must not use up the attempts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""Before the first attempt, the second, and so on: ten attempts within about three days."""
JITTER = 0.2
MAX_WAIT = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(days=5)
THROTTLED: Mapping[int, timedelta] = dict.fromkeys((429, 502, 504), timedelta(seconds=30))
"""Statuses that ask for fewer requests, and the shortest pause after each."""
WAIT_HEEDED = (429, 502, 503, 504)
GONE = 410


def delivered(status: int) -> bool:
    """Whether the endpoint has taken the delivery: 2xx alone. A redirect is a failure and is not followed."""
    return 200 <= status < 300


def exhausted(attempts: int, failing_since: datetime, now: datetime) -> bool:
    """Whether the delivery has had all its attempts, or all its time."""
    return attempts >= len(DELAYS) or now - failing_since >= GIVEN_UP_AFTER


def wait(attempts: int, status: int | None, retry_after: str | None, now: datetime, chance: float) -> timedelta:
    """The pause after so many attempts. ``chance`` is between 0 and 1, and spreads deliveries that failed together."""
    planned = DELAYS[min(attempts, len(DELAYS) - 1)] * (1 + JITTER * (2 * chance - 1))
    least = THROTTLED.get(status or 0, timedelta())
    asked = _asked(retry_after, now) if status in WAIT_HEEDED else timedelta()
    return max(planned, least, min(asked, MAX_WAIT))


def _asked(retry_after: str | None, now: datetime) -> timedelta:
    """The pause that ``Retry-After`` asks for: seconds or a date (RFC 9110 §10.2.3); none for a header without sense."""
    if not retry_after:
        return timedelta()
    if retry_after.isascii() and retry_after.isdecimal():
        return timedelta(seconds=int(retry_after[:9]))
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, OverflowError):
        return timedelta()
    aware = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(aware - now, timedelta())
