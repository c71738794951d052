"""The cursor of each subscription, and the outcomes of its deliveries. Durable: an acknowledged delivery must not be lost.

A cursor is ``{_id: subscription, run, position, number}`` in ``webhook_lanes``: the feed is done up to ``position``, and
``number`` deliveries were made. A subscription has one open delivery at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.kernel.base.ids import derived_id
from services.kernel.base.mongo import durable

PLANNED, SENDING, WAITING = "planned", "sending", "waiting"
DELIVERED, FAILED, WITHHELD, SUPERSEDED = "delivered", "failed", "withheld", "superseded"
OPEN = (PLANNED, SENDING, WAITING)
STATES = (*OPEN, DELIVERED, FAILED, WITHHELD, SUPERSEDED)
ATTEMPTS_KEPT = 12
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SubscriptionCursor:
    """The position of a subscription in the feed."""

    subscription: str
    run: int
    position: int
    number: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request. ``at`` is domain time. ``status`` is the answer's; without an answer ``reason`` says in a word why."""

    at: datetime
    status: int | None
    reason: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """The delivery of one fact, or a ping (``number`` and ``position`` 0). ``planned`` and ``ended`` are domain time, ``retry_at`` and
    ``failing_since`` machine time. ``round`` counts how often the subscription was enabled before: a delivery of an earlier round
    gets all its attempts again.
    """

    id: str
    subscription: str
    run: int
    number: int
    position: int
    fact: str
    type: str
    region: str | None
    planned: datetime
    retry_at: datetime
    state: str = PLANNED
    attempts: int = 0
    round: int = 0
    failing_since: datetime | None = None
    ended: datetime | None = None
    reason: str | None = None
    tries: tuple[Attempt, ...] = ()


_FIELDS = tuple(each.name for each in fields(WebhookDelivery) if each.name not in ("id", "tries"))


def delivery_id(subscription: str, run: int, fact: str) -> str:
    """A delivery's identity: a fact is delivered once in each run of a subscription."""
    return derived_id("webhook", subscription, run, fact)


