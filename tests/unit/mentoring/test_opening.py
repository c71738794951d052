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
from services.mentoring.domain.smooth import LibrarySmooth
from services.mentoring.domain.stages import GoLive
from tests.support.sample_community import NOW
from tests.unit.mentoring.sample_cases import LED, LIBRARY, NOTE, OPENED, RULES, TEMPLATE, on_probation

WISH = OpenMentorship(LIBRARY, "slims", "slims-1", "sri", NOTE)
SMOOTH = LibrarySmooth(LIBRARY, "mira", "sri", 4, 2)


def test_a_wish_opens_a_case_at_the_stage_wanted() -> None:
    given(MENTORSHIP).when(WISH).then(OPENED)
    assert given(MENTORSHIP, OPENED).state.stage == "wanted"


def test_a_library_has_one_case_at_a_time() -> None:
    given(MENTORSHIP, OPENED).when(WISH).refused("one-mentorship-per-library")


def test_the_first_mentor_leads_and_others_go_beside() -> None:
    given(MENTORSHIP, OPENED).when(AssignMentor("budi", COMPANION)).refused("nobody-leads-yet")
    given(MENTORSHIP, OPENED).when(AssignMentor("mira", LEAD)).then(LED)
    beside = MentorAssigned(LIBRARY, "budi", COMPANION, ("mira", "budi"))
    given(MENTORSHIP, OPENED, LED).when(AssignMentor("budi", COMPANION)).then(beside)


def test_a_new_lead_replaces_the_former_and_co_mentors_stay() -> None:
    beside = MentorAssigned(LIBRARY, "budi", COMPANION, ("mira", "budi"))
    other = MentorAssigned(LIBRARY, "tono", LEAD, ("tono", "budi"))
    given(MENTORSHIP, OPENED, LED, beside).when(AssignMentor("tono", LEAD)).then(other)
    raised = MentorAssigned(LIBRARY, "budi", LEAD, ("budi",))
    given(MENTORSHIP, OPENED, LED, beside).when(AssignMentor("budi", LEAD)).then(raised)


def test_when_the_lead_is_released_the_next_mentor_leads() -> None:
    beside = MentorAssigned(LIBRARY, "budi", COMPANION, ("mira", "budi"))
    given(MENTORSHIP, OPENED, LED, beside).when(ReleaseMentor("mira")).then(MentorReleased(LIBRARY, "mira", ("budi",)))
    given(MENTORSHIP, OPENED, LED).when(ReleaseMentor("budi")).then()


def test_the_same_mentor_twice_changes_nothing() -> None:
    given(MENTORSHIP, OPENED, LED).when(AssignMentor("mira", LEAD)).then()
    given(MENTORSHIP, OPENED, LED).when(AssignMentor("mira", COMPANION)).then()


def test_a_case_is_closed_as_smooth_only_at_the_stage_smooth() -> None:
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


def test_a_command_on_a_case_never_opened_is_not_found() -> None:
    for command in (AssignMentor("mira", LEAD), CloseMentorship("moved", "rani"), ReleaseMentor("mira")):
        with pytest.raises(NotFound):
            given(MENTORSHIP).when(command)
