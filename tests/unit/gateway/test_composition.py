import asyncio
import time

import pytest

from gateway.composed.composition import compose
from services.kernel.base.problem import NotFound
from tests.unit.gateway.harness import FakeAnswer, bearer
from tests.unit.gateway.sample_community import activity

WALK_IN = "/v1/activities/a1/walk-ins"
SEATS = "/v1/activities/a1/guest-registrations"


def everything_up(harness):
    harness.members.on("GET /v1/me", FakeAnswer({"person": "sari", "name": "Sari"}))
    harness.events.on("GET /v1/participation/{person}", FakeAnswer({"items": []}))
    harness.notifications.on("GET /v1/me/inbox", FakeAnswer({"items": [{"subject": "Halo"}]}))
    harness.members.on("GET /v1/competence/{person}", FakeAnswer({"areas": []}))
    harness.events.on("GET /v1/certificates", FakeAnswer({"items": []}))
    for path in ("/v1/consultations", "/v1/mentorships"):
        harness.mentoring.on(f"GET {path}", FakeAnswer({"items": []}))


def test_the_dashboard_combines_all_four_services(harness, client):
    everything_up(harness)
    answer = client.get("/v1/me/dashboard", headers=bearer())
    assert answer.status_code == 200
    assert answer.json() == {
        "me": {"person": "sari", "name": "Sari"},
        "participation": {"items": []},
        "inbox": {"items": [{"subject": "Halo"}]},
        **{name: {"items": []} for name in ("certificates", "consultations", "mentorships")},
        "competence": {"areas": []},
        "warnings": [],
    }
    assert harness.events.calls("GET /v1/participation/sari")
    assert harness.mentoring.calls("GET /v1/consultations")[0].query == "asker=me&limit=5"


def test_a_part_that_is_down_is_null_with_a_warning(harness, client):
    everything_up(harness)
    harness.notifications.down()
    document = client.get("/v1/me/dashboard", headers=bearer()).json()
    assert document["inbox"] is None
    assert document["me"]["name"] == "Sari"
    assert [(warning["part"], warning["status"]) for warning in document["warnings"]] == [("inbox", 503)]


def test_a_slow_part_does_not_delay_the_rest(harness, client):
    everything_up(harness)
    harness.events.on("GET /v1/participation/{person}", lambda _asked: time.sleep(3) or FakeAnswer())
    began = time.monotonic()
    document = client.get("/v1/me/dashboard", headers=bearer()).json()
    assert time.monotonic() - began < 2.5
    assert document["participation"] is None
    assert document["warnings"][0]["part"] == "participation"


def test_the_dashboard_needs_a_login(client):
    assert client.get("/v1/me/dashboard").status_code == 401


def test_parts_run_concurrently_and_slow_ones_are_left_out():
    async def part(seconds, answer):
        await asyncio.sleep(seconds)
        if isinstance(answer, Exception):
            raise answer
        return answer

    began = time.monotonic()
    composed = asyncio.run(
        _compose({"a": part(0.1, 1), "b": part(0.1, 2), "c": part(0.1, NotFound()), "d": part(9, 4)})
    )
    assert time.monotonic() - began < 0.5
    assert composed.answers == {"a": 1, "b": 2, "c": None, "d": None}
    assert [(warning["part"], warning["status"]) for warning in composed.warnings] == [("c", 404), ("d", 503)]


async def _compose(calls):
    return await compose(calls, seconds=0.3)


def add_guest(client, key="k1", **contact):
    return client.post(WALK_IN, json=contact, headers={"Idempotency-Key": key, **bearer()})


def test_a_walk_in_stores_contact_and_presence_under_one_guest_id(harness, client):
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    harness.events.on("POST /v1/activities/{activity}/attendance", FakeAnswer({}, 201))
    answer = add_guest(client, name="Pak Tamu", phone="0812")
    assert answer.status_code == 201
    guest = answer.json()["guest"]
    assert answer.json() == {"guest": guest, "recorded": True, "warnings": []}
    [told] = harness.members.calls("POST /v1/guests/{guest}")
    assert (told.path, told.document) == (f"/v1/guests/{guest}", {"name": "Pak Tamu", "phone": "0812"})
    [present] = harness.events.received
    assert present.document == {"guest": guest, "method": "walk-in"}
    assert present.headers["idempotency-key"] != told.headers["idempotency-key"]


