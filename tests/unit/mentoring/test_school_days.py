from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from services.kernel.base.local_time import local, local_day
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.domain.school_days import NAMES, due, is_school_day
from tests.support.sample_community import NOW

RULES = RulesInForce()
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware
HOLIDAYS = st.lists(st.dates(datetime(2020, 1, 1).date(), datetime(2040, 1, 1).date()), max_size=12)  # noqa: DTZ001
RULINGS = st.builds(
    lambda days, taught, off: RulesInForce(1, days, tuple(taught), tuple(sorted(day.isoformat() for day in off))),
    st.integers(0, 12),
    st.sets(st.sampled_from(NAMES)),
    HOLIDAYS,
)


def shown(at: datetime) -> str:
    return local(at).isoformat()


@pytest.mark.parametrize(
    ("asked", "by"),
    [
        ("2026-03-02T08:00+07:00", "2026-03-04T23:59:59+07:00"),  # Monday: Wednesday's end
        ("2026-03-05T23:59+07:00", "2026-03-09T23:59:59+07:00"),  # Thursday: Friday, then Monday
        ("2026-03-06T08:00+07:00", "2026-03-10T23:59:59+07:00"),  # Friday: Monday, Tuesday
        ("2026-03-07T08:00+07:00", "2026-03-10T23:59:59+07:00"),  # Saturday: the same
        ("2026-03-01T18:00+00:00", "2026-03-04T23:59:59+07:00"),  # Sunday in London is Monday in Kediri
    ],
)
def test_an_answer_is_due_two_school_days_after_the_day_of_the_question(asked: str, by: str) -> None:
    assert shown(due(datetime.fromisoformat(asked), RULES)) == by


def test_holidays_are_not_counted() -> None:
    holidays = RulesInForce(holidays=("2026-03-03", "2026-03-04"))
    assert shown(due(NOW, holidays)) == "2026-03-06T23:59:59+07:00"


def test_a_school_that_teaches_on_saturdays_counts_them() -> None:
    six = RulesInForce(school_days=(*RULES.school_days, "sat"))
    assert shown(due(datetime.fromisoformat("2026-03-06T08:00+07:00"), six)) == "2026-03-09T23:59:59+07:00"


@given_any(MOMENTS, RULINGS)
def test_due_is_always_exactly_the_ruled_number_of_school_days_later(asked: datetime, rules: RulesInForce) -> None:
    by = due(asked, rules)
    first, last = local_day(asked), local_day(by)
    between = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert by > asked
    assert sum(is_school_day(day, rules) for day in between) == max(1, rules.response_school_days)
    assert is_school_day(between[-1], rules)


@given_any(MOMENTS, st.timedeltas(timedelta(), timedelta(days=30)), RULINGS)
def test_a_later_question_is_never_due_earlier(asked: datetime, later: timedelta, rules: RulesInForce) -> None:
    assert due(asked, rules) <= due(asked + later, rules)
