"""Brings one subscription's deliveries to its address, one behind the other.

For each: the attempt on the disk, the request, the outcome on the disk, the lane's move. Killed anywhere between, it is
found open and sent again under the same ``webhook-id``. What the endpoint does not take is waited for: nothing overtakes
it, so facts arrive in the feed's order.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from services.kernel.clock import Clock
from services.kernel.decider import Commands, Order
from services.kernel.envelope import canonical
from services.kernel.ids import derived_id
from services.kernel.message import Metadata
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
from services.notifications.mint import Mint
from services.notifications.patience import Machine
from services.notifications.public_feed import PublicFeed
from services.notifications.webhooks import schedule
from services.notifications.webhooks.knocking import Knocker, NoReply, Reply
from services.notifications.webhooks.signing import signed
from services.notifications.webhooks.webhook_deliveries import (
    DELIVERED,
    FAILED,
    OPEN,
    SENDING,
    WAITING,
    WITHHELD,
    Delivery,
    Lane,
    Try,
    WebhookDeliveries,
    delivery_id,
)

log = logging.getLogger(__name__)
LARGEST = 20_000
TURN = 50
"""So many deliveries, and others get a chance."""
REMEMBERED_SKIP = 64
RESTING = 5.0
"""Seconds after which a partner who rests is looked at again."""
PING_TYPE = "id.jejaring.notifications.ping.v1"


@dataclass(frozen=True)
class Courier:
    """What a delivery needs. ``allowed`` are hosts of a demonstration; ``ended(outcome)`` is called for each that ends."""

    commands: Commands
    feed: PublicFeed
    deliveries: WebhookDeliveries
    knocker: Knocker
    mint: Mint
    clock: Clock
    community_host: str
    allowed: Sequence[str] = ()
    machine: Machine = field(default_factory=Machine)
    ended: Callable[[str], None] = lambda _outcome: None
    chance: Callable[[], float] = random.random

    def serve(self, identity: str) -> float | None:
        """Send what is due for one subscription; answers in how many seconds to come again, None when nothing waits.

        Raises ``PyMongoError``, and ``Unavailable`` where a decision could not be recorded: come again.
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
            lane = self.deliveries.lane(identity, subscription.run, subscription.after)
            if lane.run != subscription.run:
                return 0.0  # a newer run began meanwhile
            delivery = self._next(lane, subscription, interest)
            if not isinstance(delivery, Delivery):
                return delivery
            seconds = self._bring(lane, delivery, subscription, interest)
            if seconds is not None:
                return seconds
            if self.commands.state(SUBSCRIPTION, identity)[0] != subscription:
                return 0.0
        return 0.0

    def _next(self, lane: Lane, subscription: Subscription, interest: Interest) -> Delivery | float | None:
        """The delivery whose turn it is: the one that waits, or the next fact of the feed. 0.0 where none was found among as
        many facts as are looked through at once, and more lie behind them.
        """
        standing = self.deliveries.following(lane)
        if standing is not None:
            return standing
        page = self.feed.read(interest, lane.position, 1)
        if not page.entries:
            if page.position - lane.position >= REMEMBERED_SKIP:
                self.deliveries.skip(lane, page.position)
            return 0.0 if page.more else None
        entry = page.entries[0]
        fact = str(entry.envelope["id"])
        return self.deliveries.add(
            Delivery(
                id=delivery_id(lane.subscription, lane.run, fact),
                subscription=lane.subscription,
                run=lane.run,
                number=lane.number + 1,
                position=entry.position,
                fact=fact,
                type=entry.name,
                region=entry.region,
                planned=self.clock.now(),
                retry_at=self.machine.now(),
                round=subscription.enabled,
            )
        )

    def _bring(self, lane: Lane, delivery: Delivery, subscription: Subscription, interest: Interest) -> float | None:
        """Bring one; answers None when the lane may go on, else in how many seconds to come again."""
        if delivery.state not in OPEN:  # done, and we were killed before the lane knew
            self.deliveries.advance(lane, delivery)
            return None
        if not interest.takes(delivery.type, delivery.region):
            self._leave_out(lane, delivery, WITHHELD, "not-granted")
            return None
        if delivery.round != subscription.enabled:
            self.deliveries.afresh(delivery, subscription.enabled, self.machine.now())
            return 0.0
        if (early := (delivery.retry_at - self.machine.now()).total_seconds()) > 0:
            return early
        body = canonical(self.feed.envelope(delivery.position))
        if len(body) > LARGEST:
            self._leave_out(lane, delivery, FAILED, "too-large")
            return None
        if not self.deliveries.begin(delivery):
            return 1.0
        begun = replace(delivery, state=SENDING, attempts=delivery.attempts + 1)
        reply, attempt = self._knock(begun, subscription, body)
        if reply is not None and schedule.delivered(reply.status):
            self.deliveries.delivered(begun, attempt)
            self.deliveries.advance(lane, begun)
            self.ended(DELIVERED)
            return None
        return self._failed(begun, subscription, attempt, reply)

    def _leave_out(self, lane: Lane, delivery: Delivery, state: str, reason: str) -> None:
        """Its number stays free: a receiver that counts sees that something is missing, and the feed has it."""
        self.deliveries.end(delivery, state, self.clock.now(), reason)
        self.deliveries.advance(lane, delivery)
        self.ended(state)

    def _failed(
        self, delivery: Delivery, subscription: Subscription, attempt: Try, reply: Reply | None
    ) -> float | None:
        now = self.machine.now()
        since = delivery.failing_since or now
        pause = schedule.wait(
            delivery.attempts, attempt.status, reply.retry_after if reply else None, now, self.chance()
        )
        waiting = {"state": WAITING, "retry_at": now + pause, "failing_since": since}
        if not self.deliveries.failed(delivery, attempt, **waiting):
            return 0.0
        self.ended("put-off")
        if attempt.status == schedule.GONE:
            return self._give_up(delivery, subscription, GONE)
        if schedule.exhausted(delivery.attempts, since, now):
            enough = delivery.attempts >= len(schedule.DELAYS)
            return self._give_up(delivery, subscription, EXHAUSTED if enough else FAILING)
        return pause.total_seconds()

    def _give_up(self, delivery: Delivery, subscription: Subscription, why: str) -> float:
        """Decide that nothing is sent any more, which tells a human. Repeated after a crash, it is decided once."""
        log.warning("subscription disabled", extra={"subscription": delivery.subscription, "why": why})
        command_id = derived_id("webhook-given-up", delivery.id, subscription.enabled)
        order = Order(
            DisableSubscription(why, delivery.run), delivery.subscription, command_id, Metadata(correlation=command_id)
        )
        self.commands.take(SUBSCRIPTION, order)
        return 0.0

    def _knock(self, delivery: Delivery, subscription: Subscription, body: bytes) -> tuple[Reply | None, Try]:
        cursor = self.feed.cursor(delivery.position) if delivery.number else None
        at, begun = self.clock.now(), self.machine.monotonic()
        secrets = [self.mint.webhook_secret(delivery.subscription, each) for each in subscription.signing(at)]
        headers = signed(
            delivery.fact, body, secrets, self.machine.now(), number=delivery.number or None, cursor=cursor
        )
        reply, reason = None, None
        try:
            reply = self.knocker.post(target_of(subscription.url, self.allowed), headers, body)
        except NoReply as error:
            reason = error.reason
        seconds = round(self.machine.monotonic() - begun, 3)
        return reply, Try(at, reply.status if reply else None, reason, seconds)

    def _ping(self, identity: str, subscription: Subscription) -> None:
        """Send the pings that were asked for and not sent; each is tried once, whatever comes of it."""
        for ping in subscription.pings:
            now = self.clock.now()
            standing = self.deliveries.get(ping) or self.deliveries.add(
                Delivery(ping, identity, 0, 0, 0, ping, "notifications.ping", None, now, self.machine.now())
            )
            if standing.state not in OPEN or not self.deliveries.begin(standing):
                continue
            body = canonical(ping_envelope(ping, identity, now, self.community_host))
            reply, attempt = self._knock(standing, subscription, body)
            if reply is not None and schedule.delivered(reply.status):
                self.deliveries.delivered(standing, attempt)
            else:
                begun = replace(standing, attempts=standing.attempts + 1)
                self.deliveries.failed(begun, attempt, state=FAILED, ended=attempt.at)


def ping_envelope(ping: str, subscription: str, at: datetime, community_host: str) -> dict[str, Any]:
    """A CloudEvent that is no fact: it has no place in the feed and no number."""
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
