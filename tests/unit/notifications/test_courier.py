"""From the feed to a partner's address: each fact once, in order, signed; what fails waits and holds up nobody else."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database
from standardwebhooks.webhooks import WebhookVerificationError

from services.kernel.envelope import canonical, envelope
from services.kernel.mongo import connect
from services.kernel.policy import Actor
from services.notifications.sender import Machine
from services.notifications.webhooks.courier import Courier
from services.notifications.webhooks.dispatcher import LANES, Dispatcher
from services.notifications.webhooks.knocking import Knocker
from tests.support.endpoint import Endpoint, an_endpoint
from tests.unit.notifications.partnership import KEEPER, Desk


class Time:
    """Machine time that a test moves."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.begun = datetime.now(UTC)

    def machine(self) -> Machine:
        return Machine(lambda: self.begun + timedelta(seconds=self.passed), lambda: self.passed)


class Office:
    """A desk, an endpoint, and a courier between them whose time is the test's."""

    def __init__(self, database: Database[dict[str, Any]], endpoint: Endpoint) -> None:
        self.desk = Desk(database, webhook_allow=("127.0.0.1",))
        self.endpoint = endpoint
        self.time = Time()
        self.outcomes: list[str] = []
        self.partner = self.desk.partner()
        self.actor = self.desk.behind(self.desk.bearer(self.partner, "kota-kediri", "kota-blitar"))
        self.restart()

    def restart(self) -> None:
        """Nothing in memory, everything in the database."""
        parts = self.desk.application.parts
        machine = self.time.machine()
        self.courier = Courier(
            parts.commands,
            parts.feed,
            parts.webhooks,
            Knocker(("127.0.0.1",), seconds=1.0),
            parts.mint,
            self.desk.clock,
            "jejaring.test",
            ("127.0.0.1",),
            machine=machine,
            ended=self.outcomes.append,
            chance=lambda: 0.5,
        )
        core = self.desk.application.core
        self.dispatcher = Dispatcher(
            self.courier.serve,
            parts.webhooks,
            parts.views,
            core.heard,
            self.desk.clock,
            machine=machine,
            start=lambda work: work(),
        )

    def subscribe(self, url: str = "", **wish: Any) -> tuple[str, str]:
        """Its id and its secret."""
        made = self.desk.post(self.actor, "/v1/subscriptions", {"url": url or self.endpoint.url, **wish})
        assert made.status == 201, made.body
        return made.body["subscription"], made.body["secret"]

    def run(self) -> None:
        """Until nothing is due."""
        for _ in range(50):
            self.desk.show()
            if not self.dispatcher.step(1):
                return
        raise AssertionError("it does not come to rest")

    def after(self, seconds: float) -> None:
        self.time.passed += seconds
        self.run()

    def states(self, subscription: str) -> list[str]:
        """From the first delivery to the last."""
        found = self.desk.get(self.actor, f"/v1/subscriptions/{subscription}/deliveries").body["items"]
        return [each["state"] for each in reversed(found)]


@pytest.fixture
def office(mongodb_uri: str, database: Database[dict[str, Any]]) -> Iterator[Office]:
    with an_endpoint() as endpoint:
        yield Office(connect(mongodb_uri)[database.name], endpoint)


def test_each_fact_of_interest_comes_once_in_order_signed_and_untouched(office: Office) -> None:
    before = office.desk.hear("events.activity-published")
    subscription, secret = office.subscribe(types=["activity-*", "library-live"], regions=["kota-kediri"])
    told = [
        office.desk.hear("events.activity-published", title="é"),
        office.desk.hear("events.seat-taken"),
        office.desk.hear("events.activity-published", "kota-blitar"),
        office.desk.hear("mentoring.library-live"),
        office.desk.hear("members.login-code-issued"),
        office.desk.hear("events.activity-completed"),
    ]
    office.run()
    wanted = [told[0], told[3], told[5]]
    assert before.id not in office.endpoint.ids
    assert office.endpoint.ids == [fact.id for fact in wanted]
    assert [each.body for each in office.endpoint.received] == [canonical(envelope(f, "jejaring.test")) for f in wanted]
    assert [each.number for each in office.endpoint.received] == [1, 2, 3]
    assert office.endpoint.received[0].verified(secret)["data"]["title"] == "é"
    assert office.endpoint.received[0].headers["content-type"] == "application/cloudevents+json"
    office.restart()
    office.run()
    assert len(office.endpoint.received) == 3
    assert office.states(subscription) == ["delivered"] * 3


