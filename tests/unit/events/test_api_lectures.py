from services.kernel.policy import ANONYMOUS
from tests.unit.events.lectures import EVENING, LATER, announced, group, poll, step, told
from tests.unit.events.stage import RANI, Stage, person


def test_from_a_poll_to_a_closed_lecture_and_a_chat_that_is_wanted_free_again(stage: Stage) -> None:
    asked = poll(stage, EVENING, LATER)
    for name, chosen in (("ani", [2]), ("budi", [1, 2]), ("citra", [1])):
        assert stage.post(person(name), f"/v1/polls/{asked}/votes", {"options": chosen}).status == 200
    closed = stage.post(RANI, f"/v1/polls/{asked}/close").body
    assert (closed["state"], closed["starts"]) == ("agreed", "2026-03-09T12:00:00Z")
    times = {"starts": None, "ends": None, "agreed_otherwise": None}
    activity = announced(stage, poll=asked, **times)
    assert told(stage, "lecture-announced")[0]["chat"] == "-100123"
    stage.clock.advance(EVENING - stage.clock.now())
    for name, phase in (("open", "opened"), ("present", "presentation"), ("take-questions", "questions")):
        assert step(stage, activity, name).body["phase"] == phase
    shown = stage.get(RANI, f"/v1/chat-groups/{group(stage)}").body
    assert (shown["restricted"], shown["lecture"]) == (True, activity)
    assert step(stage, activity, "close").body["phase"] == "closed"
    assert stage.get(RANI, f"/v1/chat-groups/{group(stage)}").body["restricted"] is False
    assert [each["activity"] for each in told(stage, "lecture-closed")] == [activity]
    assert stage.get(ANONYMOUS, f"/v1/activities/{activity}").body["kind"] == "lecture"
