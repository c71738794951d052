"""What a partner does with its subscriptions: rotate, ping, recover, and nobody else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo.errors import AutoReconnect
from standardwebhooks.webhooks import WebhookVerificationError

from services.kernel.declare.policy import Actor
from services.notifications.api.subscriptions import MAX_ACTIVE_SUBSCRIPTIONS
from services.notifications.webhooks.webhook_client import NoReply, Reply, WebhookClient
from tests.services.notifications.harness import KEEPER, UNIVERSITY, NotificationsHarness
from tests.services.notifications.webhook_harness import WebhookHarness
from tests.support.endpoint import an_endpoint
from tests.support.service_databases import ServiceDatabases


@pytest.fixture
def webhooks(service_databases: ServiceDatabases) -> Iterator[WebhookHarness]:
    with an_endpoint() as endpoint:
        database = service_databases.empty(NotificationsHarness)
        yield WebhookHarness(database, endpoint, prepare=False)


def test_a_recovery_sends_a_range_again_under_the_same_ids_and_goes_on_from_there(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe(types=["seat-taken"])
    facts = [webhooks.service.hear_of("events.seat-taken") for _ in range(3)]
    webhooks.run()
    cursor = webhooks.endpoint.received[0].headers["feed-cursor"]
    path = f"/v1/subscriptions/{subscription}/recover"
    assert webhooks.service.post(webhooks.actor, path, {"after": cursor}).status == 202
    fourth = webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    ids = [fact.id for fact in facts]
    assert webhooks.endpoint.ids == [*ids, *ids[1:], fourth.id]
    assert [each.number for each in webhooks.endpoint.received] == [1, 2, 3, 4, 5, 6]
    since = webhooks.service.clock.now() - timedelta(minutes=1)
    assert webhooks.service.post(webhooks.actor, path, {"since": since.isoformat()}).status == 202
    webhooks.run()
    assert webhooks.endpoint.ids[6:] == [*ids, fourth.id]
    late = (webhooks.service.clock.now() + timedelta(days=1)).isoformat()
    for wrong in ({}, {"after": "x"}, {"after": cursor, "since": late}, {"since": late}):
        assert webhooks.service.post(webhooks.actor, path, wrong).status == 400


def test_a_recovery_while_a_delivery_waits_begins_at_its_position(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    facts = [webhooks.service.hear_of("events.seat-taken") for _ in range(2)]
    webhooks.endpoint.says = 500
    webhooks.run()
    webhooks.endpoint.says = 204
    start = webhooks.service.application.parts.feed.cursor(0)
    assert (
        webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{subscription}/recover", {"after": start}).status
        == 202
    )
    webhooks.run()
    assert webhooks.endpoint.ids == [facts[0].id, facts[0].id, facts[1].id]
    assert sorted(webhooks.states(subscription)) == ["delivered", "delivered", "superseded"]


def test_after_a_rotation_both_secrets_verify_for_a_day(webhooks: WebhookHarness) -> None:
    subscription, old = webhooks.subscribe()
    answer = webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{subscription}/rotate", key="once")
    new = answer.body["secret"]
    assert (
        webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{subscription}/rotate", key="once").body["secret"]
        == new
    )
    assert new.startswith("whsec_")
    assert new != old
    webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    received = webhooks.endpoint.received[0]
    assert len(received.headers["webhook-signature"].split()) == 2
    assert received.verified(old) == received.verified(new)
    webhooks.service.clock.advance(timedelta(hours=24))
    webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    webhooks.endpoint.received[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        webhooks.endpoint.received[1].verified(old)
    kept = json.dumps([*webhooks.service.database.commits.find()], default=str)
    assert old not in kept
    assert new not in kept


def test_a_ping_has_one_attempt_and_no_number(webhooks: WebhookHarness) -> None:
    subscription, secret = webhooks.subscribe()
    ping = webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{subscription}/test")
    webhooks.run()
    assert ping.status == 202
    assert webhooks.endpoint.ids == [ping.body["ping"]]
    assert webhooks.endpoint.received[0].verified(secret)["type"] == "id.jejaring.notifications.ping.v1"
    assert "deliveryseq" not in webhooks.endpoint.received[0].headers
    webhooks.after(60)
    webhooks.restart()
    webhooks.run()
    assert len(webhooks.endpoint.received) == 1
    assert webhooks.states(subscription) == []


def test_a_dormant_partner_gets_its_facts_when_active_again(webhooks: WebhookHarness) -> None:
    webhooks.subscribe()
    webhooks.service.post(KEEPER, f"/v1/partners/{webhooks.partner}/state", {"state": "dormant"})
    fact = webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    assert not webhooks.endpoint.received
    webhooks.service.post(KEEPER, f"/v1/partners/{webhooks.partner}/state", {"state": "active", "agreement": "again"})
    webhooks.after(6)
    assert webhooks.endpoint.ids == [fact.id]


def test_a_partner_cannot_see_or_change_another_partners_subscription(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    other = webhooks.service.behind(webhooks.service.bearer(webhooks.service.partner(name="Other")))
    unscoped = webhooks.service.behind(webhooks.service.bearer(webhooks.partner, scopes=("feed.read",)))
    for actor, status in ((other, 404), (unscoped, 403), (Actor("person", "ani"), 403), (Actor(), 401)):
        for path in ("", "/deliveries"):
            assert webhooks.service.get(actor, f"/v1/subscriptions/{subscription}{path}").status == status
        for path in ("rotate", "test", "enable", "disable"):
            found = webhooks.service.post(actor, f"/v1/subscriptions/{subscription}/{path}").status
            assert found == (401 if status == 401 else status)
    assert webhooks.service.get(other, "/v1/subscriptions").body["items"] == []
    assert [each["subscription"] for each in webhooks.service.get(KEEPER, "/v1/subscriptions").body["items"]] == [
        subscription
    ]
    wish = {"url": webhooks.endpoint.url}
    assert (
        webhooks.service.post(webhooks.actor, "/v1/subscriptions", {**wish, "regions": ["tulungagung"]}).status == 403
    )
    assert webhooks.service.post(other, "/v1/subscriptions", {**wish, "partner": webhooks.partner}).status == 403
    assert webhooks.service.post(KEEPER, "/v1/subscriptions", wish).status == 400
    assert webhooks.service.post(KEEPER, "/v1/subscriptions", {**wish, "partner": webhooks.partner}).status == 201
    assert (
        webhooks.service.post(webhooks.actor, "/v1/subscriptions", {"url": "https://10.0.0.1/"}).rule
        == "webhook-address"
    )


def test_deleted_deliveries_are_recovered_by_cursor_alone(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    path = f"/v1/subscriptions/{subscription}/recover"
    begun = webhooks.service.clock.now() - timedelta(minutes=1)
    first = webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    cursor = webhooks.endpoint.received[0].headers["feed-cursor"]
    webhooks.service.clock.advance(timedelta(days=31))
    webhooks.after(31 * 86400)
    second = webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    refused = webhooks.service.post(webhooks.actor, path, {"since": begun.isoformat()})
    assert (refused.status, set(refused.body["errors"])) == (400, {"since"})
    since = (webhooks.service.clock.now() - timedelta(minutes=1)).isoformat()
    assert webhooks.service.post(webhooks.actor, path, {"since": since}).status == 202
    webhooks.run()
    assert webhooks.endpoint.ids == [first.id, second.id, second.id]
    assert webhooks.service.post(webhooks.actor, path, {"after": cursor}).status == 202


def test_a_partner_has_a_limited_number_of_active_subscriptions(webhooks: WebhookHarness) -> None:
    made = [webhooks.subscribe()[0] for _ in range(MAX_ACTIVE_SUBSCRIPTIONS)]
    webhooks.service.show()
    one_more = webhooks.service.post(webhooks.actor, "/v1/subscriptions", {"url": webhooks.endpoint.url})
    assert (one_more.status, one_more.body["rule"]) == (422, "too-many-subscriptions")
    assert webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{made[0]}/disable").status == 200
    webhooks.service.show()
    webhooks.subscribe()
    webhooks.service.show()
    again = webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{made[0]}/enable")
    assert (again.status, again.body["rule"]) == (422, "too-many-subscriptions")
    assert webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{made[1]}/enable").status == 200  # it is active


def test_a_repeated_making_answers_the_secret_of_a_dormant_partner(webhooks: WebhookHarness) -> None:
    body = {"url": webhooks.endpoint.url}
    first = webhooks.service.post(webhooks.actor, "/v1/subscriptions", body, key="once")
    webhooks.service.post(KEEPER, f"/v1/partners/{webhooks.partner}/state", {"state": "dormant"})
    again = webhooks.service.post(webhooks.actor, "/v1/subscriptions", body, key="once")
    assert (again.status, again.body) == (first.status, first.body)


def test_a_repeated_change_of_a_partner_has_its_first_answer_though_its_contact_was_erased_since(
    webhooks: WebhookHarness,
) -> None:
    path = f"/v1/partners/{webhooks.partner}"
    with_contact = UNIVERSITY | {"contacts": [{"name": "Dewi", "email": "dewi@kampus.example"}]}
    first = webhooks.service.call(KEEPER, "PUT", path, with_contact, key="with")
    assert webhooks.service.call(KEEPER, "PUT", path, UNIVERSITY, key="without").status == 200
    again = webhooks.service.call(KEEPER, "PUT", path, with_contact, key="with")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    webhooks.service.call(KEEPER, "PUT", path, UNIVERSITY, key="without")


def test_a_ping_outlives_an_error_while_its_subscription_is_disabled(
    webhooks: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription, _ = webhooks.subscribe()
    webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{subscription}/disable")
    webhooks.run()

    def blink(_identity: str) -> float | None:
        raise AutoReconnect("the database blinks")

    webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{subscription}/test")
    webhooks.service.show()
    monkeypatch.setattr(webhooks.dispatcher, "_serve", blink)
    assert webhooks.dispatcher.step(1) == 1
    monkeypatch.undo()
    webhooks.after(3)
    assert len(webhooks.endpoint.received) == 1


def test_a_late_failure_does_not_change_a_delivered_delivery(
    webhooks: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription, _ = webhooks.subscribe()
    webhooks.service.hear_of("events.seat-taken")
    webhooks.service.show()
    late = replace(webhooks.worker, client=WebhookClient(("127.0.0.1",), seconds=1.0))

    def meanwhile(*_: Any) -> Reply:
        webhooks.run()  # who took the lease over finds it being sent, and delivers it
        raise NoReply("timeout")

    monkeypatch.setattr(late.client, "post", meanwhile)
    late.serve(subscription)
    assert webhooks.states(subscription) == ["delivered"]
    assert webhooks.outcomes == ["delivered"]
    assert len(webhooks.endpoint.received) == 1
