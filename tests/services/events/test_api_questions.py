from typing import Any

from services.kernel.declare.policy import ANONYMOUS, service_actor
from tests.services.events.harness import RANI, EventsHarness
from tests.services.events.sample_lectures import EVENING, GROUP, announced, ask, opened, step
from tests.support.sample_community import person

GATEWAY = service_actor("gateway")


def act(harness: EventsHarness, activity: str, question: str, what: str, who: Any = RANI, **body: str) -> Any:
    return harness.post(who, f"/v1/activities/{activity}/questions/{question}/{what}", body)


def listed(harness: EventsHarness, activity: str, who: Any = ANONYMOUS) -> list[tuple[str, str]]:
    items = harness.get(who, f"/v1/activities/{activity}/questions").body["items"]
    return [(item["text"], item["state"]) for item in items]


def test_questions_wait_in_order_and_the_moderator_joins_picks_and_hides(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    first, second, third = (ask(harness, activity, who, who) for who in ("ani", "budi", "citra"))
    assert act(harness, activity, second, "merge", into=first).body["state"] == "merged"
    assert act(harness, activity, third, "pick").body["state"] == "next"
    assert listed(harness, activity) == [("citra", "next"), ("ani", "waiting"), ("budi", "merged")]
    act(harness, activity, first, "hide")
    assert [text for text, _ in listed(harness, activity)] == ["citra", "budi"]
    assert ("ani", "hidden") in listed(harness, activity, RANI)
    assert ("ani", "hidden") in listed(harness, activity, person("ani"))
    assert act(harness, activity, third, "pick", person("ani")).status == 403


def test_only_the_asker_withdraws_and_rejoins_a_question(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    first, second = ask(harness, activity, "ani"), ask(harness, activity, "budi")
    assert act(harness, activity, first, "withdraw", person("budi")).status == 403
    assert act(harness, activity, first, "withdraw", person("ani")).body["state"] == "withdrawn"
    assert act(harness, activity, first, "pick").rule == "question-not-waiting"
    assert act(harness, activity, first, "rejoin", person("ani")).body["place"] == 2
    assert act(harness, activity, second, "rejoin", person("budi")).body["place"] == 1


def test_a_merged_question_keeps_its_place_whichever_asker_withdraws(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    first, second, third, last = (ask(harness, activity, who, who) for who in ("ani", "budi", "citra", "dewi"))
    act(harness, activity, second, "merge", into=first)
    act(harness, activity, third, "merge", into=first)
    items = harness.get(ANONYMOUS, f"/v1/activities/{activity}/questions").body["items"]
    assert [item["merged"] for item in items] == [2, 0, 0, 0]
    act(harness, activity, first, "withdraw", person("ani"))
    items = harness.get(ANONYMOUS, f"/v1/activities/{activity}/questions").body["items"]
    assert [(item["question"], item["place"], item["merged"], item["into"]) for item in items] == [
        (second, 1, 1, None), (last, 2, 0, None), (third, None, 0, second),
    ]  # fmt: skip
    act(harness, activity, third, "withdraw", person("citra"))
    assert harness.get(ANONYMOUS, f"/v1/activities/{activity}/questions").body["items"][0]["merged"] == 0
    assert act(harness, activity, first, "rejoin", person("ani")).body["place"] == 3


def test_a_withdrawn_question_is_shown_to_its_asker_only_and_after_the_lecture_only_answers_are_public(
    harness: EventsHarness,
) -> None:
    activity = opened(harness, announced(harness))
    first, second = ask(harness, activity, "ani", "ani"), ask(harness, activity, "budi", "budi")
    act(harness, activity, first, "withdraw", person("ani"))
    assert listed(harness, activity) == [("budi", "waiting")]
    assert ("ani", "withdrawn") in listed(harness, activity, person("ani"))
    step(harness, activity, "close")
    assert listed(harness, activity) == []
    act(harness, activity, second, "answer", text="Begini.")
    assert listed(harness, activity) == [("budi", "answered")]


def test_an_answer_is_the_speakers_whoever_writes_it_down(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    question = ask(harness, activity, "ani")
    assert act(harness, activity, question, "answer", text="Begini.").body["state"] == "answered"
    items = harness.get(ANONYMOUS, f"/v1/activities/{activity}/questions").body["items"]
    assert (items[0]["answer"]["text"], items[0]["asker"]) == ("Begini.", None)
    harness.application.core.vault.destroy("dosen")
    assert harness.get(ANONYMOUS, f"/v1/activities/{activity}/questions").body["items"][0]["answer"]["text"] is None
    assert act(harness, activity, question, "answer", text="x", speaker="ani").status == 400


def test_no_question_is_taken_before_the_opening(harness: EventsHarness) -> None:
    activity = announced(harness)
    path = f"/v1/activities/{activity}/questions"
    assert harness.post(person("ani"), path, {"text": "x"}).rule == "lecture-not-open"
    assert harness.get(ANONYMOUS, f"/v1/activities/{harness.published()}/questions").status == 404


def test_the_text_of_a_question_is_stored_sealed_only(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    ask(harness, activity, "ani", "my own trouble")
    database = harness.application.core.database
    assert all("my own trouble" not in str(list(database[name].find())) for name in database.list_collection_names())


def test_an_erased_person_who_writes_again_is_refused_and_blocks_nobody(harness: EventsHarness) -> None:
    opened(harness, announced(harness))
    harness.application.core.vault.destroy("guest-1")
    question = {"chat": GROUP["chat"], "guest": "guest-1", "text": "Bagaimana?"}
    assert harness.post(GATEWAY, "/internal/lectures/questions", question).rule == "participant-erased"


def test_a_reply_in_the_chat_counts_as_attendance_once_for_members_and_guests(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    chat = {"chat": GROUP["chat"]}
    for who in ({"person": "ani"}, {"person": "ani"}, {"guest": "guest-1"}):
        reply = harness.post(GATEWAY, "/internal/lectures/presence", {**chat, **who})
        assert (reply.status, reply.body["activity"]) == (201, activity)
    entries = harness.get(RANI, f"/v1/activities/{activity}/attendance").body["items"]
    assert [(each["person"], each["guest"], each["method"]) for each in entries] == [
        ("ani", None, "reply"), (None, "guest-1", "reply"),
    ]  # fmt: skip
    told = [fact.data for fact in harness.application.log.facts(0) if fact.type == "attendance-recorded"]
    assert [each["method"] for each in told] == ["reply", "reply"]


def test_a_message_to_the_bot_belongs_to_the_only_lecture_under_way(harness: EventsHarness) -> None:
    question = {"person": "ani", "text": "Bagaimana?"}
    assert harness.post(GATEWAY, "/internal/lectures/questions", question).rule == "no-lecture-in-this-chat"
    activity = opened(harness, announced(harness))
    harness.show()
    assert harness.post(GATEWAY, "/internal/lectures/questions", question).body["activity"] == activity
    assert listed(harness, activity) == [("Bagaimana?", "waiting")]


def test_a_message_in_another_chat_or_too_early_belongs_to_no_lecture(harness: EventsHarness) -> None:
    activity = announced(harness)
    early = {"chat": GROUP["chat"], "person": "ani"}
    assert harness.post(GATEWAY, "/internal/lectures/presence", early).rule == "no-lecture-in-this-chat"
    opened(harness, activity)
    assert (
        harness.post(GATEWAY, "/internal/lectures/presence", {**early, "chat": "-1"}).rule == "no-lecture-in-this-chat"
    )
    late = {**early, "at": (EVENING.replace(hour=3)).isoformat()}
    assert harness.post(GATEWAY, "/internal/lectures/presence", late).rule == "no-lecture-in-this-chat"


def test_only_the_gateway_may_call_its_internal_routes(harness: EventsHarness) -> None:
    for who in (ANONYMOUS, RANI, service_actor("members")):
        for path, body in (("presence", {}), ("questions", {"text": "x"})):
            assert harness.post(who, f"/internal/lectures/{path}", {"person": "ani", **body}).status == 403
    assert harness.post(GATEWAY, "/internal/lectures/presence", {"person": "a", "guest": "b"}).status == 400
