"""What a kill in the middle of a webhook leaves: nothing lost, and a repetition under the same identity."""

from collections.abc import Callable
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from deploy.waiting import wait_until
from services.kernel.base import mongo
from tests.faults.test_durability import Wire
from tests.integration.test_webhooks import Outside, start
from tests.services.notifications.webhook_harness import WebhookHarness
from tests.support.endpoint import an_endpoint

__all__ = ["start"]


def test_a_webhook_killed_before_the_answer_is_sent_again_under_the_same_id(start: Callable[..., Outside]) -> None:
    outside = start()
    bearer = outside.bearer(outside.partner("Universitas Satu"))
    wait_until(lambda: len(outside.feed(bearer)) == 1, 15, "the service to hear itself")
    with an_endpoint() as endpoint:
        outside.subscribe(bearer, endpoint)
        endpoint.slow = 3.0
        outside.partner("Universitas Dua")
        wait_until(lambda: len(endpoint.received) == 1, 15, "the request to be under way")
        outside.services.kill("notifications")
        endpoint.slow = 0.0
        outside.services.restart("notifications")
        wait_until(lambda: len(endpoint.received) == 2, 20, "the repetition")
        assert endpoint.ids[0] == endpoint.ids[1]
        outside.partner("Universitas Tiga")
        wait_until(lambda: len(endpoint.received) == 3, 15, "the next one")
        assert [each.number for each in endpoint.received] == [1, 1, 2]
        assert len(set(endpoint.ids)) == 2


def test_what_a_repetition_is_judged_by_is_journaled_by_a_majority(
    mongodb_uri: str, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    wire, real = Wire(), MongoClient
    monkeypatch.setattr(mongo, "MongoClient", lambda uri, **options: real(uri, event_listeners=[wire], **options))
    with an_endpoint() as endpoint:
        webhooks = WebhookHarness(mongo.connect(mongodb_uri)[database.name], endpoint)
        webhooks.subscribe()
        webhooks.service.hear_of("events.seat-taken")
        endpoint.says = 500
        webhooks.run()
        endpoint.says = 204
        webhooks.after(6)
    for collection in ("webhook_lanes", "webhook_deliveries"):
        assert wire.concerns[collection]
        for concern in wire.concerns[collection]:
            assert concern == {"w": "majority", "j": True}, collection
