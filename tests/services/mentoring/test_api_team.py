from services.kernel.declare.process import Dispatch
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import COMPANION, ReleaseMentor
from tests.services.mentoring.harness import RANI, MentoringHarness
from tests.services.mentoring.sample_library import opened, register
from tests.support.sample_community import KEDIRI
from tests.unit.mentoring.sample_events import heard

ERASED = heard("member-erased", {"person": "mira", "ids": ["mira", "guest-1"]})
RELEASED = [Dispatch(MENTORSHIP, "m", ReleaseMentor("mira"))]


def test_the_next_in_the_team_leads_and_the_erased_are_assigned_no_more(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    harness.post(RANI, f"{path}/mentors", {"person": "tono", "role": COMPANION})
    harness.hear("member-erased", "mira", {"person": "mira", "ids": ["mira"]})
    assert harness.get(RANI, path).body["mentors"] == ["tono"]
    assert harness.post(RANI, f"{path}/mentors", {"person": "mira"}).status == 400


def test_only_a_member_is_assigned(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "tono"})
    for nobody in ("nobody-at-all", "guest-1"):
        refused = harness.post(RANI, f"{path}/mentors", {"person": nobody})
        assert (refused.status, list(refused.body["errors"])) == (400, ["person"])
    assert harness.post(RANI, f"{path}/mentors", {"person": "tono"}).body["mentors"] == ["tono"]


def test_leaving_an_office_releases_no_mentor(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    harness.assume("mentor", KEDIRI, "mira", board=False)
    harness.vacate("mentor", KEDIRI, "mira")
    assert harness.get(RANI, path).body["mentors"] == ["mira"]
