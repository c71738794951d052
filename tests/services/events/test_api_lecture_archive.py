from typing import Any

from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import RANI, EventsHarness
from tests.services.events.sample_lectures import EVENING, HOUR, announced, ask, group, lecture, opened, step
from tests.support.sample_community import person


def answered(harness: EventsHarness) -> str:
    """A lecture with one question, answered, and one that was not."""
    activity = opened(harness, announced(harness))
    question = ask(harness, activity, "ani", "Bagaimana mencetak barcode?")
    ask(harness, activity, "budi", "Siapa yang memberi kode?")
    body = {"text": "Dengan templat label."}
    harness.post(person("dosen"), f"/v1/activities/{activity}/questions/{question}/answer", body)
    for name in ("present", "take-questions", "close"):
        step(harness, activity, name)
    return activity


def shown(harness: EventsHarness, activity: str, who: Any = ANONYMOUS) -> Any:
    return harness.get(who, f"/v1/lectures/{activity}").body


def consent(harness: EventsHarness, who: str, kind: str = "consent-given") -> None:
    harness.hear(kind, who, {"person": who, "purpose": "name-in-archive", "partner": None})


def test_the_archive_shows_material_questions_and_answers_without_names(harness: EventsHarness) -> None:
    activity = answered(harness)
    sheet = {"title": "Templat label", "text": "Tiga kolom.", "licence": "cc-by"}
    assert harness.post(person("dosen"), f"/v1/activities/{activity}/materials", sheet).status == 201
    page = shown(harness, activity)
    assert [(each["title"], each["text"]) for each in page["materials"]] == [("Templat label", "Tiga kolom.")]
    assert [(each["text"], each["answer"]) for each in page["answered"]] == [
        ("Bagaimana mencetak barcode?", "Dengan templat label.")
    ]
    assert (page["answered"][0]["asker"], page["answered"][0]["speaker"], page["speakers"]) == (None, None, [])
    assert (page["phase"], page["leads"], shown(harness, activity, RANI)["leads"]) == ("closed", False, True)
    assert list(page["times"]) == ["announced", "opened", "presentation", "questions", "closed"]


def test_a_person_is_named_in_the_archive_only_with_consent(harness: EventsHarness) -> None:
    activity = answered(harness)
    consent(harness, "ani")
    assert (shown(harness, activity)["answered"][0]["asker"], shown(harness, activity)["speakers"]) == ("ani", [])
    consent(harness, "dosen")
    assert shown(harness, activity)["answered"][0]["speaker"] == "dosen"
    consent(harness, "ani", "consent-withdrawn")
    assert shown(harness, activity)["answered"][0]["asker"] is None


def test_a_guest_who_turns_out_to_be_a_member_is_named_with_the_members_consent(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    question = ask(harness, activity, "guest-1")
    harness.post(RANI, f"/v1/activities/{activity}/questions/{question}/answer", {"text": "Begini."})
    harness.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "wina"})
    assert shown(harness, activity)["answered"][0]["asker"] is None
    consent(harness, "wina")
    assert shown(harness, activity)["answered"][0]["asker"] == "wina"


def test_words_are_found_in_titles_questions_and_answers_and_not_in_what_is_erased(harness: EventsHarness) -> None:
    activity = answered(harness)
    other = announced(harness, EVENING + 24 * HOUR, group=group(harness), title="Opac")

    def found(words: str) -> list[str]:
        return [item["activity"] for item in harness.get(ANONYMOUS, f"/v1/lectures?q={words}").body["items"]]

    assert found("") == [other, activity]
    assert found("BARCODE") == found("templat") == found("induk") == [activity]
    assert found("kode?") == []
    harness.application.core.vault.destroy("ani")
    assert (found("barcode"), found("templat")) == ([], [activity])


def test_a_merged_question_stays_readable_after_the_erasure_of_its_first_asker(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    first, second = (
        ask(harness, activity, "ani", "Cetak barcode?"),
        ask(harness, activity, "budi", "Barcode, bagaimana?"),
    )
    for question, what, body in ((second, "merge", {"into": first}), (first, "answer", {"text": "Begini."})):
        harness.post(RANI, f"/v1/activities/{activity}/questions/{question}/{what}", body)
    consent(harness, "ani")
    harness.application.core.vault.destroy("ani")
    read = shown(harness, activity)["answered"][0]
    assert (read["text"], read["merged"]) == ("Barcode, bagaimana?", 1)


def test_an_unpublished_lecture_is_not_found(harness: EventsHarness) -> None:
    activity = lecture(harness, group=group(harness)).body["activity"]
    assert harness.get(ANONYMOUS, f"/v1/lectures/{activity}").status == 404
    assert harness.get(RANI, f"/v1/lectures/{activity}").status == 200
    assert harness.get(ANONYMOUS, "/v1/lectures").body["items"] == []


def test_a_closed_lecture_is_archived_with_its_participants_counted(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    path = f"/v1/activities/{activity}"
    assert harness.post(RANI, f"{path}/complete").rule == "lecture-not-closed"
    harness.post(RANI, f"{path}/attendance", {"person": "ani"})
    step(harness, activity, "close")
    assert harness.post(RANI, f"{path}/complete").status == 200
    kinds = [fact.type for fact in harness.application.log.facts(0)][-2:]
    assert kinds == ["activity-completed", "lecture-archived"]
    assert shown(harness, activity)["phase"] == "archived"