def test_what_was_tampered_with_is_not_verified(office: Office) -> None:
    _, secret = office.subscribe()
    office.desk.hear("events.seat-taken")
    office.run()
    received = office.endpoint.received[0]
    for changed in (
        {"body": received.body + b" "},
        {"headers": {**received.headers, "webhook-id": "another"}},
        {"headers": {**received.headers, "webhook-timestamp": "1"}},
    ):
        with pytest.raises(WebhookVerificationError):
            type(received)(**{"headers": received.headers, "body": received.body, "path": "/"} | changed).verified(
                secret
            )


def test_what_fails_waits_its_time_and_nothing_overtakes_it(office: Office) -> None:
    subscription, _ = office.subscribe()
    first, second = office.desk.hear("events.seat-taken"), office.desk.hear("events.seat-taken")
    office.endpoint.says = 503
    office.run()
    assert office.endpoint.ids == [first.id]
    assert office.states(subscription) == ["waiting"]
    office.after(4.9)
    assert office.endpoint.ids == [first.id]
    office.after(0.2)
    assert office.endpoint.ids == [first.id] * 2
    office.endpoint.says = 204
    office.after(300)
    assert office.endpoint.ids == [first.id] * 3 + [second.id]
    assert [each.number for each in office.endpoint.received] == [1, 1, 1, 2]
    shown = office.desk.get(office.actor, f"/v1/subscriptions/{subscription}/deliveries").body["items"][1]
    assert [each["status"] for each in shown["tries"]] == [503, 503, 204]
    assert (shown["attempts"], shown["id"], shown["retry_at"]) == (3, first.id, None)


def test_a_redirect_is_a_failure_and_is_not_followed(office: Office) -> None:
    subscription, _ = office.subscribe()
    office.endpoint.says, office.endpoint.also = 302, {"Location": office.endpoint.url + "/elsewhere"}
    office.desk.hear("events.seat-taken")
    office.run()
    assert [each.path for each in office.endpoint.received] == ["/hook"]
    assert office.states(subscription) == ["waiting"]


def test_retry_after_is_heeded(office: Office) -> None:
    office.subscribe()
    office.endpoint.says, office.endpoint.also = 429, {"Retry-After": "600"}
    office.desk.hear("events.seat-taken")
    office.run()
    office.after(599)
    assert len(office.endpoint.received) == 1
    office.after(2)
    assert len(office.endpoint.received) == 2


def test_410_disables_at_once_tells_it_and_enabled_again_nothing_is_missing(office: Office) -> None:
    subscription, _ = office.subscribe()
    fact = office.desk.hear("events.seat-taken")
    office.endpoint.says = 410
    office.run()
    shown = office.desk.get(office.actor, f"/v1/subscriptions/{subscription}").body
    assert (shown["state"], shown["why"]) == ("disabled", "gone")
    office.desk.listen()
    told = [heard.data for heard in office.desk.application.inbox.read(0) if heard.type == "subscription-disabled"]
    assert told == [{"subscription": subscription, "partner": office.partner, "why": "gone"}]
    office.endpoint.says = 204
    later = office.desk.hear("events.seat-taken")
    office.after(1e6)
    assert office.endpoint.ids == [fact.id]
    assert office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/enable").status == 200
    office.run()
    assert [each for each in office.endpoint.ids if each in (fact.id, later.id)] == [fact.id, fact.id, later.id]
    assert [each.number for each in office.endpoint.received][:3] == [1, 1, 2]


