from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.events.domain.lecture import LECTURE
from services.kernel.commands.decider import Decider
from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness, coordinator
from tests.services.events.lectures import (
    EVENING,
    HOUR,
    LATER,
    announced,
    bodies,
    group,
    lecture,
    opened,
    poll,
    step,
    told,
)
from tests.support.sample_community import BLITAR, KEDIRI, person


def test_from_a_poll_to_a_closed_lecture_and_a_chat_that_is_wanted_free_again(stage: EventsHarness) -> None:
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


def test_without_an_agreement_nothing_is_planned_and_no_chat_booked(stage: EventsHarness) -> None:
    refused = lecture(stage, group=group(stage), agreed_otherwise=None)
    assert refused.rule == "lecture-needs-agreement"
    assert lecture(stage, group=group(stage)).status == 201
    asked = poll(stage, EVENING, LATER)
    times = {"starts": None, "ends": None, "agreed_otherwise": None}
    assert lecture(stage, group=group(stage), poll=asked, **times).body["errors"]["poll"]


def test_two_lectures_in_one_chat_at_one_time_are_refused_and_in_two_chats_not(stage: EventsHarness) -> None:
    here = group(stage)
    assert lecture(stage, group=here).status == 201
    assert lecture(stage, EVENING + timedelta(minutes=90), group=here).rule == "chat-is-taken"
    assert lecture(stage, EVENING + 2 * HOUR, group=here).status == 201
    assert lecture(stage, group=group(stage, chat="-100999")).status == 201


def test_a_lecture_is_moved_only_where_its_chat_is_free_and_a_cancelled_one_frees_it(stage: EventsHarness) -> None:
    here = group(stage)
    first, second = announced(stage, group=here), announced(stage, LATER, group=here)
    there = {"starts": LATER.isoformat(), "ends": (LATER + HOUR).isoformat()}
    assert stage.post(RANI, f"/v1/activities/{first}/reschedule", there).rule == "chat-is-taken"
    assert stage.post(RANI, f"/v1/activities/{second}/cancel", {"reason": "rain"}).status == 200
    assert stage.post(RANI, f"/v1/activities/{first}/reschedule", there).status == 200
    assert lecture(stage, group=here).status == 201


def test_during_working_hours_it_may_be_and_the_plan_says_so(stage: EventsHarness) -> None:
    here = group(stage)
    assert lecture(stage, group=here).body["working_hours"] is False
    assert lecture(stage, EVENING - timedelta(hours=9), group=here).body["working_hours"] is True


def test_the_deadline_closes_a_lecture_that_nobody_closed_and_frees_the_chat(stage: EventsHarness) -> None:
    activity = opened(stage, announced(stage))
    stage.clock.advance(HOUR + timedelta(minutes=16))
    stage.settle()
    assert [each["activity"] for each in told(stage, "lecture-closed")] == [activity]
    assert stage.get(RANI, f"/v1/chat-groups/{group(stage)}").body["restricted"] is False
    assert stage.get(ANONYMOUS, f"/v1/lectures/{activity}").body["closed_by"] == "deadline"