class WebhookDeliveries:
    """The collections ``webhook_lanes`` and ``webhook_deliveries``."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._cursors = durable(database, "webhook_lanes")
        self._deliveries = durable(database, "webhook_deliveries")

    def prepare(self) -> None:
        """Create the indexes; existing indexes stay."""
        self._deliveries.create_index([("subscription", 1), ("number", -1)])
        self._deliveries.create_index([("subscription", 1), ("planned", 1)])
        self._deliveries.create_index([("ended", 1)])

    def cursor_of(self, subscription: str, run: int, after: int) -> SubscriptionCursor:
        """The cursor of a subscription's present run. A run that has not begun begins after the position ``after``."""
        document = self._cursors.find_one({"_id": subscription})
        if document is None:
            fresh: dict[str, Any] = {"_id": subscription, "run": run, "position": after, "number": 0}
            try:
                self._cursors.insert_one(fresh)
                document = fresh
            except DuplicateKeyError:
                return self.cursor_of(subscription, run, after)
        elif document["run"] < run:
            self._deliveries.update_many(
                {"subscription": subscription, "state": {"$in": OPEN}, "number": {"$gt": 0}, "run": {"$lt": run}},
                {"$set": {"state": SUPERSEDED}},
            )
            earlier = {"_id": subscription, "run": document["run"], "number": document["number"]}
            self._cursors.update_one(earlier, {"$set": {"run": run, "position": after}})
            return self.cursor_of(subscription, run, after)
        return SubscriptionCursor(subscription, document["run"], document["position"], document["number"])

    def advance_cursor(self, cursor: SubscriptionCursor, delivery: WebhookDelivery) -> None:
        """Move the cursor behind a finished delivery, unless another process has moved the cursor."""
        here = {"_id": cursor.subscription, "run": cursor.run, "number": cursor.number}
        self._cursors.update_one(here, {"$set": {"position": delivery.position, "number": delivery.number}})

    def skip_to(self, cursor: SubscriptionCursor, position: int) -> None:
        """Move the cursor over facts that the subscription does not want."""
        here = {"_id": cursor.subscription, "run": cursor.run, "number": cursor.number, "position": cursor.position}
        self._cursors.update_one(here, {"$set": {"position": position}})

    def find_delivery(self, identity: str) -> WebhookDelivery | None:
        """The delivery of an id, None for an unknown id."""
        document = self._deliveries.find_one({"_id": identity})
        return None if document is None else _delivery(document)

    def next_delivery(self, cursor: SubscriptionCursor) -> WebhookDelivery | None:
        """The delivery behind the cursor, None before it is made."""
        wanted = {"subscription": cursor.subscription, "number": cursor.number + 1, "run": cursor.run}
        document = self._deliveries.find_one(wanted)
        return None if document is None else _delivery(document)

    def add_delivery(self, delivery: WebhookDelivery) -> WebhookDelivery:
        """Store a new delivery. Answers the stored delivery of the id."""
        document = {"_id": delivery.id, "tries": [], **{name: getattr(delivery, name) for name in _FIELDS}}
        try:
            self._deliveries.insert_one(document)
        except DuplicateKeyError:
            return self.find_delivery(delivery.id) or delivery
        return delivery

    def begin_attempt(self, delivery: WebhookDelivery) -> bool:
        """Record an attempt before the request; False if another process makes the attempt."""
        seen = {"_id": delivery.id, "state": {"$in": OPEN}, "attempts": delivery.attempts}
        changed = self._deliveries.update_one(seen, {"$set": {"state": SENDING}, "$inc": {"attempts": 1}})
        return changed.modified_count == 1

    def restart_attempts(self, delivery: WebhookDelivery, again: int, retry_at: datetime) -> None:
        """Give a delivery all its attempts again."""
        fresh = {"state": PLANNED, "attempts": 0, "failing_since": None, "retry_at": retry_at, "round": again}
        self._deliveries.update_one({"_id": delivery.id, "state": {"$in": OPEN}}, {"$set": fresh})

    def record_delivered(self, delivery: WebhookDelivery, attempt: Attempt) -> None:
        """Record that the endpoint took the delivery, in any state."""
        change = {"$set": {"state": DELIVERED, "ended": attempt.at}, "$push": _push(attempt)}
        self._deliveries.update_one({"_id": delivery.id}, change)

    def record_failed(self, delivery: WebhookDelivery, attempt: Attempt, **changed: Any) -> bool:
        """Record a failed attempt and set the fields ``changed``. If the delivery has ended, or another process has made a later
        attempt, sets no field and answers False.
        """
        ours = {"_id": delivery.id, "state": SENDING, "attempts": delivery.attempts}
        change = {"$set": changed, "$push": _push(attempt)}
        if self._deliveries.update_one(ours, change).modified_count:
            return True
        self._deliveries.update_one({"_id": delivery.id}, {"$push": _push(attempt)})
        return False

    def end_delivery(self, delivery: WebhookDelivery, state: str, at: datetime, reason: str) -> None:
        """End a delivery unsent, for a reason of our own."""
        self._deliveries.update_one({"_id": delivery.id}, {"$set": {"state": state, "ended": at, "reason": reason}})

    def page(self, subscription: str, state: str | None, before: int | None, limit: int) -> Sequence[WebhookDelivery]:
        """A subscription's deliveries without its pings, the newest first."""
        wanted: dict[str, Any] = {"subscription": subscription, "number": {"$gt": 0}}
        if before is not None:
            wanted["number"]["$lt"] = before
        if state is not None:
            wanted["state"] = state
        return [_delivery(each) for each in self._deliveries.find(wanted).sort("number", -1).limit(limit)]

    def first_since(self, subscription: str, since: datetime) -> WebhookDelivery | None:
        """The first delivery that was planned at or after a moment."""
        wanted = {"subscription": subscription, "planned": {"$gte": since}, "number": {"$gt": 0}}
        found = list(self._deliveries.find(wanted).sort([("planned", 1), ("number", 1)]).limit(1))
        return _delivery(found[0]) if found else None

    def known_since(self, subscription: str) -> datetime | None:
        """When the oldest delivery was planned; None if no delivery was deleted."""
        wanted = {"subscription": subscription, "number": {"$gt": 0}}
        first = self._deliveries.find_one(wanted, sort=[("number", 1)])
        if first is None or first["number"] == 1:
            return None
        planned: datetime = first["planned"]
        return planned

    def delete_old(self, now: datetime) -> int:
        """Delete deliveries that ended long ago. Answers their number. Pings are kept: no cursor records a sent ping."""
        return self._deliveries.delete_many({"ended": {"$lt": now - KEPT}, "number": {"$gt": 0}}).deleted_count

    def count_open(self) -> int:
        """How many deliveries are open."""
        return self._deliveries.count_documents({"state": {"$in": OPEN}})


def _push(attempt: Attempt) -> dict[str, Any]:
    return {"tries": {"$each": [asdict(attempt)], "$slice": -ATTEMPTS_KEPT}}


def _delivery(document: Mapping[str, Any]) -> WebhookDelivery:
    tries = tuple(Attempt(**each) for each in document.get("tries", ()))
    return WebhookDelivery(id=document["_id"], tries=tries, **{name: document.get(name) for name in _FIELDS})  # type: ignore[arg-type]