def test_the_whole_schedule_in_vain_disables_and_an_enabled_one_has_all_its_chances_again(office: Office) -> None:
    subscription, _ = office.subscribe()
    office.endpoint.says = 500
    office.desk.hear("events.seat-taken")
    office.run()
    for _ in range(12):
        office.after(24 * 3600 * 1.3)
    assert len(office.endpoint.received) <= 10
    shown = office.desk.get(office.actor, f"/v1/subscriptions/{subscription}").body
    assert (shown["state"], shown["why"]) in {("disabled", "failing"), ("disabled", "exhausted")}
    before = len(office.endpoint.received)
    office.desk.post(KEEPER, f"/v1/subscriptions/{subscription}/enable")
    office.run()
    office.after(6)
    assert len(office.endpoint.received) == before + 2


def test_a_recovery_sends_a_range_again_under_the_same_ids_and_goes_on_from_there(office: Office) -> None:
    subscription, _ = office.subscribe(types=["seat-taken"])
    facts = [office.desk.hear("events.seat-taken") for _ in range(3)]
    office.run()
    cursor = office.endpoint.received[0].headers["feed-cursor"]
    path = f"/v1/subscriptions/{subscription}/recover"
    assert office.desk.post(office.actor, path, {"after": cursor}).status == 202
    fourth = office.desk.hear("events.seat-taken")
    office.run()
    ids = [fact.id for fact in facts]
    assert office.endpoint.ids == [*ids, *ids[1:], fourth.id]
    assert [each.number for each in office.endpoint.received] == [1, 2, 3, 4, 5, 6]
    since = office.desk.clock.now() - timedelta(minutes=1)
    assert office.desk.post(office.actor, path, {"since": since.isoformat()}).status == 202
    office.run()
    assert office.endpoint.ids[6:] == [*ids, fourth.id]
    late = (office.desk.clock.now() + timedelta(days=1)).isoformat()
    for wrong in ({}, {"after": "x"}, {"after": cursor, "since": late}, {"since": late}):
        assert office.desk.post(office.actor, path, wrong).status == 400


def test_a_recovery_while_one_waits_begins_at_the_place_asked_for(office: Office) -> None:
    subscription, _ = office.subscribe()
    facts = [office.desk.hear("events.seat-taken") for _ in range(2)]
    office.endpoint.says = 500
    office.run()
    office.endpoint.says = 204
    start = office.desk.application.parts.feed.cursor(0)
    assert office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/recover", {"after": start}).status == 202
    office.run()
    assert office.endpoint.ids == [facts[0].id, facts[0].id, facts[1].id]
    assert office.states(subscription).count("delivered") == 2