def test_a_lecture_cancelled_in_the_middle_frees_the_chat(stage: EventsHarness) -> None:
    activity = opened(stage, announced(stage))
    assert stage.get(RANI, f"/v1/chat-groups/{group(stage)}").body["restricted"] is True
    stage.post(RANI, f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    assert stage.get(RANI, f"/v1/chat-groups/{group(stage)}").body["restricted"] is False


def test_a_booking_that_no_lecture_followed_is_given_back(stage: EventsHarness) -> None:
    # The planner's process dies between the two commands, and the request is never repeated.
    here = group(stage)
    taking = stage.application.core.commands.take
    stage.application.core.commands.take = dying(taking)  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        lecture(stage, group=here)
    stage.application.core.commands.take = taking  # type: ignore[method-assign]
    assert lecture(stage, group=here).rule == "chat-is-taken"
    stage.clock.advance(timedelta(minutes=11))
    stage.settle()
    assert lecture(stage, group=here).status == 201


def dying(take: Callable[..., Any]) -> Callable[..., Any]:
    def dies(decider: Decider[Any], *rest: Any, **named: Any) -> Any:
        if decider is LECTURE:
            raise SystemExit
        return take(decider, *rest, **named)

    return dies


def test_the_guide_leads_a_lecture_and_the_board_of_another_region_does_not(stage: EventsHarness) -> None:
    for name in ("tuti", "bima"):
        office = {"office": "treasurer", "region": None, "person": name, "board": True}
        stage.hear("office-assumed", f"treasurer.{name}", office)
    activity = announced(stage)
    stage.post(RANI, f"/v1/activities/{activity}/speakers", {"person": "tuti", "role": "guide"})
    stage.clock.advance(EVENING - stage.clock.now())
    path = f"/v1/activities/{activity}/lecture/open"
    assert stage.post(BIMA, path).status == 403
    assert stage.post(person("tuti"), path).body["phase"] == "opened"
    assert stage.get(person("tuti"), f"/v1/lectures/{activity}").body["leads"] is True


def test_only_planners_guide_and_speaker_lead_a_lecture(stage: EventsHarness) -> None:
    activity = announced(stage)
    stage.clock.advance(EVENING - stage.clock.now())
    path = f"/v1/activities/{activity}/lecture"
    for stranger in (person("ani"), person("dosen"), BIMA):
        assert stage.post(stranger, f"{path}/open").status == 403
    assert step(stage, activity, "present").rule == "lecture-out-of-order"
    step(stage, activity, "open")
    assert stage.post(person("ani"), f"{path}/present").status == 403
    assert stage.post(person("dosen"), f"{path}/present").body["phase"] == "presentation"
    assert stage.post(person("dosen"), f"{path}/close").status == 403


def test_a_group_registers_once_and_its_chat_is_shown_to_planners_only(stage: EventsHarness) -> None:
    assert group(stage) == group(stage)
    assert group(stage, channel="whatsapp", chat=None) != group(stage, channel="whatsapp", chat=None, name="B")
    assert stage.get(RANI, f"/v1/chat-groups/{group(stage)}").body["chat"] == "-100123"
    assert "chat" not in stage.get(person("ani"), f"/v1/chat-groups/{group(stage)}").body
    wrong = {"name": "x", "channel": "whatsapp", "chat": "-1", "region": KEDIRI}
    assert stage.post(RANI, "/v1/chat-groups", wrong).status == 400


def test_a_poll_shows_counts_and_only_the_callers_own_vote(stage: EventsHarness) -> None:
    asked = poll(stage, EVENING, LATER)
    stage.post(person("ani"), f"/v1/polls/{asked}/votes", {"options": [2]})
    stage.post(person("budi"), f"/v1/polls/{asked}/votes", {"options": [1, 2]})
    shown = stage.get(person("ani"), f"/v1/polls/{asked}").body
    assert (shown["mine"], [each["votes"] for each in shown["options"]]) == ([2], [1, 2])
    assert stage.get(ANONYMOUS, f"/v1/polls/{asked}").body["mine"] is None
    stage.clock.advance(timedelta(days=3))
    stage.settle()
    assert told(stage, "poll-agreed")[0]["starts"] == "2026-03-10T12:00:00Z"
    assert stage.post(person("citra"), f"/v1/polls/{asked}/votes", {"options": [1]}).rule == "poll-closed"


def test_a_planner_of_another_region_changes_nothing_here(stage: EventsHarness) -> None:
    activity, asked = announced(stage), poll(stage, EVENING, LATER)
    paths = bodies(activity, asked)
    for everybodys in (f"/v1/polls/{asked}/votes", f"/v1/activities/{activity}/questions"):
        del paths[everybodys]
    before = stage.application.log.head()
    for path, body in paths.items():
        reply = stage.post(BIMA, path, body)
        assert reply.status == 403 or (reply.status == 404 and "/questions/q/" in path), path
    assert stage.application.log.head() == before


def test_a_regions_chat_is_booked_by_its_planners_and_a_general_chat_by_any_planner(
    stage: EventsHarness,
) -> None:
    ours = group(stage)
    everybodys = stage.post(coordinator(), "/v1/chat-groups", {"name": "Semua", "channel": "whatsapp"}).body["group"]
    times = {"starts": EVENING.isoformat(), "ends": LATER.isoformat(), "agreed_otherwise": "so", "title": "x"}
    wish = {"region": BLITAR, **times}
    reply = stage.post(BIMA, "/v1/lectures", {**wish, "group": ours})
    assert (reply.status, reply.body["region"]) == (403, KEDIRI)
    assert stage.post(BIMA, "/v1/lectures", {**wish, "group": everybodys}).status == 201
