"""Which activities are upcoming. An activity is upcoming until it ends, because people look for a running activity and
its code word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

MAX_DURATION = timedelta(days=3)
"""How long ago a running activity may have started. The services can only filter by the start."""
WITHOUT_END = timedelta(hours=24)
ACTIVITIES_LIMIT = 50
"""How many activities to request when only a few are shown. Activities that started after ``earliest_start`` and have
ended come first.
"""


def is_upcoming(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether the activity has not ended. Without a known end, an activity ends 24 hours after its start; without a
    start, it is not upcoming.
    """
    if item.get("ends"):
        return datetime.fromisoformat(item["ends"]) > now
    return bool(item.get("starts")) and datetime.fromisoformat(item["starts"]) + WITHOUT_END > now


def earliest_start(now: datetime) -> str:
    """The start from which to request activities, so that running activities are included.

    The time is rounded down to the minute, so everybody's requests within a minute are equal and the cache can answer.
    """
    return (now - MAX_DURATION).replace(second=0, microsecond=0).isoformat()


def next_upcoming(items: Iterable[Mapping[str, Any]], now: datetime, count: int) -> list[Mapping[str, Any]]:
    """The first ``count`` upcoming activities of a list requested from ``earliest_start`` on."""
    return [item for item in items if is_upcoming(item, now)][:count]
