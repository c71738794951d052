from services.kernel.declare.process import Dispatch
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import LEAD, MentorAssigned, ReleaseMentor
from services.mentoring.processes.team import TEAM
from tests.support.sample_community import KEDIRI
from tests.unit.mentoring.sample_cases import LED, LIBRARY
from tests.unit.mentoring.sample_events import heard, recorded

ERASED = heard("member-erased", {"person": "mira", "ids": ["mira", "guest-1"]})
RELEASED = [Dispatch(MENTORSHIP, "m", ReleaseMentor("mira"))]


def test_an_erased_mentor_is_released_from_every_case() -> None:
    assigned = recorded("mentorship-m", LED)
    assert TEAM.concerned(ERASED) == ["mira", "guest-1"]
    assert TEAM.concerned(assigned) == ["mira"]
    assert not TEAM.concerned(heard("office-vacated", {"office": "mentor", "region": KEDIRI, "person": "mira"}))
    state = TEAM.reaction({}, assigned).state
    assert TEAM.reaction(state, ERASED).commands == RELEASED


def test_the_erasure_may_be_heard_before_the_assignment() -> None:
    state = TEAM.reaction({}, ERASED).state
    assert (
        TEAM.reaction(state, recorded("mentorship-m", MentorAssigned(LIBRARY, "mira", LEAD, ("mira",)))).commands
        == RELEASED
    )
