"""From the feed to a partner's address: each fact once, in order, signed; what fails waits and holds up nobody else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from services.kernel.bus.envelope import canonical, envelope
from services.notifications.api import subscriptions
from services.notifications.public_feed import MAX_READ
from services.notifications.webhooks.dispatcher import ASK_SECONDS, MAX_WORKERS, SOON_SECONDS
from services.notifications.webhooks.webhook_deliveries import WebhookDeliveries, WebhookDelivery
from tests.services.notifications.harness import KEEPER, NotificationsHarness
from tests.services.notifications.webhook_harness import WebhookHarness
from tests.support.endpoint import an_endpoint
from tests.support.service_databases import ServiceDatabases


@pytest.fixture
def webhooks(service_databases: ServiceDatabases) -> Iterator[WebhookHarness]:
    with an_endpoint() as endpoint:
        database = service_databases.empty(NotificationsHarness)
        yield WebhookHarness(database, endpoint, prepare=False)


def test_each_wanted_fact_arrives_once_in_order_signed_and_unchanged(webhooks: WebhookHarness) -> None:
    before = webhooks.service.hear_of("events.activity-published")
    subscription, secret = webhooks.subscribe(types=["activity-*", "library-live"], regions=["kota-kediri"])
    told = [
        webhooks.service.hear_of("events.activity-published", title="é"),
        webhooks.service.hear_of("events.seat-taken"),
        webhooks.service.hear_of("events.activity-published", "kota-blitar"),
        webhooks.service.hear_of("mentoring.library-live"),
        webhooks.service.hear_of("members.login-code-issued"),
        webhooks.service.hear_of("events.activity-completed"),
    ]
    webhooks.run()
    wanted = [told[0], told[3], told[5]]
    assert before.id not in webhooks.endpoint.ids
    assert webhooks.endpoint.ids == [fact.id for fact in wanted]
    assert [each.body for each in webhooks.endpoint.received] == [
        canonical(envelope(f, "jejaring.test")) for f in wanted
    ]
    assert [each.number for each in webhooks.endpoint.received] == [1, 2, 3]
    assert webhooks.endpoint.received[0].verified(secret)["data"]["title"] == "é"
    assert webhooks.endpoint.received[0].headers["content-type"] == "application/cloudevents+json"
    webhooks.restart()
    webhooks.run()
    assert len(webhooks.endpoint.received) == 3
    assert webhooks.states(subscription) == ["delivered"] * 3


def test_a_changed_body_is_not_verified(webhooks: WebhookHarness) -> None:
    _, secret = webhooks.subscribe()
    webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    received = webhooks.endpoint.received[0]
    for changed in (
        {"body": received.body + b" "},
        {"headers": {**received.headers, "webhook-id": "another"}},
        {"headers": {**received.headers, "webhook-timestamp": "1"}},
    ):
        with pytest.raises(WebhookVerificationError):
            type(received)(**{"headers": received.headers, "body": received.body, "path": "/"} | changed).verified(
                secret
            )


def test_a_failed_delivery_waits_and_no_later_delivery_overtakes_it(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    first, second = webhooks.service.hear_of("events.seat-taken"), webhooks.service.hear_of("events.seat-taken")
    webhooks.endpoint.says = 503
    webhooks.run()
    assert webhooks.endpoint.ids == [first.id]
    assert webhooks.states(subscription) == ["waiting"]
    webhooks.after(4.9)
    webhooks.restart()
    webhooks.run()
    assert webhooks.endpoint.ids == [first.id], "a restart is no reason to knock again"
    webhooks.after(0.2)
    assert webhooks.endpoint.ids == [first.id] * 2
    webhooks.endpoint.says = 204
    webhooks.after(300)
    assert webhooks.endpoint.ids == [first.id] * 3 + [second.id]
    assert [each.number for each in webhooks.endpoint.received] == [1, 1, 1, 2]
    shown = webhooks.service.get(webhooks.actor, f"/v1/subscriptions/{subscription}/deliveries").body["items"][1]
    assert [each["status"] for each in shown["tries"]] == [503, 503, 204]
    assert (shown["attempts"], shown["id"], shown["retry_at"]) == (3, first.id, None)


def test_a_redirect_is_a_failure_and_is_not_followed(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    webhooks.endpoint.says, webhooks.endpoint.also = 302, {"Location": webhooks.endpoint.url + "/elsewhere"}
    webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    assert [each.path for each in webhooks.endpoint.received] == ["/hook"]
    assert webhooks.states(subscription) == ["waiting"]


def test_retry_after_is_heeded(webhooks: WebhookHarness) -> None:
    webhooks.subscribe()
    webhooks.endpoint.says, webhooks.endpoint.also = 429, {"Retry-After": "600"}
    webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    webhooks.after(599)
    assert len(webhooks.endpoint.received) == 1
    webhooks.after(2)
    assert len(webhooks.endpoint.received) == 2


def test_410_disables_at_once_and_no_fact_is_missing_after_enabling(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    fact = webhooks.service.hear_of("events.seat-taken")
    webhooks.endpoint.says = 410
    webhooks.run()
    shown = webhooks.service.get(webhooks.actor, f"/v1/subscriptions/{subscription}").body
    assert (shown["state"], shown["why"]) == ("disabled", "gone")
    webhooks.service.listen()
    told = [heard.data for heard in webhooks.service.application.inbox.read(0) if heard.type == "subscription-disabled"]
    assert told == [{"subscription": subscription, "partner": webhooks.partner, "why": "gone"}]
    webhooks.endpoint.says = 204
    later = webhooks.service.hear_of("events.seat-taken")
    webhooks.after(1e6)
    assert webhooks.endpoint.ids == [fact.id]
    assert webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{subscription}/enable").status == 200
    webhooks.run()
    assert [each for each in webhooks.endpoint.ids if each in (fact.id, later.id)] == [fact.id, fact.id, later.id]
    assert [each.number for each in webhooks.endpoint.received][:3] == [1, 1, 2]


def test_a_failed_schedule_disables_and_enabling_restores_all_attempts(
    webhooks: WebhookHarness,
) -> None:
    subscription, _ = webhooks.subscribe()
    webhooks.endpoint.says = 500
    webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    for _ in range(12):
        webhooks.after(24 * 3600 * 1.3)
    assert len(webhooks.endpoint.received) <= 10
    shown = webhooks.service.get(webhooks.actor, f"/v1/subscriptions/{subscription}").body
    assert (shown["state"], shown["why"]) in {("disabled", "failing"), ("disabled", "exhausted")}
    before = len(webhooks.endpoint.received)
    webhooks.service.post(KEEPER, f"/v1/subscriptions/{subscription}/enable")
    webhooks.run()
    webhooks.after(6)
    assert len(webhooks.endpoint.received) == before + 2


def test_a_crash_before_the_record_sends_the_fact_again_under_the_same_id(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    fact = webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    webhooks.service.database.webhook_deliveries.update_many({}, {"$set": {"state": "sending", "ended": None}})
    webhooks.service.database.webhook_lanes.update_many({}, {"$set": {"number": 0, "position": 0}})
    webhooks.restart()
    webhooks.run()
    assert webhooks.endpoint.ids == [fact.id, fact.id]
    webhooks.service.database.webhook_lanes.update_many({}, {"$set": {"number": 0, "position": 0}})
    webhooks.restart()
    webhooks.run()
    assert len(webhooks.endpoint.received) == 2, "delivered, and only the lane did not know"
    assert webhooks.states(subscription) == ["delivered"]


def test_a_delivery_that_another_worker_has_begun_meanwhile_is_sent_by_that_worker_alone(
    webhooks: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription, _ = webhooks.subscribe()
    fact = webhooks.service.hear_of("events.seat-taken")
    parts = webhooks.service.application.parts
    begin_attempt = WebhookDeliveries.begin_attempt

    def begin_after_another(deliveries: WebhookDeliveries, delivery: WebhookDelivery) -> bool:
        assert begin_attempt(parts.webhooks, delivery)  # the other worker's
        return begin_attempt(deliveries, delivery)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(WebhookDeliveries, "begin_attempt", begin_after_another)
        assert webhooks.worker.serve(subscription) == 1.0
    assert webhooks.endpoint.ids == []
    # Nothing more was heard of the other worker: the delivery is sent again, under the same identity.
    assert webhooks.worker.serve(subscription) is None
    assert webhooks.endpoint.ids == [fact.id]


def test_a_subscription_that_is_disabled_in_the_middle_of_a_turn_gets_no_further_delivery(
    webhooks: WebhookHarness,
) -> None:
    subscription, _ = webhooks.subscribe()
    first, second = webhooks.service.hear_of("events.seat-taken"), webhooks.service.hear_of("events.seat-taken")
    path = f"/v1/subscriptions/{subscription}"

    def disable(_outcome: str) -> None:
        assert webhooks.service.post(webhooks.actor, f"{path}/disable").status == 200

    replace(webhooks.worker, ended=disable).serve(subscription)
    webhooks.run()
    assert webhooks.endpoint.ids == [first.id]
    assert webhooks.service.post(webhooks.actor, f"{path}/enable").status == 200
    webhooks.run()
    assert webhooks.endpoint.ids == [first.id, second.id]


def test_a_fact_that_is_too_large_leaves_its_number_free(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    webhooks.service.hear_of("events.seat-taken", person="x" * 20_000)
    small = webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    assert [(each.id, each.number) for each in webhooks.endpoint.received] == [(small.id, 2)]
    assert webhooks.states(subscription) == ["failed", "delivered"]


def test_more_subscriptions_than_workers_all_get_their_turn(
    webhooks: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MAX_ACTIVE_SUBSCRIPTIONS", MAX_WORKERS + 3)
    for _ in range(MAX_WORKERS + 3):
        webhooks.subscribe()
    fact = webhooks.service.hear_of("events.seat-taken")
    webhooks.run()
    assert webhooks.endpoint.ids == [fact.id] * (MAX_WORKERS + 3)


def test_a_long_stretch_of_unwanted_facts_is_skipped_at_once(webhooks: WebhookHarness) -> None:
    cursor = webhooks.service.get(webhooks.actor, "/v1/feed").body["next"]
    for _ in range(MAX_READ + 50):
        webhooks.service.hear_of("events.seat-taken")
    wanted = webhooks.service.hear_of("events.activity-published")
    webhooks.subscribe(types=["activity-published"], after=cursor)
    webhooks.run()
    assert webhooks.endpoint.ids == [wanted.id]


def test_dispatcher_sleeps_until_the_pause_of_a_failed_delivery_is_over(
    webhooks: WebhookHarness,
) -> None:
    webhooks.subscribe()
    webhooks.run()
    assert webhooks.dispatcher.step(1) == 0
    assert webhooks.dispatcher.idle_seconds == ASK_SECONDS
    webhooks.endpoint.says = 503
    heard = webhooks.dispatcher.bell().heard()
    webhooks.service.hear_of("events.seat-taken")
    assert webhooks.dispatcher.bell().heard() > heard
    webhooks.run()
    assert webhooks.dispatcher.idle_seconds <= SOON_SECONDS  # the view of subscriptions may be behind
    webhooks.time.passed += 3
    webhooks.dispatcher.step(1)
    assert webhooks.dispatcher.idle_seconds == 2  # five seconds after the failure


def test_an_old_ping_is_not_sent_again(webhooks: WebhookHarness) -> None:
    subscription, _ = webhooks.subscribe()
    webhooks.service.post(webhooks.actor, f"/v1/subscriptions/{subscription}/test")
    webhooks.run()
    for _ in range(2):
        webhooks.service.clock.advance(timedelta(days=31))
        webhooks.after(31 * 86400)
        webhooks.service.hear_of("events.seat-taken")
        webhooks.run()
    types = [json.loads(each.body)["type"] for each in webhooks.endpoint.received]
    assert types.count("id.jejaring.notifications.ping.v1") == 1
