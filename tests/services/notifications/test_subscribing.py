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
def office(service_databases: ServiceDatabases) -> Iterator[WebhookHarness]:
    with an_endpoint() as endpoint:
        database = service_databases.empty(NotificationsHarness)
        yield WebhookHarness(database, endpoint, prepare=False)


def test_a_recovery_sends_a_range_again_under_the_same_ids_and_goes_on_from_there(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe(types=["seat-taken"])
    facts = [office.desk.hear_of("events.seat-taken") for _ in range(3)]
    office.run()
    cursor = office.endpoint.received[0].headers["feed-cursor"]
    path = f"/v1/subscriptions/{subscription}/recover"
    assert office.desk.post(office.actor, path, {"after": cursor}).status == 202
    fourth = office.desk.hear_of("events.seat-taken")
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


def test_a_recovery_while_a_delivery_waits_begins_at_its_position(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe()
    facts = [office.desk.hear_of("events.seat-taken") for _ in range(2)]
    office.endpoint.says = 500
    office.run()
    office.endpoint.says = 204
    start = office.desk.application.parts.feed.cursor(0)
    assert office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/recover", {"after": start}).status == 202
    office.run()
    assert office.endpoint.ids == [facts[0].id, facts[0].id, facts[1].id]
    assert sorted(office.states(subscription)) == ["delivered", "delivered", "superseded"]


def test_after_a_rotation_both_secrets_verify_for_a_day(office: WebhookHarness) -> None:
    subscription, old = office.subscribe()
    answer = office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/rotate", key="once")
    new = answer.body["secret"]
    assert office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/rotate", key="once").body["secret"] == new
    assert new.startswith("whsec_")
    assert new != old
    office.desk.hear_of("events.seat-taken")
    office.run()
    received = office.endpoint.received[0]
    assert len(received.headers["webhook-signature"].split()) == 2
    assert received.verified(old) == received.verified(new)
    office.desk.clock.advance(timedelta(hours=24))
    office.desk.hear_of("events.seat-taken")
    office.run()
    office.endpoint.received[1].verified(new)
    with pytest.raises(WebhookVerificationError):
        office.endpoint.received[1].verified(old)
    kept = json.dumps([*office.desk.database.commits.find()], default=str)
    assert old not in kept
    assert new not in kept


def test_a_ping_has_one_attempt_and_no_number(office: WebhookHarness) -> None:
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


def test_a_dormant_partner_gets_its_facts_when_active_again(office: WebhookHarness) -> None:
    office.subscribe()
    office.desk.post(KEEPER, f"/v1/partners/{office.partner}/state", {"state": "dormant"})
    fact = office.desk.hear_of("events.seat-taken")
    office.run()
    assert not office.endpoint.received
    office.desk.post(KEEPER, f"/v1/partners/{office.partner}/state", {"state": "active", "agreement": "again"})
    office.after(6)
    assert office.endpoint.ids == [fact.id]


def test_a_subscription_is_its_partners_alone(office: WebhookHarness) -> None:
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


def test_deleted_deliveries_are_recovered_by_cursor_alone(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe()
    path = f"/v1/subscriptions/{subscription}/recover"
    begun = office.desk.clock.now() - timedelta(minutes=1)
    first = office.desk.hear_of("events.seat-taken")
    office.run()
    cursor = office.endpoint.received[0].headers["feed-cursor"]
    office.desk.clock.advance(timedelta(days=31))
    office.after(31 * 86400)
    second = office.desk.hear_of("events.seat-taken")
    office.run()
    refused = office.desk.post(office.actor, path, {"since": begun.isoformat()})
    assert (refused.status, set(refused.body["errors"])) == (400, {"since"})
    since = (office.desk.clock.now() - timedelta(minutes=1)).isoformat()
    assert office.desk.post(office.actor, path, {"since": since}).status == 202
    office.run()
    assert office.endpoint.ids == [first.id, second.id, second.id]
    assert office.desk.post(office.actor, path, {"after": cursor}).status == 202


def test_a_partner_has_a_limited_number_of_active_subscriptions(office: WebhookHarness) -> None:
    made = [office.subscribe()[0] for _ in range(MAX_ACTIVE_SUBSCRIPTIONS)]
    office.desk.show()
    one_more = office.desk.post(office.actor, "/v1/subscriptions", {"url": office.endpoint.url})
    assert (one_more.status, one_more.body["rule"]) == (422, "too-many-subscriptions")
    assert office.desk.post(office.actor, f"/v1/subscriptions/{made[0]}/disable").status == 200
    office.desk.show()
    office.subscribe()
    office.desk.show()
    again = office.desk.post(office.actor, f"/v1/subscriptions/{made[0]}/enable")
    assert (again.status, again.body["rule"]) == (422, "too-many-subscriptions")
    assert office.desk.post(office.actor, f"/v1/subscriptions/{made[1]}/enable").status == 200  # it is active


def test_a_repeated_making_answers_the_secret_of_a_dormant_partner(office: WebhookHarness) -> None:
    body = {"url": office.endpoint.url}
    first = office.desk.post(office.actor, "/v1/subscriptions", body, key="once")
    office.desk.post(KEEPER, f"/v1/partners/{office.partner}/state", {"state": "dormant"})
    again = office.desk.post(office.actor, "/v1/subscriptions", body, key="once")
    assert (again.status, again.body) == (first.status, first.body)


def test_a_repeated_change_of_a_partner_has_its_first_answer_though_its_contact_was_erased_since(
    office: WebhookHarness,
) -> None:
    path = f"/v1/partners/{office.partner}"
    with_contact = UNIVERSITY | {"contacts": [{"name": "Dewi", "email": "dewi@kampus.example"}]}
    first = office.desk.call(KEEPER, "PUT", path, with_contact, key="with")
    assert office.desk.call(KEEPER, "PUT", path, UNIVERSITY, key="without").status == 200
    again = office.desk.call(KEEPER, "PUT", path, with_contact, key="with")
    assert (first.status, again.status) == (200, 200)
    assert again.body == first.body
    office.desk.call(KEEPER, "PUT", path, UNIVERSITY, key="without")


def test_a_ping_outlives_an_error_while_its_subscription_is_disabled(
    office: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription, _ = office.subscribe()
    office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/disable")
    office.run()

    def blink(_identity: str) -> float | None:
        raise AutoReconnect("the database blinks")

    office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/test")
    office.desk.show()
    monkeypatch.setattr(office.dispatcher, "_serve", blink)
    assert office.dispatcher.step(1) == 1
    monkeypatch.undo()
    office.after(3)
    assert len(office.endpoint.received) == 1


def test_a_late_failure_does_not_change_a_delivered_delivery(
    office: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription, _ = office.subscribe()
    office.desk.hear_of("events.seat-taken")
    office.desk.show()
    late = replace(office.worker, client=WebhookClient(("127.0.0.1",), seconds=1.0))

    def meanwhile(*_: Any) -> Reply:
        office.run()  # who took the lease over finds it being sent, and delivers it
        raise NoReply("timeout")

    monkeypatch.setattr(late.client, "post", meanwhile)
    late.serve(subscription)
    assert office.states(subscription) == ["delivered"]
    assert office.outcomes == ["delivered"]
    assert len(office.endpoint.received) == 1
