from typing import Any

import pytest

from services.events.api.kinds import NewActivity
from services.kernel.declare.policy import ANONYMOUS, ActorSignature
from services.kernel.declare.schema import schema_of
from tests.services.events import sample_lectures as lectures
from tests.services.events.harness import BIMA, RANI, EventsHarness
from tests.support.sample_community import BLITAR, KEDIRI, person
from tests.unit.events.sample_times import END, START

GOOD: dict[str, Any] = {
    "kind": "gathering",
    "topic": "t",
    "title": "Barcodes",
    "region": KEDIRI,
    "venue": "v",
    "capacity": 12,
    "starts": START.isoformat(),
    "ends": END.isoformat(),
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fee", 25_000),
        ("price", 0),
        ("topics", ["t", "u"]),
        ("topic", ["t", "u"]),
        ("topic", "a.b"),
        ("topic", "$where"),
        ("kind", "party"),
        ("title", ""),
        ("title", "x" * 201),
        ("title", 7),
        ("capacity", 0),
        ("capacity", "12"),
        ("capacity", 12.0),
        ("starts", "2026-03-09T08:00:00"),
        ("starts", "tomorrow"),
        ("starts", "0001-01-01T00:00:00+14:00"),
        ("ends", "9999-12-31T23:59:59-12:00"),
        ("past", "yes"),
        ("past", 1),
    ],
)
def test_unknown_fields_and_wrong_types_are_named(field: str, value: object) -> None:
    assert list(schema_of(NewActivity)().validate({**GOOD, field: value})) == [field]
    assert schema_of(NewActivity)().validate(GOOD) == {}


def test_a_gathering_with_a_fee_cannot_even_be_asked_for(harness: EventsHarness) -> None:
    reply = harness.post(RANI, "/v1/activities", {**GOOD, "fee": 0})
    assert (reply.status, reply.body["errors"]) == (400, {"fee": ["Unknown field."]})


def test_topic_and_venue_of_a_gathering_must_exist(harness: EventsHarness) -> None:
    assert harness.post(RANI, "/v1/activities", GOOD).body["errors"] == {"topic": ["There is no such topic."]}
    topic = harness.topic()
    reply = harness.post(RANI, "/v1/activities", {**GOOD, "topic": topic})
    assert reply.body["errors"] == {"venue": ["There is no such venue."]}
    nowhere = harness.post(person("ani"), "/v1/topics", {"title": "x", "region": "atlantis"})
    assert nowhere.body["errors"] == {"region": ["There is no such region."]}
    stray = {"name": "x", "kind": "cafe", "region": KEDIRI, "subdistrict": f"{BLITAR}-1"}
    assert list(harness.post(RANI, "/v1/venues", stray).body["errors"]) == ["subdistrict"]


def test_a_list_from_beyond_the_calendar_is_not_read(harness: EventsHarness) -> None:
    for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        reply = harness.get(RANI, f"/v1/activities?from={at}")
        assert (reply.status, list(reply.body["errors"])) == (400, ["from"])


def test_a_second_topic_is_refused_by_the_rule_and_not_by_chance(harness: EventsHarness) -> None:
    topic = harness.topic()
    activity = harness.plan(topic=topic).body["activity"]
    second = harness.post(RANI, f"/v1/activities/{activity}/topics", {"topic": harness.topic()})
    assert (second.status, second.rule) == (422, "one-topic-per-gathering")
    assert harness.post(RANI, f"/v1/activities/{activity}/topics", {"topic": topic}).status == 200


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(harness: EventsHarness) -> None:
    wish = {"title": "Barcodes", "region": KEDIRI}
    first = harness.post(person("ani"), "/v1/topics", wish, key="mine")
    again = harness.post(person("ani"), "/v1/topics", wish, key="mine")
    assert (first.status, first.body, first.headers["Position"]) == (
        again.status,
        again.body,
        again.headers["Position"],
    )
    other = harness.post(person("ani"), "/v1/topics", {**wish, "title": "Labels"}, key="mine")
    assert (other.status, other.rule) == (422, None)
    assert harness.post(person("budi"), "/v1/topics", wish, key="mine").body != first.body


def test_a_repeated_request_gets_the_same_refusal(harness: EventsHarness) -> None:
    activity = harness.plan().body["activity"]
    path = f"/v1/activities/{activity}"
    assert harness.post(RANI, f"{path}/publish", key="mine").rule == "nobody-leads-it"
    harness.post(RANI, f"{path}/speakers", {"person": "rani", "role": "guide"})
    assert harness.post(RANI, f"{path}/publish", key="mine").rule == "nobody-leads-it"
    assert harness.post(RANI, f"{path}/publish").status == 200


