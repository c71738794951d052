"""From the feed to a partner's address: each fact once, in order, signed; what fails waits and holds up nobody else."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from services.kernel.bus.envelope import canonical, envelope
from services.notifications.api import subscriptions
from services.notifications.public_feed import MAX_READ
from services.notifications.webhooks.dispatcher import ASK_SECONDS, MAX_WORKERS, SOON_SECONDS
from tests.services.notifications.harness import KEEPER, NotificationsHarness
from tests.services.notifications.webhook_harness import WebhookHarness
from tests.support.endpoint import an_endpoint
from tests.support.service_databases import ServiceDatabases


@pytest.fixture
def office(service_databases: ServiceDatabases) -> Iterator[WebhookHarness]:
    with an_endpoint() as endpoint:
        database = service_databases.empty(NotificationsHarness)
        yield WebhookHarness(database, endpoint, prepare=False)


def test_each_wanted_fact_arrives_once_in_order_signed_and_unchanged(office: WebhookHarness) -> None:
    before = office.desk.hear_of("events.activity-published")
    subscription, secret = office.subscribe(types=["activity-*", "library-live"], regions=["kota-kediri"])
    told = [
        office.desk.hear_of("events.activity-published", title="é"),
        office.desk.hear_of("events.seat-taken"),
        office.desk.hear_of("events.activity-published", "kota-blitar"),
        office.desk.hear_of("mentoring.library-live"),
        office.desk.hear_of("members.login-code-issued"),
        office.desk.hear_of("events.activity-completed"),
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


def test_a_changed_body_is_not_verified(office: WebhookHarness) -> None:
    _, secret = office.subscribe()
    office.desk.hear_of("events.seat-taken")
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


def test_a_failed_delivery_waits_and_no_later_delivery_overtakes_it(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe()
    first, second = office.desk.hear_of("events.seat-taken"), office.desk.hear_of("events.seat-taken")
    office.endpoint.says = 503
    office.run()
    assert office.endpoint.ids == [first.id]
    assert office.states(subscription) == ["waiting"]
    office.after(4.9)
    office.restart()
    office.run()
    assert office.endpoint.ids == [first.id], "a restart is no reason to knock again"
    office.after(0.2)
    assert office.endpoint.ids == [first.id] * 2
    office.endpoint.says = 204
    office.after(300)
    assert office.endpoint.ids == [first.id] * 3 + [second.id]
    assert [each.number for each in office.endpoint.received] == [1, 1, 1, 2]
    shown = office.desk.get(office.actor, f"/v1/subscriptions/{subscription}/deliveries").body["items"][1]
    assert [each["status"] for each in shown["tries"]] == [503, 503, 204]
    assert (shown["attempts"], shown["id"], shown["retry_at"]) == (3, first.id, None)


def test_a_redirect_is_a_failure_and_is_not_followed(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe()
    office.endpoint.says, office.endpoint.also = 302, {"Location": office.endpoint.url + "/elsewhere"}
    office.desk.hear_of("events.seat-taken")
    office.run()
    assert [each.path for each in office.endpoint.received] == ["/hook"]
    assert office.states(subscription) == ["waiting"]


def test_retry_after_is_heeded(office: WebhookHarness) -> None:
    office.subscribe()
    office.endpoint.says, office.endpoint.also = 429, {"Retry-After": "600"}
    office.desk.hear_of("events.seat-taken")
    office.run()
    office.after(599)
    assert len(office.endpoint.received) == 1
    office.after(2)
    assert len(office.endpoint.received) == 2


def test_410_disables_at_once_and_no_fact_is_missing_after_enabling(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe()
    fact = office.desk.hear_of("events.seat-taken")
    office.endpoint.says = 410
    office.run()
    shown = office.desk.get(office.actor, f"/v1/subscriptions/{subscription}").body
    assert (shown["state"], shown["why"]) == ("disabled", "gone")
    office.desk.listen()
    told = [heard.data for heard in office.desk.application.inbox.read(0) if heard.type == "subscription-disabled"]
    assert told == [{"subscription": subscription, "partner": office.partner, "why": "gone"}]
    office.endpoint.says = 204
    later = office.desk.hear_of("events.seat-taken")
    office.after(1e6)
    assert office.endpoint.ids == [fact.id]
    assert office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/enable").status == 200
    office.run()
    assert [each for each in office.endpoint.ids if each in (fact.id, later.id)] == [fact.id, fact.id, later.id]
    assert [each.number for each in office.endpoint.received][:3] == [1, 1, 2]


def test_a_failed_schedule_disables_and_enabling_restores_all_attempts(
    office: WebhookHarness,
) -> None:
    subscription, _ = office.subscribe()
    office.endpoint.says = 500
    office.desk.hear_of("events.seat-taken")
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


def test_a_crash_before_the_record_sends_the_fact_again_under_the_same_id(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe()
    fact = office.desk.hear_of("events.seat-taken")
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


def test_a_fact_that_is_too_large_leaves_its_number_free(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe()
    office.desk.hear_of("events.seat-taken", text="x" * 20_000)
    small = office.desk.hear_of("events.seat-taken")
    office.run()
    assert [(each.id, each.number) for each in office.endpoint.received] == [(small.id, 2)]
    assert office.states(subscription) == ["failed", "delivered"]


def test_more_subscriptions_than_workers_all_get_their_turn(
    office: WebhookHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MAX_ACTIVE_SUBSCRIPTIONS", MAX_WORKERS + 3)
    for _ in range(MAX_WORKERS + 3):
        office.subscribe()
    fact = office.desk.hear_of("events.seat-taken")
    office.run()
    assert office.endpoint.ids == [fact.id] * (MAX_WORKERS + 3)


def test_a_long_stretch_of_unwanted_facts_is_skipped_at_once(office: WebhookHarness) -> None:
    cursor = office.desk.get(office.actor, "/v1/feed").body["next"]
    for _ in range(MAX_READ + 50):
        office.desk.hear_of("events.seat-taken")
    wanted = office.desk.hear_of("events.activity-published")
    office.subscribe(types=["activity-published"], after=cursor)
    office.run()
    assert office.endpoint.ids == [wanted.id]


def test_dispatcher_sleeps_until_the_pause_of_a_failed_delivery_is_over(
    office: WebhookHarness,
) -> None:
    office.subscribe()
    office.run()
    assert office.dispatcher.step(1) == 0
    assert office.dispatcher.idle_seconds == ASK_SECONDS
    office.endpoint.says = 503
    heard = office.dispatcher.bell().heard()
    office.desk.hear_of("events.seat-taken")
    assert office.dispatcher.bell().heard() > heard
    office.run()
    assert office.dispatcher.idle_seconds <= SOON_SECONDS  # the view of subscriptions may be behind
    office.time.passed += 3
    office.dispatcher.step(1)
    assert office.dispatcher.idle_seconds == 2  # five seconds after the failure


def test_an_old_ping_is_not_sent_again(office: WebhookHarness) -> None:
    subscription, _ = office.subscribe()
    office.desk.post(office.actor, f"/v1/subscriptions/{subscription}/test")
    office.run()
    for _ in range(2):
        office.desk.clock.advance(timedelta(days=31))
        office.after(31 * 86400)
        office.desk.hear_of("events.seat-taken")
        office.run()
    types = [json.loads(each.body)["type"] for each in office.endpoint.received]
    assert types.count("id.jejaring.notifications.ping.v1") == 1
