import asyncio
import json

import pytest

from gateway.edge.caller import Caller
from gateway.edge.identity import FRESH_SECONDS, LAST_SECONDS, Identities
from gateway.edge.transport import Reply
from services.kernel.base.problem import ActorNotAccepted, TokenEnded, Unauthorized, Unavailable
from services.kernel.declare.policy import ANONYMOUS
from tests.unit.gateway.harness import SARI, TOKEN, FakeAnswer, bearer

ENDED = (401, TokenEnded().document())


class Members:
    """A fake transport; ``says`` is the answer's status and document, or None for no answer."""

    def __init__(self):
        self.says = (200, SARI)
        self.received = []
        self.paths = []

    async def send(self, service, _method, path, actor, *, headers, body, seconds):
        self.paths.append((service, path))
        self.received.append((actor, headers, json.loads(body), seconds))
        if self.says is None:
            raise Unavailable("down")
        status, document = self.says
        return Reply(status, {"content-type": "application/problem+json"}, json.dumps(document).encode())


class Machine:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def members():
    return Members()


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def ask(members, machine):
    identities = Identities(members, machine)
    ask = lambda token=TOKEN: asyncio.run(identities.identity_of(token))  # noqa: E731
    ask.identities = identities
    return ask


def test_members_is_asked_once_a_minute_as_the_gateway(ask, members, machine):
    assert ask().actor.id == "sari"
    machine.now += FRESH_SECONDS - 1
    ask()
    assert len(members.received) == 1
    actor, headers, body, _ = members.received[0]
    assert (actor.kind, actor.id) == ("service", "gateway")
    assert body == {"token": TOKEN}
    assert headers["Idempotency-Key"]
    machine.now += 2
    ask()
    assert len(members.received) == 2


def test_a_new_office_counts_at_the_next_request(ask, members):
    ask()
    members.says = (200, {**SARI, "grants": {"topics.decide": ["kota-kediri"]}})
    ask.identities.members_wrote(41)
    assert ask().actor.may("topics.decide", "kota-kediri")
    assert members.received[-1][1]["Wait-For"] == "members@41"


def test_with_members_down_the_last_known_actor_is_used_for_ten_minutes(ask, members, machine):
    assert ask().confirmed
    members.says = None
    machine.now += LAST_SECONDS - 1
    assert ask().actor.id == "sari"
    assert not ask().confirmed
    machine.now += 2
    with pytest.raises(Unavailable):
        ask()


def test_with_members_down_an_unknown_token_is_503_not_401(ask, members):
    members.says = (500, {})
    with pytest.raises(Unavailable):
        ask()


def test_a_token_that_members_refuses_is_refused_and_forgotten(ask, members, machine):
    ask()
    machine.now += FRESH_SECONDS + 1
    members.says = ENDED
    with pytest.raises(TokenEnded):
        ask()
    members.says = None
    with pytest.raises(Unavailable):
        ask()


@pytest.mark.parametrize("problem", [ActorNotAccepted(), Unauthorized()])
def test_a_401_that_does_not_speak_of_the_token_ends_no_login(ask, members, machine, problem):
    ask()
    machine.now += FRESH_SECONDS + 1
    members.says = (401, problem.document())
    assert (ask().actor.id, ask().confirmed) == ("sari", False)
    machine.now += LAST_SECONDS
    with pytest.raises(Unavailable):
        ask()


def test_a_forgotten_token_is_checked_again(ask, members):
    ask()
    ask.identities.forget(TOKEN)
    ask()
    assert len(members.received) == 2


def test_forged_and_malformed_tokens_are_401_and_reach_no_service(harness, client):
    harness.events.on("GET /v1/topics/{topic}", FakeAnswer())
    for header in ("Bearer forged", "Bearer", "Basic YTpi"):
        answer = client.get("/v1/topics/t", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["type"] == "urn:jejaring:problem:unauthorized"
    assert not harness.events.received


def test_with_members_down_reading_goes_on_and_writing_does_not(harness, client):
    harness.events.on("GET /v1/topics/{topic}", FakeAnswer())
    harness.events.on("POST /v1/topics", FakeAnswer({}, 201))
    assert client.get("/v1/topics/t", headers=bearer()).status_code == 200
    harness.members.on("POST /v1/members", FakeAnswer({}, 201))
    assert (
        client.post("/v1/members", json={}, headers={"Idempotency-Key": "a"}).status_code == 201
    )  # now it is asked anew
    harness.members.down()
    assert client.get("/v1/topics/t", headers=bearer()).status_code == 200
    answer = client.post("/v1/topics", json={}, headers={"Idempotency-Key": "b", **bearer()})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert not harness.events.calls("POST /v1/topics")


def test_a_partner_key_is_checked_with_notifications_and_again_after_a_change(ask, members):
    members.says = (200, {"kind": "partner", "id": "unisma", "offices": [], "grants": {"feed.read": ["kota-kediri"]}})
    assert ask("jpk_0190.secret").actor.may("feed.read", "kota-kediri")
    assert members.paths == [("notifications", "/internal/partner-identity")]
    ask.identities.members_wrote(41)
    ask("jpk_0190.secret")
    assert len(members.paths) == 1
    ask.identities.partners_changed()
    members.says = ENDED
    with pytest.raises(TokenEnded):
        ask("jpk_0190.secret")


@pytest.mark.parametrize("state", [{"unknown": True}, {"confirmed": False}], ids=["unknown", "unconfirmed"])
def test_who_cannot_be_confirmed_writes_nothing(state):
    with pytest.raises(Unavailable):
        Caller(ANONYMOUS, **state).require_write()
    Caller(ANONYMOUS).require_write()
