from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.events.domain.lecture import LECTURE
from services.kernel.commands.decider import Decider
from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness, coordinator
from tests.services.events.sample_lectures import (
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


def test_a_lecture_goes_from_its_poll_to_its_closing_and_frees_the_chat(harness: EventsHarness) -> None:
    asked = poll(harness, EVENING, LATER)
    for name, chosen in (("ani", [2]), ("budi", [1, 2]), ("citra", [1])):
        assert harness.post(person(name), f"/v1/polls/{asked}/votes", {"options": chosen}).status == 200
    closed = harness.post(RANI, f"/v1/polls/{asked}/close").body
    assert (closed["state"], closed["starts"]) == ("agreed", "2026-03-09T12:00:00Z")
    times = {"starts": None, "ends": None, "agreed_otherwise": None}
    activity = announced(harness, poll=asked, **times)
    assert told(harness, "lecture-announced")[0]["chat"] == "-100123"
    harness.clock.advance(EVENING - harness.clock.now())
    for name, phase in (("open", "opened"), ("present", "presentation"), ("take-questions", "questions")):
        assert step(harness, activity, name).body["phase"] == phase
    shown = harness.get(RANI, f"/v1/chat-groups/{group(harness)}").body
    assert (shown["restricted"], shown["lecture"]) == (True, activity)
    assert step(harness, activity, "close").body["phase"] == "closed"
    assert harness.get(RANI, f"/v1/chat-groups/{group(harness)}").body["restricted"] is False
    assert [each["activity"] for each in told(harness, "lecture-closed")] == [activity]
    assert harness.get(ANONYMOUS, f"/v1/activities/{activity}").body["kind"] == "lecture"


def test_without_an_agreement_nothing_is_planned_and_no_chat_booked(harness: EventsHarness) -> None:
    refused = lecture(harness, group=group(harness), agreed_otherwise=None)
    assert refused.rule == "lecture-needs-agreement"
    assert lecture(harness, group=group(harness)).status == 201
    asked = poll(harness, EVENING, LATER)
    times = {"starts": None, "ends": None, "agreed_otherwise": None}
    assert lecture(harness, group=group(harness), poll=asked, **times).body["errors"]["poll"]


def test_two_lectures_in_one_chat_at_one_time_are_refused_and_in_two_chats_not(harness: EventsHarness) -> None:
    here = group(harness)
    assert lecture(harness, group=here).status == 201
    assert lecture(harness, EVENING + timedelta(minutes=90), group=here).rule == "chat-is-taken"
    assert lecture(harness, EVENING + 2 * HOUR, group=here).status == 201
    assert lecture(harness, group=group(harness, chat="-100999")).status == 201


def test_a_lecture_is_moved_only_where_its_chat_is_free_and_a_cancelled_one_frees_it(harness: EventsHarness) -> None:
    here = group(harness)
    first, second = announced(harness, group=here), announced(harness, LATER, group=here)
    there = {"starts": LATER.isoformat(), "ends": (LATER + HOUR).isoformat()}
    assert harness.post(RANI, f"/v1/activities/{first}/reschedule", there).rule == "chat-is-taken"
    assert harness.post(RANI, f"/v1/activities/{second}/cancel", {"reason": "rain"}).status == 200
    assert harness.post(RANI, f"/v1/activities/{first}/reschedule", there).status == 200
    assert lecture(harness, group=here).status == 201


def test_a_lecture_during_working_hours_is_allowed_and_marked(harness: EventsHarness) -> None:
    here = group(harness)
    assert lecture(harness, group=here).body["working_hours"] is False
    assert lecture(harness, EVENING - timedelta(hours=9), group=here).body["working_hours"] is True


def test_the_deadline_closes_a_lecture_that_nobody_closed_and_frees_the_chat(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    harness.clock.advance(HOUR + timedelta(minutes=16))
    harness.settle()
    assert [each["activity"] for each in told(harness, "lecture-closed")] == [activity]
    assert harness.get(RANI, f"/v1/chat-groups/{group(harness)}").body["restricted"] is False
    assert harness.get(ANONYMOUS, f"/v1/lectures/{activity}").body["closed_by"] == "deadline"


def test_a_lecture_cancelled_in_the_middle_frees_the_chat(harness: EventsHarness) -> None:
    activity = opened(harness, announced(harness))
    assert harness.get(RANI, f"/v1/chat-groups/{group(harness)}").body["restricted"] is True
    harness.post(RANI, f"/v1/activities/{activity}/cancel", {"reason": "rain"})
    assert harness.get(RANI, f"/v1/chat-groups/{group(harness)}").body["restricted"] is False


def test_a_chat_booking_without_a_lecture_is_released(harness: EventsHarness) -> None:
    # The planner's process dies between the two commands, and the request is never repeated.
    here = group(harness)
    taking = harness.application.core.commands.take
    harness.application.core.commands.take = dying(taking)  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        lecture(harness, group=here)
    harness.application.core.commands.take = taking  # type: ignore[method-assign]
    assert lecture(harness, group=here).rule == "chat-is-taken"
    harness.clock.advance(timedelta(minutes=11))
    harness.settle()
    assert lecture(harness, group=here).status == 201


def dying(take: Callable[..., Any]) -> Callable[..., Any]:
    def dies(decider: Decider[Any], *rest: Any, **named: Any) -> Any:
        if decider is LECTURE:
            raise SystemExit
        return take(decider, *rest, **named)

    return dies


def test_the_guide_leads_a_lecture_and_the_board_of_another_region_does_not(harness: EventsHarness) -> None:
    for name in ("tuti", "bima"):
        office = {"office": "treasurer", "region": None, "person": name, "board": True}
        harness.hear("office-assumed", f"treasurer.{name}", office)
    activity = announced(harness)
    harness.post(RANI, f"/v1/activities/{activity}/speakers", {"person": "tuti", "role": "guide"})
    harness.clock.advance(EVENING - harness.clock.now())
    path = f"/v1/activities/{activity}/lecture/open"
    assert harness.post(BIMA, path).status == 403
    assert harness.post(person("tuti"), path).body["phase"] == "opened"
    assert harness.get(person("tuti"), f"/v1/lectures/{activity}").body["leads"] is True


def test_only_planners_guide_and_speaker_lead_a_lecture(harness: EventsHarness) -> None:
    activity = announced(harness)
    harness.clock.advance(EVENING - harness.clock.now())
    path = f"/v1/activities/{activity}/lecture"
    for stranger in (person("ani"), person("dosen"), BIMA):
        assert harness.post(stranger, f"{path}/open").status == 403
    assert step(harness, activity, "present").rule == "lecture-out-of-order"
    step(harness, activity, "open")
    assert harness.post(person("ani"), f"{path}/present").status == 403
    assert harness.post(person("dosen"), f"{path}/present").body["phase"] == "presentation"
    assert harness.post(person("dosen"), f"{path}/close").status == 403


def test_a_group_registers_once_and_its_chat_is_shown_to_planners_only(harness: EventsHarness) -> None:
    assert group(harness) == group(harness)
    assert group(harness, channel="whatsapp", chat=None) != group(harness, channel="whatsapp", chat=None, name="B")
    assert harness.get(RANI, f"/v1/chat-groups/{group(harness)}").body["chat"] == "-100123"
    assert "chat" not in harness.get(person("ani"), f"/v1/chat-groups/{group(harness)}").body
    wrong = {"name": "x", "channel": "whatsapp", "chat": "-1", "region": KEDIRI}
    assert harness.post(RANI, "/v1/chat-groups", wrong).status == 400


def test_a_poll_shows_counts_and_only_the_callers_own_vote(harness: EventsHarness) -> None:
    asked = poll(harness, EVENING, LATER)
    harness.post(person("ani"), f"/v1/polls/{asked}/votes", {"options": [2]})
    harness.post(person("budi"), f"/v1/polls/{asked}/votes", {"options": [1, 2]})
    shown = harness.get(person("ani"), f"/v1/polls/{asked}").body
    assert (shown["mine"], [each["votes"] for each in shown["options"]]) == ([2], [1, 2])
    assert harness.get(ANONYMOUS, f"/v1/polls/{asked}").body["mine"] is None
    harness.clock.advance(timedelta(days=3))
    harness.settle()
    assert told(harness, "poll-agreed")[0]["starts"] == "2026-03-10T12:00:00Z"
    assert harness.post(person("citra"), f"/v1/polls/{asked}/votes", {"options": [1]}).rule == "poll-closed"


def test_a_planner_of_another_region_changes_nothing_here(harness: EventsHarness) -> None:
    activity, asked = announced(harness), poll(harness, EVENING, LATER)
    paths = bodies(activity, asked)
    for everybodys in (f"/v1/polls/{asked}/votes", f"/v1/activities/{activity}/questions"):
        del paths[everybodys]
    before = harness.application.log.head()
    for path, body in paths.items():
        reply = harness.post(BIMA, path, body)
        assert reply.status == 403 or (reply.status == 404 and "/questions/q/" in path), path
    assert harness.application.log.head() == before


def test_a_regions_chat_is_booked_by_its_planners_and_a_general_chat_by_any_planner(
    harness: EventsHarness,
) -> None:
    ours = group(harness)
    everybodys = harness.post(coordinator(), "/v1/chat-groups", {"name": "Semua", "channel": "whatsapp"}).body["group"]
    times = {"starts": EVENING.isoformat(), "ends": LATER.isoformat(), "agreed_otherwise": "so", "title": "x"}
    wish = {"region": BLITAR, **times}
    reply = harness.post(BIMA, "/v1/lectures", {**wish, "group": ours})
    assert (reply.status, reply.body["region"]) == (403, KEDIRI)
    assert harness.post(BIMA, "/v1/lectures", {**wish, "group": everybodys}).status == 201
