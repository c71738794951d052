"""Builds the dispatcher and its workers."""

from __future__ import annotations

from services.kernel.declare.service import Core
from services.notifications.dependencies import Dependencies
from services.notifications.webhooks.dispatcher import Dispatcher
from services.notifications.webhooks.subscription_worker import SubscriptionWorker
from services.notifications.webhooks.webhook_client import WebhookClient


def dispatcher_of(core: Core, made: Dependencies) -> Dispatcher:
    """The reader that sends webhooks."""

    def ended(outcome: str) -> None:
        core.metrics.deliveries.labels("notifications", "webhook", outcome).inc()

    def serve(identity: str) -> float | None:
        settings = core.settings
        worker = SubscriptionWorker(
            core.commands,
            made.feed,
            made.webhooks,
            WebhookClient(settings.webhook_allow),
            made.secrets,
            core.clock,
            settings.community_host,
            settings.webhook_allow,
            ended=ended,
        )
        return worker.serve(identity)

    return Dispatcher(serve, made.webhooks, core.views, core.heard, core.clock, woken_by=[core.commits.bell()])
