"""What still lies ahead. An activity does until it ends: while it runs people look for it, and for its code word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

LONGEST = timedelta(days=3)
"""How far back what has begun may still be running; the services know only when something starts."""
WITHOUT_END = timedelta(hours=24)
ACTIVITIES_LIMIT = 50
"""How many to ask for where only a few are shown: what has ended since ``LONGEST`` stands before them."""


def is_upcoming(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether it has not ended; 24 hours after its start where nobody tells its end. What has no time is not ahead."""
    if item.get("ends"):
        return datetime.fromisoformat(item["ends"]) > now
    return bool(item.get("starts")) and datetime.fromisoformat(item["starts"]) + WITHOUT_END > now


def earliest_start(now: datetime) -> str:
    """From which start on to ask, so that what still runs is among it.

    To the minute, so that everybody who asks within it asks the same and the cache can answer.
    """
    return (now - LONGEST).replace(second=0, microsecond=0).isoformat()


def next_upcoming(items: Iterable[Mapping[str, Any]], now: datetime, count: int) -> list[Mapping[str, Any]]:
    """The next ``count`` of what was asked ``earliest_start`` on."""
    return [item for item in items if is_upcoming(item, now)][:count]
