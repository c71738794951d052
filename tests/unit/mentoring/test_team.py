from services.kernel.declare.process import Issue
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import COMPANION, LEAD, MentorAssigned, ReleaseMentor
from services.mentoring.processes.team import TEAM
from tests.unit.mentoring.accompanied import opened, register
from tests.unit.mentoring.acts import heard, recorded
from tests.unit.mentoring.cases import LED, LIBRARY
from tests.unit.mentoring.stage import KEDIRI, RANI, Stage

ERASED = heard("member-erased", {"person": "mira", "ids": ["mira", "guest-1"]})
RELEASED = [Issue(MENTORSHIP, "m", ReleaseMentor("mira"))]


def test_whoever_is_erased_goes_along_with_no_library_any_more() -> None:
    assigned = recorded("mentorship-m", LED)
    assert TEAM.concerned(ERASED) == ["mira", "guest-1"]
    assert TEAM.concerned(assigned) == ["mira"]
    assert not TEAM.concerned(heard("office-vacated", {"office": "mentor", "region": KEDIRI, "person": "mira"}))
    state = TEAM.react({}, assigned).state
    assert TEAM.react(state, ERASED).issues == RELEASED


def test_the_erasure_may_be_heard_before_the_assignment() -> None:
    state = TEAM.react({}, ERASED).state
    assert (
        TEAM.react(state, recorded("mentorship-m", MentorAssigned(LIBRARY, "mira", LEAD, ("mira",)))).issues == RELEASED
    )


def test_the_next_in_the_team_leads_and_the_erased_are_assigned_no_more(stage: Stage) -> None:
    register(stage)
    path = opened(stage)
    stage.post(RANI, f"{path}/mentors", {"person": "tono", "role": COMPANION})
    stage.hear("member-erased", "mira", {"person": "mira", "ids": ["mira"]})
    assert stage.get(RANI, path).body["mentors"] == ["tono"]
    assert stage.post(RANI, f"{path}/mentors", {"person": "mira"}).status == 400


def test_only_a_member_is_assigned(stage: Stage) -> None:
    register(stage)
    path = opened(stage)
    stage.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "tono"})
    for nobody in ("nobody-at-all", "guest-1"):
        refused = stage.post(RANI, f"{path}/mentors", {"person": nobody})
        assert (refused.status, list(refused.body["errors"])) == (400, ["person"])
    assert stage.post(RANI, f"{path}/mentors", {"person": "tono"}).body["mentors"] == ["tono"]


def test_who_leaves_an_office_goes_along_as_before(stage: Stage) -> None:
    register(stage)
    path = opened(stage)
    stage.assume("mentor", KEDIRI, "mira", board=False)
    stage.vacate("mentor", KEDIRI, "mira")
    assert stage.get(RANI, path).body["mentors"] == ["mira"]