def test_a_body_over_the_limit_is_too_large(harness: EventsHarness) -> None:
    assert harness.post(person("ani"), "/v1/topics", {"title": "x" * 300_000}).status == 413


def test_a_write_without_a_key_is_not_read(harness: EventsHarness) -> None:
    reply = harness.post(person("ani"), "/v1/topics", {"title": "x", "region": KEDIRI}, key="")
    assert (reply.status, "Idempotency-Key" in reply.body["detail"]) == (400, True)


def test_a_forged_or_foreign_signature_is_refused(harness: EventsHarness) -> None:
    forged = ActorSignature("another key").sign(RANI)
    reply = harness.call(ANONYMOUS, "GET", "/v1/activities", None, **{ActorSignature.HEADER: forged})
    assert reply.status == 401


def test_an_anonymous_caller_changes_nothing(harness: EventsHarness) -> None:
    activity, topic, venue = harness.published(), harness.topic(), harness.venue()
    paths = {
        "/v1/topics": {"title": "x", "region": KEDIRI},
        f"/v1/topics/{topic}/raisers": {},
        f"/v1/topics/{topic}/endorsements": {},
        f"/v1/topics/{topic}/decision": {"decision": "accepted"},
        f"/v1/topics/{topic}/solved": {"solved": True},
        "/v1/venues": {"name": "x", "kind": "cafe", "region": KEDIRI, "subdistrict": f"{KEDIRI}-1"},
        f"/v1/venues/{venue}/requests": {"activity": activity},
        f"/v1/venues/{venue}/requests/{activity}/answer": {"confirmed": True},
        "/v1/activities": GOOD,
        f"/v1/activities/{activity}/topics": {"topic": topic},
        f"/v1/activities/{activity}/speakers": {"person": "rani", "role": "guide"},
        f"/v1/activities/{activity}/publish": {},
        f"/v1/activities/{activity}/capacity": {"capacity": 3},
        f"/v1/activities/{activity}/reschedule": {"starts": START.isoformat(), "ends": END.isoformat()},
        f"/v1/activities/{activity}/cancel": {"reason": "x"},
        f"/v1/activities/{activity}/complete": {},
        f"/v1/activities/{activity}/registrations": {},
        f"/v1/activities/{activity}/attendance": {"code": "x"},
        f"/v1/activities/{activity}/attendance/code": {},
        f"/v1/activities/{activity}/feedback": {"useful": 5, "understood": 5},
        f"/v1/activities/{activity}/problems/p/raisers": {},
        f"/v1/activities/{activity}/problems/p/merge": {"into": "q"},
        f"/v1/activities/{activity}/problems/p/topic": {"title": "x"},
        f"/v1/activities/{activity}/materials": {"title": "x", "text": "x", "licence": "cc0"},
        f"/v1/activities/{activity}/certificates": {},
        "/v1/certificates/none/revocation": {"reason": "x"},
        **lectures.bodies(lectures.announced(harness), lectures.poll(harness, lectures.EVENING, lectures.LATER)),
    }
    routes = {route.path for route in harness.application.definition.routes if route.method == "POST" and route.public}
    routes.remove("/v1/activities/{activity}/problems")  # which strangers may say
    assert len(paths) == len(routes), "a route is missing here"
    before = harness.application.log.head()
    for path, body in paths.items():
        assert harness.post(ANONYMOUS, path, body).status == 401, path
    assert harness.application.log.head() == before


def test_a_coordinator_of_another_region_changes_nothing_here(harness: EventsHarness) -> None:
    activity, venue = harness.published(), harness.venue("school")
    harness.register(activity, "ani")
    before = harness.application.log.head()
    one = f"/v1/activities/{activity}"
    for path, body in {
        "/v1/activities": {**GOOD, "topic": harness.topic(), "venue": venue},
        f"{one}/topics": {"topic": "t"},
        f"{one}/speakers": {"person": "bima", "role": "guide"},
        f"{one}/publish": {},
        f"{one}/reschedule": {"starts": START.isoformat(), "ends": END.isoformat()},
        f"{one}/cancel": {"reason": "x"},
        f"{one}/complete": {},
        f"{one}/registrations": {"person": "budi"},
        f"{one}/attendance": {"guest": "g"},
        f"{one}/attendance/code": {},
        f"/v1/venues/{venue}/requests": {"activity": activity},
        "/v1/venues": {"name": "x", "kind": "cafe", "region": KEDIRI, "subdistrict": f"{KEDIRI}-1"},
    }.items():
        assert harness.post(BIMA, path, body).status == 403, path
    assert harness.call(BIMA, "DELETE", f"{one}/registrations/ani").status == 403
    assert harness.application.log.head() == before + 1  # the topic that this test raised
