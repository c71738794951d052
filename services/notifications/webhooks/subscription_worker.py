"""Sends one subscription's webhooks to its address, one after the other.

Four steps for each delivery: the attempt is written to disk, the request is made, the outcome is written to disk, the cursor
moves on. A worker killed between two steps leaves the delivery open, and it is sent again under the same ``webhook-id``. A
delivery that the endpoint does not take is tried until it does; no later one overtakes it, so facts arrive in feed order.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from services.kernel.base.clock import Clock
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Metadata
from services.kernel.bus.envelope import canonical
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.notifications.domain.interest import Interest
from services.notifications.domain.partner import PARTNER
from services.notifications.domain.subscription import (
    EXHAUSTED,
    FAILING,
    GONE,
    SUBSCRIPTION,
    DisableSubscription,
    Subscription,
)
from services.notifications.domain.webhook_url import target_of
from services.notifications.public_feed import PublicFeed
from services.notifications.secret_deriver import SecretDeriver
from services.notifications.sending.machine_time import MachineTime
from services.notifications.webhooks import retry_schedule
from services.notifications.webhooks.signing import signed
from services.notifications.webhooks.webhook_client import NoReply, Reply, WebhookClient
from services.notifications.webhooks.webhook_deliveries import (
    DELIVERED,
    FAILED,
    OPEN,
    SENDING,
    WAITING,
    WITHHELD,
    Attempt,
    SubscriptionCursor,
    WebhookDeliveries,
    WebhookDelivery,
    delivery_id,
)

log = logging.getLogger(__name__)
LARGEST = 20_000
TURN = 50
"""Deliveries of one subscription before others get their turn."""
REMEMBERED_SKIP = 64
RESTING = 5.0
"""Seconds after which the subscription of a dormant partner is looked at again."""
PING_TYPE = "id.jejaring.notifications.ping.v1"


@dataclass(frozen=True)
class SubscriptionWorker:
    """``allowed`` are hosts that only a demonstration may reach; ``ended(outcome)`` is called after each attempt to
    send a fact, and for each delivery that ends without an attempt.
    """

    commands: Commands
    feed: PublicFeed
    deliveries: WebhookDeliveries
    client: WebhookClient
    secrets: SecretDeriver
    clock: Clock
    community_host: str
    allowed: Sequence[str] = ()
    machine: MachineTime = field(default_factory=MachineTime)
    ended: Callable[[str], None] = lambda _outcome: None
    chance: Callable[[], float] = random.random

    def serve(self, identity: str) -> float | None:
        """Send what is due for one subscription. Answers after how many seconds to serve it again, None when nothing waits.

        Raises ``PyMongoError``, and ``Unavailable`` if a decision could not be recorded: serve it again later.
        """
        subscription, _ = self.commands.state(SUBSCRIPTION, identity)
        self._ping(identity, subscription)
        partner, _ = self.commands.state(PARTNER, subscription.partner)
        if subscription.disabled is not None:
            return None
        if not partner.readable:
            return RESTING
        interest = Interest(subscription.types, subscription.regions, partner.readable)
        for _ in range(TURN):
            cursor = self.deliveries.cursor_of(identity, subscription.run, subscription.after)
            if cursor.run != subscription.run:
                return 0.0  # a newer run began meanwhile
            delivery = self._next(cursor, subscription, interest)
            if not isinstance(delivery, WebhookDelivery):
                return delivery
            seconds = self._deliver(cursor, delivery, subscription, interest)
            if seconds is not None:
                return seconds
            if self.commands.state(SUBSCRIPTION, identity)[0] != subscription:
                return 0.0
        return 0.0

    def _next(
        self, cursor: SubscriptionCursor, subscription: Subscription, interest: Interest
    ) -> WebhookDelivery | float | None:
        """The delivery that waits, else one of the next fact of the feed. None at the end of the feed; 0.0 if the facts that are
        looked through at once held none of interest and there are more.
        """
        standing = self.deliveries.next_delivery(cursor)
        if standing is not None:
            return standing
        page = self.feed.read(interest, cursor.position, 1)
        if not page.entries:
            if page.position - cursor.position >= REMEMBERED_SKIP:
                self.deliveries.skip_to(cursor, page.position)
            return 0.0 if page.more else None
        entry = page.entries[0]
        fact = str(entry.envelope["id"])
        return self.deliveries.add_delivery(
            WebhookDelivery(
                id=delivery_id(cursor.subscription, cursor.run, fact),
                subscription=cursor.subscription,
                run=cursor.run,
                number=cursor.number + 1,
                position=entry.position,
                fact=fact,
                type=entry.name,
                region=entry.region,
                planned=self.clock.now(),
                retry_at=self.machine.now(),
                round=subscription.enabled,
            )
        )

    def _deliver(
        self, cursor: SubscriptionCursor, delivery: WebhookDelivery, subscription: Subscription, interest: Interest
    ) -> float | None:
        """Send one delivery. Answers None when the next may follow, else after how many seconds to serve the subscription again."""
        if delivery.state not in OPEN:  # done, and a crash kept the cursor from moving
            self.deliveries.advance_cursor(cursor, delivery)
            return None
        if not interest.takes(delivery.type, delivery.region):
            self._leave_out(cursor, delivery, WITHHELD, "not-granted")
            return None
        if delivery.round != subscription.enabled:
            self.deliveries.restart_attempts(delivery, subscription.enabled, self.machine.now())
            return 0.0
        if (early := (delivery.retry_at - self.machine.now()).total_seconds()) > 0:
            return early
        body = canonical(self.feed.envelope(delivery.position))
        if len(body) > LARGEST:
            self._leave_out(cursor, delivery, FAILED, "too-large")
            return None
        if not self.deliveries.begin_attempt(delivery):
            return 1.0
        begun = replace(delivery, state=SENDING, attempts=delivery.attempts + 1)
        reply, attempt = self._post(begun, subscription, body)
        if reply is not None and retry_schedule.delivered(reply.status):
            self.deliveries.record_delivered(begun, attempt)
            self.deliveries.advance_cursor(cursor, begun)
            self.ended(DELIVERED)
            return None
        return self._failed(begun, subscription, attempt, reply)

    def _leave_out(self, cursor: SubscriptionCursor, delivery: WebhookDelivery, state: str, reason: str) -> None:
        """End a delivery unsent. Its number stays unused: a receiver that counts notices, and finds the fact in the feed."""
        self.deliveries.end_delivery(delivery, state, self.clock.now(), reason)
        self.deliveries.advance_cursor(cursor, delivery)
        self.ended(state)

    def _failed(
        self, delivery: WebhookDelivery, subscription: Subscription, attempt: Attempt, reply: Reply | None
    ) -> float | None:
        now = self.machine.now()
        since = delivery.failing_since or now
        pause = retry_schedule.wait(
            delivery.attempts, attempt.status, reply.retry_after if reply else None, now, self.chance()
        )
        waiting = {"state": WAITING, "retry_at": now + pause, "failing_since": since}
        if not self.deliveries.record_failed(delivery, attempt, **waiting):
            return 0.0
        self.ended("put-off")
        if attempt.status == retry_schedule.GONE:
            return self._give_up(delivery, subscription, GONE)
        if retry_schedule.exhausted(delivery.attempts, since, now):
            enough = delivery.attempts >= len(retry_schedule.DELAYS)
            return self._give_up(delivery, subscription, EXHAUSTED if enough else FAILING)
        return pause.total_seconds()

    def _give_up(self, delivery: WebhookDelivery, subscription: Subscription, why: str) -> float:
        """Disable the subscription, which tells a human. A repetition after a crash disables it only once."""
        log.warning("subscription disabled", extra={"subscription": delivery.subscription, "why": why})
        command_id = derived_id("webhook-given-up", delivery.id, subscription.enabled)
        order = CommandEnvelope(
            DisableSubscription(why, delivery.run), delivery.subscription, command_id, Metadata(correlation=command_id)
        )
        self.commands.take(SUBSCRIPTION, order)
        return 0.0

    def _post(self, delivery: WebhookDelivery, subscription: Subscription, body: bytes) -> tuple[Reply | None, Attempt]:
        feed_cursor = self.feed.cursor(delivery.position) if delivery.number else None
        at, begun = self.clock.now(), self.machine.monotonic()
        secrets = [self.secrets.webhook_secret(delivery.subscription, each) for each in subscription.signing(at)]
        headers = signed(
            delivery.fact, body, secrets, self.machine.now(), number=delivery.number or None, cursor=feed_cursor
        )
        reply, reason = None, None
        try:
            reply = self.client.post(target_of(subscription.url, self.allowed), headers, body)
        except NoReply as error:
            reason = error.reason
        seconds = round(self.machine.monotonic() - begun, 3)
        return reply, Attempt(at, reply.status if reply else None, reason, seconds)

    def _ping(self, identity: str, subscription: Subscription) -> None:
        """Send the pings that were asked for and not sent yet. Each is tried once, whether it arrives or not."""
        for ping in subscription.pings:
            now = self.clock.now()
            standing = self.deliveries.find_delivery(ping) or self.deliveries.add_delivery(
                WebhookDelivery(ping, identity, 0, 0, 0, ping, "notifications.ping", None, now, self.machine.now())
            )
            if standing.state not in OPEN or not self.deliveries.begin_attempt(standing):
                continue
            body = canonical(ping_envelope(ping, identity, now, self.community_host))
            reply, attempt = self._post(standing, subscription, body)
            if reply is not None and retry_schedule.delivered(reply.status):
                self.deliveries.record_delivered(standing, attempt)
            else:
                begun = replace(standing, attempts=standing.attempts + 1)
                self.deliveries.record_failed(begun, attempt, state=FAILED, ended=attempt.at)


def ping_envelope(ping: str, subscription: str, at: datetime, community_host: str) -> dict[str, Any]:
    """The CloudEvent of a ping. It is no fact: it has no place in the feed and no number."""
    return {
        "specversion": "1.0",
        "id": ping,
        "source": f"https://{community_host}/notifications",
        "type": PING_TYPE,
        "subject": subscription,
        "time": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {"subscription": subscription},
    }
