"""Signed actors between machines whose clocks differ, in both directions."""

import json
import time

import pytest

from services.kernel.base.clock import FixedClock
from services.kernel.base.problem import ActorNotAccepted
from services.kernel.base.signed import SKEW_SECONDS
from services.kernel.commands.decider import Commands
from services.kernel.declare.policy import ACTOR_SECONDS, Actor, ActorSignature, service_actor
from services.kernel.declare.route import Answer, Route
from services.kernel.http.api import Api, RawRequest
from services.kernel.log.memory_log import MemoryLog
from tests.support.sample_domain import AT, REGISTRY, tell

KEY = "k" * 64
MOMENT = 1_800_000_000.4
CALLERS = {
    "a person through the gateway": Actor("person", "sari", grants={"books.put": ("kediri",)}),
    "a partner through the gateway": Actor("partner", "unisma"),
    "the gateway itself": service_actor("gateway"),
    "a service": service_actor("events"),
}


def signed_at(moment: float) -> ActorSignature:
    return ActorSignature(KEY, lambda: moment)


@pytest.mark.parametrize("actor", CALLERS.values(), ids=CALLERS)
@pytest.mark.parametrize("ahead", [0, 1, 29, -1, -29])
def test_clocks_that_differ_by_less_than_half_a_minute_are_no_reason_for_a_401(actor: Actor, ahead: float) -> None:
    """``ahead`` is how far the signer's clock is before the reader's."""
    api = Api(
        "shelves", [Route("GET", "/v1/who", lambda _p, r: Answer({"id": r.actor.id}), "who", "Who", partners=True)], None,
        commands=Commands(MemoryLog("shelves", REGISTRY), FixedClock(AT), tell), clock=FixedClock(AT),
        signature=signed_at(MOMENT), wait_for=lambda _: None, shown=lambda: 0,
    )  # fmt: skip
    header = signed_at(MOMENT + ahead).sign(actor)
    answer = api.respond(RawRequest("GET", "/v1/who", {}, {"jejaring-actor": header}, b""))
    assert (answer.status, json.loads(answer.body)) == (200, {"id": actor.id})


def test_an_actor_signed_more_than_half_a_minute_ahead_is_not_accepted() -> None:
    with pytest.raises(ActorNotAccepted, match="clock"):
        signed_at(MOMENT).read(signed_at(MOMENT + SKEW_SECONDS + 1).sign(CALLERS["a service"]))


@pytest.mark.parametrize("behind", [0, 1, 29])
def test_a_signed_actor_is_good_for_its_time_also_when_the_signers_clock_is_behind(behind: float) -> None:
    value = signed_at(MOMENT - behind).sign(CALLERS["a service"])
    assert signed_at(MOMENT + ACTOR_SECONDS).read(value) == CALLERS["a service"]


def test_a_signed_actor_is_good_for_its_time_and_the_skew_and_no_longer() -> None:
    value = signed_at(MOMENT).sign(CALLERS["a service"])
    assert signed_at(MOMENT + ACTOR_SECONDS + SKEW_SECONDS - 1).read(value) == CALLERS["a service"]
    with pytest.raises(ActorNotAccepted, match="expired"):
        signed_at(MOMENT + ACTOR_SECONDS + SKEW_SECONDS + 1).read(value)


def test_a_signature_of_the_releases_before_is_read() -> None:
    """The form on the wire did not change: old and new releases read each other's signatures during an upgrade."""
    from itsdangerous import URLSafeTimedSerializer

    before = URLSafeTimedSerializer(KEY, salt="jejaring.actor")
    document = {"kind": "service", "id": "events", "offices": [], "grants": {}}
    assert ActorSignature(KEY).read(before.dumps(document)) == CALLERS["a service"]  # type: ignore[arg-type]
    assert before.loads(ActorSignature(KEY).sign(CALLERS["a service"]), max_age=90)["id"] == "events"


def test_the_age_is_judged_by_the_time_at_which_the_signature_is_read() -> None:
    moment = [time.time()]
    signature = ActorSignature(KEY, lambda: moment[0])
    value = signature.sign(CALLERS["a service"])
    moment[0] += ACTOR_SECONDS + SKEW_SECONDS + 2
    with pytest.raises(ActorNotAccepted):
        signature.read(value)
