"""A partner's endpoint and a subscription worker whose machine time is the test's."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.database import Database

from services.notifications.sending.machine_time import MachineTime
from services.notifications.webhooks.dispatcher import Dispatcher
from services.notifications.webhooks.subscription_worker import SubscriptionWorker
from services.notifications.webhooks.webhook_client import WebhookClient
from tests.services.notifications.harness import NotificationsHarness
from tests.support.endpoint import Endpoint


class ManualTime:
    """Machine time that a test moves."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.begun = datetime.now(UTC)

    def machine(self) -> MachineTime:
        return MachineTime(lambda: self.begun + timedelta(seconds=self.passed), lambda: self.passed)


class WebhookHarness:
    """A notifications service, a partner's endpoint, and a worker between them whose machine time the test moves."""

    def __init__(
        self, database: Database[dict[str, Any]], endpoint: Endpoint, *, prepare: bool = True, **options: Any
    ) -> None:
        self.service = NotificationsHarness(database, prepare=prepare, webhook_allow=("127.0.0.1",), **options)
        self.endpoint = endpoint
        self.time = ManualTime()
        self.outcomes: list[str] = []
        self.partner = self.service.partner()
        self.actor = self.service.behind(self.service.bearer(self.partner, "kota-kediri", "kota-blitar"))
        self.restart()

    def restart(self) -> None:
        """Nothing in memory, everything in the database."""
        parts = self.service.application.parts
        machine = self.time.machine()
        self.worker = SubscriptionWorker(
            parts.commands,
            parts.feed,
            parts.webhooks,
            WebhookClient(("127.0.0.1",), seconds=1.0),
            parts.secrets,
            self.service.clock,
            "jejaring.test",
            ("127.0.0.1",),
            machine=machine,
            ended=self.outcomes.append,
            chance=lambda: 0.5,
        )
        core = self.service.application.core
        self.dispatcher = Dispatcher(
            self.worker.serve,
            parts.webhooks,
            parts.views,
            core.heard,
            self.service.clock,
            machine=machine,
            start=lambda work: work(),
        )

    def subscribe(self, url: str = "", **wish: Any) -> tuple[str, str]:
        """Its id and its secret."""
        made = self.service.post(self.actor, "/v1/subscriptions", {"url": url or self.endpoint.url, **wish})
        assert made.status == 201, made.body
        return made.body["subscription"], made.body["secret"]

    def run(self) -> None:
        """Until nothing is due."""
        for _ in range(50):
            self.service.show()
            if not self.dispatcher.step(1):
                return
        raise AssertionError("it does not come to rest")

    def after(self, seconds: float) -> None:
        self.time.passed += seconds
        self.run()

    def states(self, subscription: str) -> list[str]:
        """From the first delivery to the last."""
        found = self.service.get(self.actor, f"/v1/subscriptions/{subscription}/deliveries").body["items"]
        return [each["state"] for each in reversed(found)]
