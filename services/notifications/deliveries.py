"""The deliveries: one durable document for each (fact, person, channel), which is why nobody is told twice.

    planned ──► sending ──► sent            accepted by the mail server
       │           ├──► planned            not now: again after ``retry_at``
       │           └──► failed             refused for good, or tried too often
       ├──► expired                        not worth sending any more
       ├──► no-contact                     there is no address to send to
       └──► unwanted                       the person has switched e-mail off

``sending`` is on the disk before the mail server hears of it, so a delivery found in ``sending`` may or may not have
been sent: it is sent again under the same ``Message-ID``. A document holds ids only; the address and the text exist at
the moment of sending and are stored nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.kernel.ids import derived_id
from services.kernel.mongo import durable

EMAIL = "email"
PLANNED, SENDING, SENT = "planned", "sending", "sent"
EXPIRED, NO_CONTACT, UNWANTED, FAILED = "expired", "no-contact", "unwanted", "failed"
OPEN = (PLANNED, SENDING)
DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One person told of one fact by one channel.

    ``planned``, ``not_before``, ``held_until`` and ``worth_until`` are domain time; ``retry_at`` is machine time.
    ``held_until`` is the end of the quiet hours that it waited or waits for. ``reason`` says in one word why it ended or
    what it waits for.
    """

    id: str
    fact: str
    person: str
    channel: str
    message: str
    kind: str
    urgent: bool
    planned: datetime
    not_before: datetime
    worth_until: datetime
    retry_at: datetime
    held_until: datetime | None = None
    activity: str | None = None
    region: str | None = None
    state: str = PLANNED
    attempts: int = 0
    reason: str | None = None
    ended: datetime | None = None


def delivery_id(fact: str, person: str, channel: str) -> str:
    """A delivery's identity, which is the ``Message-ID`` of the mail too, however often it is sent."""
    return derived_id("delivery", fact, person, channel)


class Deliveries:
    """The collection ``deliveries``: majority and journal on every write."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._deliveries: Collection[dict[str, Any]] = durable(database, "deliveries")
        self._prepared = False

    def prepare(self) -> None:
        """Create the indexes, once a process; harmless when they stand."""
        if not self._prepared:
            self._deliveries.create_index([("state", ASCENDING), ("not_before", ASCENDING)])
            self._deliveries.create_index("person")
            self._deliveries.create_index("activity")
            self._prepared = True

    def plan(self, deliveries: Sequence[Delivery]) -> int:
        """Store those that do not stand yet, whatever became of those that do; answers how many are new."""
        if not deliveries:
            return 0
        documents = [_document(delivery) for delivery in deliveries]
        try:
            self._deliveries.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if error.details.get("writeConcernErrors") or any(
                refused["code"] != DUPLICATE_KEY for refused in error.details["writeErrors"]
            ):
                raise
            return int(error.details["nInserted"])
        return len(documents)

    def due(self, now: datetime, machine: datetime, limit: int) -> list[Delivery]:
        """What is to be sent now, urgent first, then as planned. What a crash left in ``sending`` is among it."""
        wanted = {
            "state": {"$in": list(OPEN)},
            "not_before": {"$lte": now},
            "retry_at": {"$lte": machine},
            "worth_until": {"$gt": now},
        }
        order = [("urgent", DESCENDING), ("not_before", ASCENDING), ("_id", ASCENDING)]
        return [_delivery(document) for document in self._deliveries.find(wanted).sort(order).limit(limit)]

    def waiting(self) -> int:
        """How many have not ended."""
        return self._deliveries.count_documents({"state": {"$in": list(OPEN)}})

    def expire(self, now: datetime) -> int:
        """End all that are not worth sending any more; answers how many."""
        late = {"state": {"$in": list(OPEN)}, "worth_until": {"$lte": now}}
        return self._deliveries.update_many(
            late, {"$set": {"state": EXPIRED, "reason": "too-late", "ended": now}}
        ).modified_count

    def hold(self, ids: Sequence[str], until: datetime) -> None:
        """Keep them back until quiet hours are over."""
        held = {"$set": {"not_before": until, "held_until": until}}
        self._deliveries.update_many({"_id": {"$in": list(ids)}, "state": {"$in": list(OPEN)}}, held)

    def begin(self, delivery: Delivery) -> bool:
        """Record the attempt, durably, before it is made. False: somebody else makes it."""
        same = {"_id": delivery.id, "state": {"$in": list(OPEN)}, "attempts": delivery.attempts}
        change = {"$set": {"state": SENDING}, "$inc": {"attempts": 1}}
        return self._deliveries.update_one(same, change).modified_count == 1

    def put_off(self, delivery: str, retry_at: datetime, reason: str, *, attempts: int = 0) -> None:
        """Try again after ``retry_at``. ``attempts``: +1 for one that never came to ``begin``, -1 for one that does not
        count.
        """
        change = {
            "$set": {"state": PLANNED, "retry_at": retry_at, "reason": reason},
            "$inc": {"attempts": attempts},
        }
        self._deliveries.update_one({"_id": delivery, "state": {"$in": list(OPEN)}}, change)

    def end(self, delivery: str, state: str, now: datetime, reason: str | None = None) -> None:
        """Record how it ended."""
        change = {"$set": {"state": state, "ended": now, "reason": reason}}
        self._deliveries.update_one({"_id": delivery, "state": {"$in": list(OPEN)}}, change)

    def find(self, where: dict[str, Any], after: tuple[datetime, str] | None = None, limit: int = 50) -> list[Delivery]:
        """Deliveries that match, newest first, behind a (planned, id)."""
        wanted = [where]
        if after is not None:
            planned, identity = after
            wanted.append({"$or": [{"planned": {"$lt": planned}}, {"planned": planned, "_id": {"$lt": identity}}]})
        order = [("planned", DESCENDING), ("_id", DESCENDING)]
        return [_delivery(document) for document in self._deliveries.find({"$and": wanted}).sort(order).limit(limit)]


def _document(delivery: Delivery) -> dict[str, Any]:
    return {
        "_id": delivery.id,
        "fact": delivery.fact,
        "person": delivery.person,
        "channel": delivery.channel,
        "message": delivery.message,
        "kind": delivery.kind,
        "urgent": delivery.urgent,
        "planned": delivery.planned,
        "not_before": delivery.not_before,
        "worth_until": delivery.worth_until,
        "retry_at": delivery.retry_at,
        "held_until": delivery.held_until,
        "activity": delivery.activity,
        "region": delivery.region,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "reason": delivery.reason,
        "ended": delivery.ended,
    }


def _delivery(document: dict[str, Any]) -> Delivery:
    return Delivery(id=document.pop("_id"), **document)
