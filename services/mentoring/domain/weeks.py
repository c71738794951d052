"""Weeks as a library counts them: Monday to Sunday where the community lives, named as ISO 8601 names them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from services.kernel.base.local_time import local_day, utc_of

WEEK = timedelta(days=7)
GRACE = timedelta(days=3)
"""How long after its end a week may still be reported: the numbers of Saturday are read on Monday, by hand."""
NAME = re.compile(r"^(\d{4})-W(\d{2})$")


def monday_of(at: datetime) -> date:
    """The Monday of the week in which a moment lies."""
    day = local_day(at)
    return day - timedelta(days=day.weekday())


def first_monday(at: datetime) -> date:
    """The Monday with which the first whole week begins, that day's own week if the moment is on a Monday."""
    monday = monday_of(at)
    return monday if local_day(at) == monday else monday + WEEK


def name_of(monday: date) -> str:
    """``2026-W14`` of its Monday."""
    year, week, _ = monday.isocalendar()
    return f"{year:04d}-W{week:02d}"


def week_named(name: str) -> date:
    """The Monday of ``2026-W14``. Raises ``ValueError`` for what names no week."""
    found = NAME.match(name)
    if found is None:
        raise ValueError(name)
    return date.fromisocalendar(int(found[1]), int(found[2]), 1)


def begin_of(monday: date) -> datetime:
    """The moment at which a week begins, in UTC."""
    return utc_of(monday, time())


def end_of(monday: date) -> datetime:
    """The moment at which it ends, in UTC."""
    return begin_of(monday + WEEK)


def closes(monday: date) -> datetime:
    """The moment from which on nothing is reported for it any more, in UTC."""
    return end_of(monday) + GRACE
