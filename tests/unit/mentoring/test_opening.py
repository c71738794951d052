import pytest

from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import (
    COMPANION,
    LEAD,
    AssignMentor,
    CloseMentorship,
    MentorAssigned,
    MentorReleased,
    MentorshipClosed,
    OpenMentorship,
    ReleaseMentor,
)
from services.mentoring.domain.progress import GoLive
from services.mentoring.domain.smooth import LibrarySmooth
from tests.support.sample_community import NOW
from tests.unit.mentoring.sample_cases import LED, LIBRARY, NOTE, OPENED, RULES, TEMPLATE, on_probation

WISH = OpenMentorship(LIBRARY, "slims", "slims-1", "sri", NOTE)
SMOOTH = LibrarySmooth(LIBRARY, "mira", "sri", 4, 2)


def test_a_library_that_wishes_it_is_accompanied_from_then_on() -> None:
    given(MENTORSHIP).when(WISH).then(OPENED)
    assert given(MENTORSHIP, OPENED).state.stage == "wanted"


def test_a_library_has_one_case_at_a_time() -> None:
    given(MENTORSHIP, OPENED).when(WISH).refused("one-mentorship-per-library")


def test_the_first_mentor_leads_and_others_go_beside() -> None:
    given(MENTORSHIP, OPENED).when(AssignMentor("budi", COMPANION)).refused("nobody-leads-yet")
    given(MENTORSHIP, OPENED).when(AssignMentor("mira", LEAD)).then(LED)
    beside = MentorAssigned(LIBRARY, "budi", COMPANION, ("mira", "budi"))
    given(MENTORSHIP, OPENED, LED).when(AssignMentor("budi", COMPANION)).then(beside)


def test_who_leads_takes_the_place_of_who_led_and_the_others_stay() -> None:
    beside = MentorAssigned(LIBRARY, "budi", COMPANION, ("mira", "budi"))
    other = MentorAssigned(LIBRARY, "tono", LEAD, ("tono", "budi"))
    given(MENTORSHIP, OPENED, LED, beside).when(AssignMentor("tono", LEAD)).then(other)
    raised = MentorAssigned(LIBRARY, "budi", LEAD, ("budi",))
    given(MENTORSHIP, OPENED, LED, beside).when(AssignMentor("budi", LEAD)).then(raised)


def test_where_the_one_who_leads_is_released_the_next_leads() -> None:
    beside = MentorAssigned(LIBRARY, "budi", COMPANION, ("mira", "budi"))
    given(MENTORSHIP, OPENED, LED, beside).when(ReleaseMentor("mira")).then(MentorReleased(LIBRARY, "mira", ("budi",)))
    given(MENTORSHIP, OPENED, LED).when(ReleaseMentor("budi")).then()


def test_the_same_mentor_twice_changes_nothing() -> None:
    given(MENTORSHIP, OPENED, LED).when(AssignMentor("mira", LEAD)).then()
    given(MENTORSHIP, OPENED, LED).when(AssignMentor("mira", COMPANION)).then()


def test_it_is_not_closed_as_smooth_before_it_is() -> None:
    given(MENTORSHIP, *on_probation()).when(CloseMentorship("smooth", "rani")).refused("not-smooth-yet")
    closed = MentorshipClosed(LIBRARY, "smooth", "rani")
    given(MENTORSHIP, *on_probation(), SMOOTH).when(CloseMentorship("smooth", "rani")).then(closed)
    given(MENTORSHIP, *on_probation(), SMOOTH, closed).when(CloseMentorship("smooth", "rani")).then()


def test_a_library_may_withdraw_at_any_stage_and_a_closed_case_takes_nothing_more() -> None:
    closed = MentorshipClosed(LIBRARY, "withdrawn", "rani")
    given(MENTORSHIP, OPENED).when(CloseMentorship("withdrawn", "rani")).then(closed)
    given(MENTORSHIP, OPENED, closed).when(AssignMentor("mira", LEAD)).refused("mentorship-closed")
    given(MENTORSHIP, OPENED, closed).when(GoLive(TEMPLATE, RULES, "mira", NOW)).refused("mentorship-closed")
    given(MENTORSHIP, OPENED, closed).when(WISH).refused("one-mentorship-per-library")


def test_what_was_never_opened_is_not_there() -> None:
    for command in (AssignMentor("mira", LEAD), CloseMentorship("moved", "rani"), ReleaseMentor("mira")):
        with pytest.raises(NotFound):
            given(MENTORSHIP).when(command)
