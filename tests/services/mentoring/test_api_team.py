from services.kernel.declare.process import Issue
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import COMPANION, ReleaseMentor
from tests.services.mentoring.accompanied import opened, register
from tests.services.mentoring.harness import RANI, MentoringHarness
from tests.support.sample_community import KEDIRI
from tests.unit.mentoring.acts import heard

ERASED = heard("member-erased", {"person": "mira", "ids": ["mira", "guest-1"]})
RELEASED = [Issue(MENTORSHIP, "m", ReleaseMentor("mira"))]


def test_the_next_in_the_team_leads_and_the_erased_are_assigned_no_more(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    stage.post(RANI, f"{path}/mentors", {"person": "tono", "role": COMPANION})
    stage.hear("member-erased", "mira", {"person": "mira", "ids": ["mira"]})
    assert stage.get(RANI, path).body["mentors"] == ["tono"]
    assert stage.post(RANI, f"{path}/mentors", {"person": "mira"}).status == 400


def test_only_a_member_is_assigned(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    stage.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "tono"})
    for nobody in ("nobody-at-all", "guest-1"):
        refused = stage.post(RANI, f"{path}/mentors", {"person": nobody})
        assert (refused.status, list(refused.body["errors"])) == (400, ["person"])
    assert stage.post(RANI, f"{path}/mentors", {"person": "tono"}).body["mentors"] == ["tono"]


def test_leaving_an_office_releases_no_mentor(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    stage.assume("mentor", KEDIRI, "mira", board=False)
    stage.vacate("mentor", KEDIRI, "mira")
    assert stage.get(RANI, path).body["mentors"] == ["mira"]
