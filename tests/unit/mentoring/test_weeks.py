from datetime import UTC, date, datetime, timedelta

import pytest

from services.kernel.declare.process import DeadlinePassed, Dispatch
from services.mentoring.domain.evidence import CloseWeek
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.weeks import WEEK, begin_of, closes, end_of, first_monday, monday_of
from services.mentoring.processes.probation import PROBATION
from tests.support.zones import SUMMER_TIME, living_in
from tests.unit.mentoring.sample_events import recorded

SPRING, AUTUMN = date(2026, 3, 2), date(2026, 10, 26)
"""The Mondays of the weeks in which the clocks change."""


def test_a_week_begins_with_monday_where_the_community_lives() -> None:
    sunday_in_utc = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
    assert monday_of(sunday_in_utc) == SPRING
    with living_in(SUMMER_TIME):
        assert monday_of(sunday_in_utc) == SPRING - WEEK
        assert first_monday(sunday_in_utc) == SPRING


@pytest.mark.parametrize(("monday", "hours"), [(SPRING, 167), (AUTUMN, 169)])
def test_a_week_with_a_clock_change_is_closed_under_its_own_monday(monday: date, hours: int) -> None:
    with living_in(SUMMER_TIME):
        assert end_of(monday) - begin_of(monday) == timedelta(hours=hours)
        passed = DeadlinePassed("probation", "m", "week", closes(monday))
        reaction = PROBATION.reaction({}, recorded("deadlines-probation-m", passed, at=closes(monday)))
        assert reaction.commands == [Dispatch(MENTORSHIP, "m", CloseWeek(monday))]
        assert reaction.deadlines == {"week": closes(monday + WEEK)}
