"""When a delivery is tried again, and when a subscription is given up. Pure; all of it is machine time.

The times are those that Standard Webhooks recommends. An endpoint is a machine that is down for real minutes: a
demonstration that moves domain time by weeks must not use up its chances.
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
LONGEST_WAIT = timedelta(hours=24)
GIVEN_UP_AFTER = timedelta(days=5)
THROTTLED: Mapping[int, timedelta] = dict.fromkeys((429, 502, 504), timedelta(seconds=30))
"""Answers that ask for less: at least so long nothing is sent."""
WAIT_HEEDED = (429, 502, 503, 504)
GONE = 410


def delivered(status: int) -> bool:
    """Whether the endpoint has it: 2xx and nothing else; a redirect is a failure and is followed nowhere."""
    return 200 <= status < 300


def exhausted(attempts: int, failing_since: datetime, now: datetime) -> bool:
    """Whether so many attempts were enough."""
    return attempts >= len(DELAYS) or now - failing_since >= GIVEN_UP_AFTER


def wait(attempts: int, status: int | None, retry_after: str | None, now: datetime, chance: float) -> timedelta:
    """How long to wait after so many attempts. ``chance`` is between 0 and 1 and spreads those that failed together."""
    planned = DELAYS[min(attempts, len(DELAYS) - 1)] * (1 + JITTER * (2 * chance - 1))
    least = THROTTLED.get(status or 0, timedelta())
    asked = _asked(retry_after, now) if status in WAIT_HEEDED else timedelta()
    return max(planned, least, min(asked, LONGEST_WAIT))


def _asked(retry_after: str | None, now: datetime) -> timedelta:
    """What ``Retry-After`` asks for: seconds or a date (RFC 9110 §10.2.3); nothing where it makes no sense."""
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
