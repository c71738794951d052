from services.kernel.declare.policy import Actor
from tests.services.mentoring.accompanied import LIBRARY, MIRA, SRI, opened, register
from tests.services.mentoring.harness import RANI, MentoringHarness
from tests.support.sample_community import KEDIRI, person

ASKED = {"region": KEDIRI, "title": "How does one begin with SLiMS?", "library": LIBRARY}


def promoted(stage: MentoringHarness, **body: str) -> str | None:
    asked = stage.post(SRI, "/v1/consultations", ASKED).body["consultation"]
    reply = stage.post(RANI, f"/v1/consultations/{asked}/promotion", body)
    return reply.body.get("mentorship") if reply.status == 201 else None


def test_repeated_promotions_name_the_librarys_one_case(stage: MentoringHarness) -> None:
    register(stage)
    first = promoted(stage)
    assert first
    assert stage.get(SRI, f"/v1/mentorships/{first}").body["stage"] == "wanted"
    assert promoted(stage) == first
    assert stage.post(SRI, "/v1/mentorships", {"library": LIBRARY}).rule == "one-mentorship-per-library"
    assert len(stage.get(RANI, "/v1/mentorships").body["items"]) == 1


def test_a_library_that_is_accompanied_already_keeps_its_case(stage: MentoringHarness) -> None:
    register(stage)
    path = opened(stage)
    assert path.endswith(str(promoted(stage)))


def test_a_promotion_with_an_unregistered_library_is_refused(stage: MentoringHarness) -> None:
    register(stage)
    assert promoted(stage, library="nowhere") is None


def by_a_mentor(stage: MentoringHarness, asker: Actor, asked: dict[str, str], **body: str) -> int:
    """How it is answered when Mira, who does not lead there, promotes what somebody asked."""
    consultation = stage.post(asker, "/v1/consultations", asked).body["consultation"]
    return stage.post(MIRA, f"/v1/consultations/{consultation}/promotion", body).status


def test_a_mentor_opens_no_case_by_a_question_of_an_outsider(stage: MentoringHarness) -> None:
    register(stage)
    stage.hear("library-registered", "sd-2", {"library": "sd-2", "name": "SD 2"}, KEDIRI)
    without = {"region": KEDIRI, "title": "How?"}
    assert stage.post(MIRA, "/v1/mentorships", {"library": LIBRARY}).status == 403
    assert by_a_mentor(stage, MIRA, without, library=LIBRARY) == 403
    assert by_a_mentor(stage, MIRA, ASKED) == 403
    assert by_a_mentor(stage, person("orang"), ASKED) == 403
    assert by_a_mentor(stage, SRI, ASKED, library="sd-2") == 403
    assert stage.get(RANI, "/v1/mentorships").body["items"] == []


def test_a_mentor_opens_the_case_when_staff_asked(stage: MentoringHarness) -> None:
    register(stage)
    guest = Actor(id="guest-1")
    asked = stage.post(guest, "/v1/consultations", {**ASKED, "guest": "guest-1"}).body["consultation"]
    assert stage.post(MIRA, f"/v1/consultations/{asked}/promotion", {}).status == 403
    stage.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "sri"})
    assert stage.post(MIRA, f"/v1/consultations/{asked}/promotion", {}).status == 201
    # The case is open by now: whoever asks next is shown to it.
    assert by_a_mentor(stage, person("orang"), ASKED) == 201
    assert len(stage.get(RANI, "/v1/mentorships").body["items"]) == 1
