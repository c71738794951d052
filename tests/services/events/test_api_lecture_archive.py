from typing import Any

from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import RANI, EventsHarness
from tests.services.events.lectures import EVENING, HOUR, announced, ask, group, lecture, opened, step
from tests.support.sample_community import person


def answered(stage: EventsHarness) -> str:
    """A lecture with one question, answered, and one that was not."""
    activity = opened(stage, announced(stage))
    question = ask(stage, activity, "ani", "Bagaimana mencetak barcode?")
    ask(stage, activity, "budi", "Siapa yang memberi kode?")
    body = {"text": "Dengan templat label."}
    stage.post(person("dosen"), f"/v1/activities/{activity}/questions/{question}/answer", body)
    for name in ("present", "take-questions", "close"):
        step(stage, activity, name)
    return activity


def shown(stage: EventsHarness, activity: str, who: Any = ANONYMOUS) -> Any:
    return stage.get(who, f"/v1/lectures/{activity}").body


def consent(stage: EventsHarness, who: str, kind: str = "consent-given") -> None:
    stage.hear(kind, who, {"person": who, "purpose": "name-in-archive", "partner": None})


def test_whoever_was_absent_reads_material_questions_and_answers_without_names(stage: EventsHarness) -> None:
    activity = answered(stage)
    sheet = {"title": "Templat label", "text": "Tiga kolom.", "licence": "cc-by"}
    assert stage.post(person("dosen"), f"/v1/activities/{activity}/materials", sheet).status == 201
    page = shown(stage, activity)
    assert [(each["title"], each["text"]) for each in page["materials"]] == [("Templat label", "Tiga kolom.")]
    assert [(each["text"], each["answer"]) for each in page["answered"]] == [
        ("Bagaimana mencetak barcode?", "Dengan templat label.")
    ]
    assert (page["answered"][0]["asker"], page["answered"][0]["speaker"], page["speakers"]) == (None, None, [])
    assert (page["phase"], page["leads"], shown(stage, activity, RANI)["leads"]) == ("closed", False, True)
    assert list(page["times"]) == ["announced", "opened", "presentation", "questions", "closed"]


def test_a_person_is_named_in_the_archive_only_with_consent(stage: EventsHarness) -> None:
    activity = answered(stage)
    consent(stage, "ani")
    assert (shown(stage, activity)["answered"][0]["asker"], shown(stage, activity)["speakers"]) == ("ani", [])
    consent(stage, "dosen")
    assert shown(stage, activity)["answered"][0]["speaker"] == "dosen"
    consent(stage, "ani", "consent-withdrawn")
    assert shown(stage, activity)["answered"][0]["asker"] is None


def test_a_guest_who_turns_out_to_be_a_member_is_named_with_the_members_consent(stage: EventsHarness) -> None:
    activity = opened(stage, announced(stage))
    question = ask(stage, activity, "guest-1")
    stage.post(RANI, f"/v1/activities/{activity}/questions/{question}/answer", {"text": "Begini."})
    stage.hear("guest-tied", "guest-1", {"guest": "guest-1", "person": "wina"})
    assert shown(stage, activity)["answered"][0]["asker"] is None
    consent(stage, "wina")
    assert shown(stage, activity)["answered"][0]["asker"] == "wina"


def test_words_are_found_in_titles_questions_and_answers_and_not_in_what_is_erased(stage: EventsHarness) -> None:
    activity = answered(stage)
    other = announced(stage, EVENING + 24 * HOUR, group=group(stage), title="Opac")

    def found(words: str) -> list[str]:
        return [item["activity"] for item in stage.get(ANONYMOUS, f"/v1/lectures?q={words}").body["items"]]

    assert found("") == [other, activity]
    assert found("BARCODE") == found("templat") == found("induk") == [activity]
    assert found("kode?") == []
    stage.application.core.vault.destroy("ani")
    assert (found("barcode"), found("templat")) == ([], [activity])


def test_a_merged_question_stays_readable_after_the_erasure_of_its_first_asker(stage: EventsHarness) -> None:
    activity = opened(stage, announced(stage))
    first, second = ask(stage, activity, "ani", "Cetak barcode?"), ask(stage, activity, "budi", "Barcode, bagaimana?")
    for question, what, body in ((second, "merge", {"into": first}), (first, "answer", {"text": "Begini."})):
        stage.post(RANI, f"/v1/activities/{activity}/questions/{question}/{what}", body)
    consent(stage, "ani")
    stage.application.core.vault.destroy("ani")
    read = shown(stage, activity)["answered"][0]
    assert (read["text"], read["merged"]) == ("Barcode, bagaimana?", 1)


def test_what_is_only_planned_is_not_to_be_found(stage: EventsHarness) -> None:
    activity = lecture(stage, group=group(stage)).body["activity"]
    assert stage.get(ANONYMOUS, f"/v1/lectures/{activity}").status == 404
    assert stage.get(RANI, f"/v1/lectures/{activity}").status == 200
    assert stage.get(ANONYMOUS, "/v1/lectures").body["items"] == []


def test_a_closed_lecture_is_archived_with_its_participants_counted(stage: EventsHarness) -> None:
    activity = opened(stage, announced(stage))
    path = f"/v1/activities/{activity}"
    assert stage.post(RANI, f"{path}/complete").rule == "lecture-not-closed"
    stage.post(RANI, f"{path}/attendance", {"person": "ani"})
    step(stage, activity, "close")
    assert stage.post(RANI, f"{path}/complete").status == 200
    kinds = [fact.type for fact in stage.application.log.facts(0)][-2:]
    assert kinds == ["activity-completed", "lecture-archived"]
    assert shown(stage, activity)["phase"] == "archived"
