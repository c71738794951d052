"""Weeks as a library counts them: Monday to Sunday where the community lives, named as ISO 8601 names them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from services.kernel.base.local_time import local_day, utc_of

WEEK = timedelta(days=7)
GRACE = timedelta(days=3)
"""How long after its end a week may still be reported: staff read Saturday's numbers by hand on Monday."""
NAME = re.compile(r"^(\d{4})-W(\d{2})$")


def monday_of(at: datetime) -> date:
    """The Monday of a moment's week."""
    day = local_day(at)
    return day - timedelta(days=day.weekday())


def first_monday(at: datetime) -> date:
    """The Monday of the first whole week: the moment's own day if that is a Monday."""
    monday = monday_of(at)
    return monday if local_day(at) == monday else monday + WEEK


def name_of(monday: date) -> str:
    """The name of the week that begins on a Monday: ``2026-W14``."""
    year, week, _ = monday.isocalendar()
    return f"{year:04d}-W{week:02d}"


def week_named(name: str) -> date:
    """The Monday of the week of that name, ``2026-W14``. Raises ``ValueError`` for any other text."""
    found = NAME.match(name)
    if found is None:
        raise ValueError(name)
    return date.fromisocalendar(int(found[1]), int(found[2]), 1)


def begin_of(monday: date) -> datetime:
    """The moment at which a week begins, in UTC."""
    return utc_of(monday, time())


def end_of(monday: date) -> datetime:
    """The moment at which the week ends, in UTC."""
    return begin_of(monday + WEEK)


def closes(monday: date) -> datetime:
    """The moment from which on the week takes no more reports, in UTC."""
    return end_of(monday) + GRACE
