from services.kernel.declare.policy import Actor
from tests.services.mentoring.harness import RANI, MentoringHarness
from tests.services.mentoring.sample_library import LIBRARY, MIRA, SRI, opened, register
from tests.support.sample_community import KEDIRI, person
from tests.support.sample_facts import sample

ASKED = {"region": KEDIRI, "title": "How does one begin with SLiMS?", "library": LIBRARY}


def promoted(harness: MentoringHarness, **body: str) -> str | None:
    asked = harness.post(SRI, "/v1/consultations", ASKED).body["consultation"]
    reply = harness.post(RANI, f"/v1/consultations/{asked}/promotion", body)
    return reply.body.get("mentorship") if reply.status == 201 else None


def test_it_is_the_librarys_one_case_however_often_it_is_asked_for(harness: MentoringHarness) -> None:
    register(harness)
    first = promoted(harness)
    assert first
    assert harness.get(SRI, f"/v1/mentorships/{first}").body["stage"] == "wanted"
    assert promoted(harness) == first
    assert harness.post(SRI, "/v1/mentorships", {"library": LIBRARY}).rule == "one-mentorship-per-library"
    assert len(harness.get(RANI, "/v1/mentorships").body["items"]) == 1


def test_a_library_that_is_accompanied_already_keeps_its_case(harness: MentoringHarness) -> None:
    register(harness)
    path = opened(harness)
    assert path.endswith(str(promoted(harness)))


def test_a_library_that_nobody_registered_is_not_accompanied(harness: MentoringHarness) -> None:
    register(harness)
    assert promoted(harness, library="nowhere") is None


def by_a_mentor(harness: MentoringHarness, asker: Actor, asked: dict[str, str], **body: str) -> int:
    """How it is answered when Mira, who does not lead there, promotes what somebody asked."""
    consultation = harness.post(asker, "/v1/consultations", asked).body["consultation"]
    return harness.post(MIRA, f"/v1/consultations/{consultation}/promotion", body).status


def test_a_mentor_opens_no_librarys_case_by_a_question_that_is_not_its_own(harness: MentoringHarness) -> None:
    register(harness)
    harness.hear(
        "library-registered", "sd-2", sample("members", "library-registered", library="sd-2", name="SD 2"), KEDIRI
    )
    without = {"region": KEDIRI, "title": "How?"}
    assert harness.post(MIRA, "/v1/mentorships", {"library": LIBRARY}).status == 403
    assert by_a_mentor(harness, MIRA, without, library=LIBRARY) == 403
    assert by_a_mentor(harness, MIRA, ASKED) == 403
    assert by_a_mentor(harness, person("orang"), ASKED) == 403
    assert by_a_mentor(harness, SRI, ASKED, library="sd-2") == 403
    assert harness.get(RANI, "/v1/mentorships").body["items"] == []


def test_a_mentor_opens_the_case_that_somebody_of_the_library_asked_for(harness: MentoringHarness) -> None:
    register(harness)
    guest = Actor(id="guest-1")
    asked = harness.post(guest, "/v1/consultations", {**ASKED, "guest": "guest-1"}).body["consultation"]
    assert harness.post(MIRA, f"/v1/consultations/{asked}/promotion", {}).status == 403
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "sri"})
    assert harness.post(MIRA, f"/v1/consultations/{asked}/promotion", {}).status == 201
    # The case is open by now: whoever asks next is shown to it.
    assert by_a_mentor(harness, person("orang"), ASKED) == 201
    assert len(harness.get(RANI, "/v1/mentorships").body["items"]) == 1
