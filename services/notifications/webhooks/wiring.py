"""Puts the webhooks' parts together."""

from __future__ import annotations

from services.kernel.service import Core
from services.notifications.api.parts import Parts
from services.notifications.webhooks.courier import Courier
from services.notifications.webhooks.dispatcher import Dispatcher
from services.notifications.webhooks.knocking import Knocker


def dispatcher_of(core: Core, made: Parts) -> Dispatcher:
    """The reader that sends webhooks."""

    def ended(outcome: str) -> None:
        core.metrics.deliveries.labels("notifications", "webhook", outcome).inc()

    def serve(identity: str) -> float | None:
        settings = core.settings
        courier = Courier(
            core.commands,
            made.feed,
            made.webhooks,
            Knocker(settings.webhook_allow),
            made.mint,
            core.clock,
            settings.community_host,
            settings.webhook_allow,
            ended=ended,
        )
        return courier.serve(identity)

    return Dispatcher(serve, made.webhooks, core.views, core.heard, core.clock, woken_by=[core.commits.bell()])
