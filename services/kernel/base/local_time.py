"""Local time where the community lives: the days, weeks and hours of its rules are meant there.

One installation serves one community, so the time zone is a setting of the installation and the same for every rule,
event and view. It is read once a process. A domain may import this module: it loads the standard library alone, asks no
clock, and answers the same for the same time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo


def zone_in(environment: Mapping[str, str]) -> ZoneInfo:
    """The time zone that ``JEJARING_TIME_ZONE`` names. Raises ``ValueError`` for a name that is no time zone."""
    name = environment.get("JEJARING_TIME_ZONE", "Asia/Jakarta")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        message = f"JEJARING_TIME_ZONE must name a time zone like Asia/Jakarta, not {name!r}"
        raise ValueError(message) from error


@cache
def zone() -> ZoneInfo:
    """The community's time zone. Raises ``ValueError`` as ``zone_in`` does."""
    return zone_in(os.environ)


def local(at: datetime) -> datetime:
    """An aware time as the community's clocks show it."""
    return at.astimezone(zone())


def local_day(at: datetime) -> date:
    """The day that it is there at an aware time."""
    return local(at).date()


def utc_of(day: date, clock: time) -> datetime:
    """The aware time in UTC at which the clocks there show ``clock`` on ``day``."""
    return datetime.combine(day, clock, zone()).astimezone(UTC)


def zone_name(at: datetime) -> str:
    """What people call the zone at a time: ``WIB``; an offset like ``+05`` where it has no name."""
    return local(at).tzname() or ""