def test_a_repeated_walk_in_is_the_same_guest(harness, client):
    harness.events.on("POST /v1/activities/{activity}/attendance", FakeAnswer({}, 201))
    guests = [add_guest(client, key).json()["guest"] for key in ("k1", "k1", "k2")]
    assert guests[0] == guests[1] != guests[2]
    assert len({asked.headers["idempotency-key"] for asked in harness.events.received}) == 2
    assert not harness.members.calls("POST /v1/guests/{guest}")  # no name, nothing for members to keep


def test_a_walk_in_succeeds_when_contact_or_presence_fails(harness, client):
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    harness.events.on("POST /v1/activities/{activity}/attendance", FakeAnswer({}, 201))
    add_guest(client, "k0")
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 503))
    half = add_guest(client, name="Pak Tamu")
    assert (half.status_code, half.json()["recorded"]) == (201, True)
    assert [warning["part"] for warning in half.json()["warnings"]] == ["guest"]
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    harness.events.down()
    other = add_guest(client, name="Pak Tamu")
    assert (other.status_code, other.json()["recorded"]) == (201, False)
    assert [warning["part"] for warning in other.json()["warnings"]] == ["attendance"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"[" * 100_000, b'{"name":' * 30_000], ids=["open", "list", "deep", "deeper"]
)
def test_a_walk_in_must_be_a_json_object(harness, client, body):
    answer = client.post(WALK_IN, content=body, headers={"Idempotency-Key": "k1", **bearer()})
    assert answer.status_code == 400
    assert not harness.events.received


def test_a_walk_in_fails_when_nothing_was_recorded(harness, client):
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 403))
    harness.events.on("POST /v1/activities/{activity}/attendance", FakeAnswer({}, 403))
    assert add_guest(client, name="Pak Tamu").status_code == 403
    assert client.post(WALK_IN, json={}, headers=bearer()).status_code == 400
    assert add_guest(client, surname="x").status_code == 400
    assert client.post(WALK_IN, json={}, headers={"Idempotency-Key": "k"}).status_code == 401


@pytest.fixture
def open_activity(harness):
    harness.events.on("GET /v1/activities/{activity}", FakeAnswer(activity(open=True)))
    harness.events.on("POST /v1/activities/{activity}/registrations", FakeAnswer({"seat": "taken", "place": None}, 201))
    harness.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 201))
    return harness


def take_seat(client, key="k1", **contact):
    sent = {"name": "Bu Tamu", "phone": "0812"} | contact
    return client.post(SEATS, json=sent, headers={"Idempotency-Key": key}).json()["guest"]


def test_a_repeated_guest_registration_without_a_cookie_takes_one_seat(open_activity, client):
    first = take_seat(client)
    client.cookies.clear()
    again = take_seat(client)
    with_the_cookie_that_came = take_seat(client)
    assert first == again == with_the_cookie_that_came
    seats = open_activity.events.calls("POST /v1/activities/{activity}/registrations")
    assert len({(seat.actor.id, seat.headers["idempotency-key"]) for seat in seats}) == 1


def test_a_guest_whose_contact_is_refused_takes_no_seat(open_activity, client):
    open_activity.members.on("POST /v1/guests/{guest}", FakeAnswer({}, 400))
    body = {"name": "Bu Tamu", "phone": "x"}
    answer = client.post(SEATS, json=body, headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 400
    assert not open_activity.events.calls("POST /v1/activities/{activity}/registrations")


def test_another_contact_or_key_is_another_guest(open_activity, client):
    guests = []
    for key, phone in (("k1", "0812"), ("k1", "0813"), ("k2", "0812")):
        guests.append(take_seat(client, key, phone=phone))
        client.cookies.clear()
    assert len(set(guests)) == 3


def test_a_corrected_contact_keeps_the_guests_seat(open_activity, client):
    client.post("/v1/members", json={}, headers={"Idempotency-Key": "any"})  # brings a cookie
    assert take_seat(client) == take_seat(client, phone="0813")
    with open_activity.gateway() as second:
        second.post("/v1/members", json={}, headers={"Idempotency-Key": "any"})
        assert take_seat(second) != take_seat(client)
