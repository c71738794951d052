"""How long a question may wait, counted in school days: an asker expects no answer on a Sunday or in the holidays.

Days are local days of the place where the community lives.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from services.kernel.base.local_time import local_day, utc_of
from services.mentoring.domain.rules import RulesInForce

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)


def is_school_day(day: date, rules: RulesInForce) -> bool:
    """Whether school is held on a day. Rules without any school day would let questions wait for ever, so under them every day
    that is no holiday counts.
    """
    taught = NAMES[day.weekday()] in rules.school_days or not set(rules.school_days) & set(NAMES)
    return taught and day.isoformat() not in rules.holidays


def due(asked_at: datetime, rules: RulesInForce) -> datetime:
    """The moment by which a question is to be answered: the last second of the n-th school day after the day of asking, in UTC. At
    least one day is given.
    """
    day = local_day(asked_at)
    left = max(1, rules.response_school_days)
    while left:
        day += _DAY
        left -= is_school_day(day, rules)
    return utc_of(day, _LAST_SECOND)
