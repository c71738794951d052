"""Past activities, the latest first. The service lists by ascending start, so this module requests one year after
another, from the last year back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gateway.web.visit import Visit
from gateway.words import instant

SHOWN = 50
READ_LIMIT = 100
WINDOW = timedelta(days=366)
MAX_WINDOWS = 10
MAX_PAGES = 10
"""The maximum number of pages of one year: a community with more than a thousand activities a year sees the first
thousand.
"""


async def past_activities(visit: Visit, region: str, before: str = "") -> dict[str, Any]:
    """A page of completed activities that began before a time, by default now. ``next`` is the time from which the next
    page goes on.
    """
    query = {"state": "completed", "region": region}
    first = (await visit.get_public("/v1/activities", **query, limit=1))["items"]
    if not first:
        return {"items": [], "next": None}
    oldest, edge = instant(first[0]["starts"]), _time_in_address(before) or visit.now
    found: list[Any] = []
    for _ in range(MAX_WINDOWS):
        if edge <= oldest or len(found) > SHOWN:
            break
        begin = max(edge - WINDOW, oldest)
        found = await _between(visit, query, begin, edge) + found
        edge = begin
    found.reverse()
    count = SHOWN
    while count < len(found) and found[count]["starts"] == found[count - 1]["starts"]:
        count += 1  # activities of one start stay on one page, because the next page begins before this start
    if len(found) > count:
        return {"items": found[:count], "next": found[count - 1]["starts"]}
    return {"items": found, "next": edge.isoformat() if edge > oldest else None}


async def _between(visit: Visit, query: dict[str, str], begin: datetime, end: datetime) -> list[Any]:
    found: list[Any] = []
    after = None
    for _ in range(MAX_PAGES):
        asked = {**query, "from": begin.isoformat(), "limit": READ_LIMIT, "after": after}
        page = await visit.get_public("/v1/activities", **asked)
        found += [item for item in page["items"] if begin <= instant(item["starts"]) < end]
        after = page.get("next")
        if not after or instant(page["items"][-1]["starts"]) >= end:
            break
    return found


def _time_in_address(text: str) -> datetime | None:
    """A time in an address; None for any other text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
