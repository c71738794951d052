"""How far each subscription is, and what became of each delivery. Durable, for an acknowledgement rests on it.

A *lane* is a subscription's place: ``{_id: subscription, run, position, number}``; all up to ``position`` is done, and
``number`` deliveries were made. A *delivery* is one fact on its way: there is one open one a lane, the others are its past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.kernel.ids import derived_id
from services.kernel.mongo import durable

PLANNED, SENDING, WAITING = "planned", "sending", "waiting"
DELIVERED, FAILED, WITHHELD, SUPERSEDED = "delivered", "failed", "withheld", "superseded"
OPEN = (PLANNED, SENDING, WAITING)
STATES = (*OPEN, DELIVERED, FAILED, WITHHELD, SUPERSEDED)
TRIES_KEPT = 12
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Lane:
    """A subscription's place."""

    subscription: str
    run: int
    position: int
    number: int


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt: domain time, the answer's status or a word for why there was none, and how long it took."""

    at: datetime
    status: int | None
    reason: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """One fact on its way, or a ping (``number`` and ``position`` 0). ``planned`` and ``ended`` are domain time,
    ``retry_at`` and ``failing_since`` machine time. ``round`` counts how often the subscription was enabled before: what
    failed in an earlier round is tried afresh.
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
    tries: tuple[Try, ...] = ()


_FIELDS = tuple(each.name for each in fields(Delivery) if each.name not in ("id", "tries"))


def delivery_id(subscription: str, run: int, fact: str) -> str:
    """A fact is delivered once a run."""
    return derived_id("webhook", subscription, run, fact)


class WebhookDeliveries:
    """The two collections."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._lanes = durable(database, "webhook_lanes")
        self._deliveries = durable(database, "webhook_deliveries")

    def prepare(self) -> None:
        """Create the indexes; harmless when they stand."""
        self._deliveries.create_index([("subscription", 1), ("number", -1)])
        self._deliveries.create_index([("subscription", 1), ("planned", 1)])
        self._deliveries.create_index([("ended", 1)])

    def lane(self, subscription: str, run: int, after: int) -> Lane:
        """The place of a subscription in its present run, which begins behind ``after`` if it has not begun."""
        document = self._lanes.find_one({"_id": subscription})
        if document is None:
            fresh: dict[str, Any] = {"_id": subscription, "run": run, "position": after, "number": 0}
            try:
                self._lanes.insert_one(fresh)
                document = fresh
            except DuplicateKeyError:
                return self.lane(subscription, run, after)
        elif document["run"] < run:
            self._deliveries.update_many(
                {"subscription": subscription, "state": {"$in": OPEN}, "number": {"$gt": 0}, "run": {"$lt": run}},
                {"$set": {"state": SUPERSEDED}},
            )
            earlier = {"_id": subscription, "run": document["run"], "number": document["number"]}
            self._lanes.update_one(earlier, {"$set": {"run": run, "position": after}})
            return self.lane(subscription, run, after)
        return Lane(subscription, document["run"], document["position"], document["number"])

    def advance(self, lane: Lane, delivery: Delivery) -> None:
        """The delivery is done; the lane goes on behind it, if nobody has moved it."""
        here = {"_id": lane.subscription, "run": lane.run, "number": lane.number}
        self._lanes.update_one(here, {"$set": {"position": delivery.position, "number": delivery.number}})

    def skip(self, lane: Lane, position: int) -> None:
        """Nothing up to there is wanted."""
        here = {"_id": lane.subscription, "run": lane.run, "number": lane.number, "position": lane.position}
        self._lanes.update_one(here, {"$set": {"position": position}})

    def get(self, identity: str) -> Delivery | None:
        """One delivery."""
        document = self._deliveries.find_one({"_id": identity})
        return None if document is None else _delivery(document)

    def following(self, lane: Lane) -> Delivery | None:
        """The delivery that is next in a lane, if it was met already."""
        wanted = {"subscription": lane.subscription, "number": lane.number + 1, "run": lane.run}
        document = self._deliveries.find_one(wanted)
        return None if document is None else _delivery(document)

    def add(self, delivery: Delivery) -> Delivery:
        """Store a new one; answers the one that stands."""
        document = {"_id": delivery.id, "tries": [], **{name: getattr(delivery, name) for name in _FIELDS}}
        try:
            self._deliveries.insert_one(document)
        except DuplicateKeyError:
            return self.get(delivery.id) or delivery
        return delivery

    def begin(self, delivery: Delivery) -> bool:
        """Note that it is being sent, before it is; False where somebody else took it."""
        seen = {"_id": delivery.id, "state": {"$in": OPEN}, "attempts": delivery.attempts}
        changed = self._deliveries.update_one(seen, {"$set": {"state": SENDING}, "$inc": {"attempts": 1}})
        return changed.modified_count == 1

    def afresh(self, delivery: Delivery, again: int, retry_at: datetime) -> None:
        """Try it as if it had never failed."""
        fresh = {"state": PLANNED, "attempts": 0, "failing_since": None, "retry_at": retry_at, "round": again}
        self._deliveries.update_one({"_id": delivery.id, "state": {"$in": OPEN}}, {"$set": fresh})

    def delivered(self, delivery: Delivery, attempt: Try) -> None:
        """Note that an attempt was taken, whatever was thought of it meanwhile."""
        change = {"$set": {"state": DELIVERED, "ended": attempt.at}, "$push": _push(attempt)}
        self._deliveries.update_one({"_id": delivery.id}, change)

    def failed(self, delivery: Delivery, attempt: Try, **changed: Any) -> bool:
        """Note an attempt that was not taken, and what follows; False where nothing follows, for a later attempt was made
        or the delivery has ended: somebody else has it.
        """
        ours = {"_id": delivery.id, "state": SENDING, "attempts": delivery.attempts}
        change = {"$set": changed, "$push": _push(attempt)}
        if self._deliveries.update_one(ours, change).modified_count:
            return True
        self._deliveries.update_one({"_id": delivery.id}, {"$push": _push(attempt)})
        return False

    def end(self, delivery: Delivery, state: str, at: datetime, reason: str) -> None:
        """It is not sent, for a reason of our own."""
        self._deliveries.update_one({"_id": delivery.id}, {"$set": {"state": state, "ended": at, "reason": reason}})

    def page(self, subscription: str, state: str | None, before: int | None, limit: int) -> Sequence[Delivery]:
        """The newest first, pings apart."""
        wanted: dict[str, Any] = {"subscription": subscription, "number": {"$gt": 0}}
        if before is not None:
            wanted["number"]["$lt"] = before
        if state is not None:
            wanted["state"] = state
        return [_delivery(each) for each in self._deliveries.find(wanted).sort("number", -1).limit(limit)]

    def first_since(self, subscription: str, since: datetime) -> Delivery | None:
        """The first delivery that was met at or after a moment."""
        wanted = {"subscription": subscription, "planned": {"$gte": since}, "number": {"$gt": 0}}
        found = list(self._deliveries.find(wanted).sort([("planned", 1), ("number", 1)]).limit(1))
        return _delivery(found[0]) if found else None

    def known_since(self, subscription: str) -> datetime | None:
        """When the first delivery was met that is known still, if earlier ones were forgotten; None where none were."""
        wanted = {"subscription": subscription, "number": {"$gt": 0}}
        first = self._deliveries.find_one(wanted, sort=[("number", 1)])
        if first is None or first["number"] == 1:
            return None
        planned: datetime = first["planned"]
        return planned

    def forget(self, now: datetime) -> int:
        """Drop what ended long ago; the lanes know how far they are without it. Of pings, which stand in no lane, these are
        all that is known.
        """
        return self._deliveries.delete_many({"ended": {"$lt": now - KEPT}, "number": {"$gt": 0}}).deleted_count

    def open(self) -> int:
        """How many are on their way."""
        return self._deliveries.count_documents({"state": {"$in": OPEN}})


def _push(attempt: Try) -> dict[str, Any]:
    return {"tries": {"$each": [asdict(attempt)], "$slice": -TRIES_KEPT}}


def _delivery(document: Mapping[str, Any]) -> Delivery:
    tries = tuple(Try(**each) for each in document.get("tries", ()))
    return Delivery(id=document["_id"], tries=tries, **{name: document.get(name) for name in _FIELDS})  # type: ignore[arg-type]