def test_after_a_rotation_both_secrets_verify_for_a_day(office: Office) -> None:
    subscription, old = office.subscribe()
    answer = office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/rotate", key="once")
    new = answer.body["secret"]
    assert office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/rotate", key="once").body["secret"] == new
    assert new.startswith("whsec_")
    assert new != old
    office.desk.hear("events.seat-taken")
    office.run()
    received = office.endpoint.received[0]
    assert len(received.headers["webhook-signature"].split()) == 2
    assert received.verified(old) == received.verified(new)
    office.desk.clock.advance(timedelta(hours=24))
    office.desk.hear("events.seat-taken")
    office.run()
    office.endpoint.received[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        office.endpoint.received[1].verified(old)
    kept = json.dumps([*office.desk.database.commits.find()], default=str)
    assert old not in kept
    assert new not in kept


def test_a_ping_is_tried_once_and_counts_for_nothing(office: Office) -> None:
    subscription, secret = office.subscribe()
    ping = office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/test")
    office.run()
    assert ping.status == 202
    assert office.endpoint.ids == [ping.body["ping"]]
    assert office.endpoint.received[0].verified(secret)["type"] == "id.jejaring.notifications.ping.v1"
    assert "deliveryseq" not in office.endpoint.received[0].headers
    office.after(60)
    office.restart()
    office.run()
    assert len(office.endpoint.received) == 1
    assert office.states(subscription) == []


def test_killed_between_the_yes_and_the_record_it_comes_again_under_the_same_id(office: Office) -> None:
    subscription, _ = office.subscribe()
    fact = office.desk.hear("events.seat-taken")
    office.run()
    office.desk.database.webhook_deliveries.update_many({}, {"$set": {"state": "sending", "ended": None}})
    office.desk.database.webhook_lanes.update_many({}, {"$set": {"number": 0, "position": 0}})
    office.restart()
    office.run()
    assert office.endpoint.ids == [fact.id, fact.id]
    office.desk.database.webhook_lanes.update_many({}, {"$set": {"number": 0, "position": 0}})
    office.restart()
    office.run()
    assert len(office.endpoint.received) == 2, "delivered, and only the lane did not know"
    assert office.states(subscription) == ["delivered"]


def test_a_partner_that_rests_gets_nothing_and_all_of_it_afterwards(office: Office) -> None:
    office.subscribe()
    office.desk.post(KEEPER, f"/v1/partners/{office.partner}/state", {"state": "dormant"})
    fact = office.desk.hear("events.seat-taken")
    office.run()
    assert not office.endpoint.received
    office.desk.post(KEEPER, f"/v1/partners/{office.partner}/state", {"state": "active", "agreement": "again"})
    office.after(6)
    assert office.endpoint.ids == [fact.id]


def test_a_fact_that_is_too_large_leaves_its_number_free(office: Office) -> None:
    subscription, _ = office.subscribe()
    office.desk.hear("events.seat-taken", text="x" * 20_000)
    small = office.desk.hear("events.seat-taken")
    office.run()
    assert [(each.id, each.number) for each in office.endpoint.received] == [(small.id, 2)]
    assert office.states(subscription) == ["failed", "delivered"]


def test_a_subscription_is_its_partners_alone(office: Office) -> None:
    subscription, _ = office.subscribe()
    other = office.desk.behind(office.desk.bearer(office.desk.partner(name="Other")))
    unscoped = office.desk.behind(office.desk.bearer(office.partner, scopes=("feed.read",)))
    for actor, status in ((other, 404), (unscoped, 403), (Actor("person", "ani"), 403), (Actor(), 401)):
        for path in ("", "/deliveries"):
            assert office.desk.get(actor, f"/v1/subscriptions/{subscription}{path}").status == status
        for path in ("rotate", "test", "enable", "disable"):
            found = office.desk.post(actor, f"/v1/subscriptions/{subscription}/{path}").status
            assert found == (401 if status == 401 else status)
    assert office.desk.get(other, "/v1/subscriptions").body["items"] == []
    assert [each["subscription"] for each in office.desk.get(KEEPER, "/v1/subscriptions").body["items"]] == [
        subscription
    ]
    wish = {"url": office.endpoint.url}
    assert office.desk.post(office.actor, "/v1/subscriptions", {**wish, "regions": ["tulungagung"]}).status == 403
    assert office.desk.post(other, "/v1/subscriptions", {**wish, "partner": office.partner}).status == 403
    assert office.desk.post(KEEPER, "/v1/subscriptions", wish).status == 400
    assert office.desk.post(KEEPER, "/v1/subscriptions", {**wish, "partner": office.partner}).status == 201
    assert office.desk.post(office.actor, "/v1/subscriptions", {"url": "https://10.0.0.1/"}).rule == "webhook-address"


def test_more_subscriptions_than_lanes_all_get_their_turn(office: Office) -> None:
    for _ in range(LANES + 3):
        office.subscribe()
    fact = office.desk.hear("events.seat-taken")
    office.run()
    assert office.endpoint.ids == [fact.id] * (LANES + 3)
