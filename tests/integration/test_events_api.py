"""The events service from HTTP to its views, on a real database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.base.mongo import connect
from services.kernel.declare.policy import ANONYMOUS
from tests.services.events.harness import BIMA, RANI, EventsHarness
from tests.support.sample_community import BLITAR, KEDIRI, person
from tests.support.service_harness import Reply
from tests.unit.events.sample_times import START


@pytest.fixture
def harness(mongodb_uri: str, database: Database[dict[str, Any]]) -> EventsHarness:
    harness = EventsHarness(connect(mongodb_uri)[database.name])
    harness.open_regions(KEDIRI, BLITAR)
    return harness


def test_a_topic_becomes_a_gathering_that_people_come_to(harness: EventsHarness) -> None:
    topic = harness.topic("ani")
    for name in ("budi", "citra"):
        assert harness.post(person(name), f"/v1/topics/{topic}/raisers").status == 201
    for n in range(11):
        assert harness.post(person(f"endorser-{n}"), f"/v1/topics/{topic}/endorsements").status == 201
    shown = harness.get(ANONYMOUS, f"/v1/topics/{topic}").body
    assert (shown["count"], shown["raisers"], len(shown["endorsers"])) == (14, ["ani", "budi", "citra"], 11)

    activity = harness.published(topic=topic)
    names = [f"member-{n:02d}" for n in range(15)]
    replies = harness.register(activity, *names)
    assert [reply.body["seat"] for reply in replies] == ["taken"] * 12 + ["line"] * 3
    assert [reply.body["place"] for reply in replies[12:]] == [1, 2, 3]

    path = f"/v1/activities/{activity}"
    released = harness.call(person(names[4]), "DELETE", f"{path}/registrations/{names[4]}")
    assert released.body == {"released": True, "promoted": names[12]}
    shown = harness.get(ANONYMOUS, path).body
    assert shown["seats"] == {"taken": 12, "line": 2}
    assert (shown["guide"], shown["topic"]["id"], "fee" in shown) == ("rani", topic, False)

    harness.clock.advance(timedelta(days=7))
    word = harness.post(RANI, f"{path}/attendance/code").body["word"]
    for name in names[:3]:
        assert harness.post(person(name), f"{path}/attendance", {"code": word.upper()}).status == 201
    assert harness.post(RANI, f"{path}/attendance", {"guest": "guest-1", "method": "walk-in"}).status == 201
    assert harness.post(RANI, f"{path}/complete").status == 200
    shown = harness.get(ANONYMOUS, path).body
    assert (shown["state"], shown["present"], shown["guests"]) == ("completed", 3, 1)
    assert harness.get(ANONYMOUS, f"/v1/topics/{topic}").body["state"] == "discussed"


def test_a_coordinator_of_another_region_may_read_but_not_act(harness: EventsHarness) -> None:
    activity = harness.published()
    assert harness.get(BIMA, f"/v1/activities/{activity}").status == 200
    assert harness.post(BIMA, f"/v1/activities/{activity}/cancel", {"reason": "rain"}).status == 403


def test_a_planned_activity_is_shown_only_to_its_planners(harness: EventsHarness) -> None:
    activity = harness.plan().body["activity"]
    for stranger in (ANONYMOUS, person("ani"), BIMA):
        assert harness.get(stranger, f"/v1/activities/{activity}").status == 404
    assert harness.post(BIMA, f"/v1/activities/{activity}/cancel", {"reason": "rain"}).status == 404
    assert harness.get(RANI, f"/v1/activities/{activity}").body["starts"] == f"{START:%Y-%m-%dT%H:%M:%SZ}"


def test_fifty_register_in_the_same_moment_and_the_log_says_who_came_first(harness: EventsHarness) -> None:
    activity = harness.published()
    names = [f"person-{n:02d}" for n in range(50)]
    gate = Barrier(len(names))

    def knock(name: str) -> Reply:
        gate.wait()
        return harness.post(person(name), f"/v1/activities/{activity}/registrations", settle=False)

    with ThreadPoolExecutor(len(names)) as crowd:
        replies = dict(zip(names, crowd.map(knock, names), strict=True))
    told = [fact for fact in harness.application.log.facts(0) if fact.type in {"seat-taken", "seat-lined"}]
    in_order = [fact.data["person"] for fact in told]
    assert {reply.status for reply in replies.values()} == {201}
    assert sorted(in_order) == names
    assert [replies[name].body["seat"] for name in in_order] == ["taken"] * 12 + ["line"] * 38
    assert [replies[name].body["place"] for name in in_order[12:]] == list(range(1, 39))
    shown = harness.get(RANI, f"/v1/activities/{activity}/registrations").body["items"]
    assert [item["person"] for item in shown] == in_order
    assert harness.get(ANONYMOUS, f"/v1/activities/{activity}").body["seats"] == {"taken": 12, "line": 38}
