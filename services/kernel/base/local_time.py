"""Local time of the community: the rules mean days, weeks and hours in the community's time zone.

One installation serves one community, so the time zone is a setting of the installation and is the same for every rule,
event and view. The setting is read once per process. A domain may import this module: the module loads the standard
library alone, asks no clock, and gives the same answer for the same time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo


def zone_in(environment: Mapping[str, str]) -> ZoneInfo:
    """The time zone that ``JEJARING_TIME_ZONE`` names. Raises ``ValueError`` if the name is no time zone."""
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
    """An aware time in the community's time zone."""
    return at.astimezone(zone())


def local_day(at: datetime) -> date:
    """The local date of an aware time."""
    return local(at).date()


def utc_of(day: date, clock: time) -> datetime:
    """The aware time in UTC at which local clocks show ``clock`` on ``day``."""
    return datetime.combine(day, clock, zone()).astimezone(UTC)


def zone_name(at: datetime) -> str:
    """The usual name of the zone at a time: ``WIB``; an offset such as ``+05`` for a zone without a name."""
    return local(at).tzname() or ""
