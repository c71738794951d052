"""The parts of the notifications service that handlers are called with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from services.kernel.bus.inbox import Inbox
from services.kernel.commands.decider import Commands
from services.kernel.declare.service import Core
from services.kernel.privacy.vault import Vault
from services.kernel.views.view_store import Views
from services.notifications.public_feed import PublicFeed
from services.notifications.secret_deriver import SecretDeriver
from services.notifications.sending.delivery_store import Deliveries
from services.notifications.webhooks.webhook_deliveries import WebhookDeliveries


@dataclass(frozen=True)
class Dependencies:
    core: Core
    commands: Commands
    views: Views
    deliveries: Deliveries

    @cached_property
    def feed(self) -> PublicFeed:
        """Made late, because the epoch is known when the log is prepared."""
        return PublicFeed(Inbox("notifications", self.core.database), self.core.log.epoch)

    @cached_property
    def secrets(self) -> SecretDeriver:
        return SecretDeriver(self.core.settings.secrets.token)

    @cached_property
    def webhooks(self) -> WebhookDeliveries:
        return WebhookDeliveries(self.core.database)

    @property
    def vault(self) -> Vault:
        return self.core.vault
