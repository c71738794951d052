"""The collection ``deliveries``: one durable document for each (fact, person, channel), so that a fact is told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.kernel.base.mongo import DUPLICATE_KEY, durable
from services.notifications.domain.contact import CHANNELS
from services.notifications.sending.delivery import (
    EXPIRED,
    FAILED,
    GATHERED,
    NO_CONTACT,
    OPEN,
    PLANNED,
    SENDING,
    SENT,
    UNWANTED,
    WITHDRAWN,
    Delivery,
)


class Deliveries:
    """The collection ``deliveries``: majority and journal on every write."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._deliveries: Collection[dict[str, Any]] = durable(database, "deliveries")
        self._prepared = False

    def prepare(self) -> None:
        """Create the indexes, once a process; harmless when they stand."""
        if not self._prepared:
            self._deliveries.create_index([("state", ASCENDING), ("not_before", ASCENDING)])
            self._deliveries.create_index([("state", ASCENDING), ("worth_until", ASCENDING)])
            self._deliveries.create_index("person")
            self._deliveries.create_index("activity")
            self._deliveries.create_index("announcement")
            self._prepared = True

    def plan_deliveries(self, deliveries: Sequence[Delivery]) -> int:
        """Store new deliveries and leave stored deliveries as they are. Answers the number of new deliveries."""
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

    def due_deliveries(
        self, now: datetime, machine: datetime, limit: int, channels: Sequence[str], installed: Sequence[str]
    ) -> list[Delivery]:
        """Deliveries to be sent now by ``channels``: urgent deliveries first, then in the order planned. Included are deliveries that a
        crash left in ``sending``, and deliveries whose channel is not ``installed`` and may be replaced.
        """
        by_another = {"alone": True, "channel": {"$nin": list(installed)}}
        wanted = {**_due(now, machine), "$or": [{"channel": {"$in": list(channels)}}, by_another]}
        order = [("urgent", DESCENDING), ("not_before", ASCENDING), ("_id", ASCENDING)]
        return [_delivery(document) for document in self._deliveries.find(wanted).sort(order).limit(limit)]

    def next_moment(self, now: datetime) -> datetime | None:
        """The domain time at which the next delivery is to be sent or expires, None without a waiting delivery."""
        waiting = {"state": {"$in": list(OPEN)}, "taken_back": None}
        expiring = {"state": {"$in": [*OPEN, GATHERED]}}
        moments = [self._earliest("not_before", waiting, now), self._earliest("worth_until", expiring, now)]
        return min((moment for moment in moments if moment is not None), default=None)

    def next_retry(self, now: datetime, machine: datetime) -> datetime | None:
        """The machine time of the next retry among deliveries that may be sent at ``now``, None without a retry."""
        waiting = {"state": {"$in": list(OPEN)}, "taken_back": None, "not_before": {"$lte": now}}
        return self._earliest("retry_at", waiting, machine)

    def next_digest(self, now: datetime) -> datetime | None:
        """The domain time at which the next gathered line is due, None without a gathered line."""
        return self._earliest("not_before", {"state": GATHERED, "digest": None}, now)

    def _earliest(self, field: str, where: dict[str, Any], after: datetime) -> datetime | None:
        wanted = {**where, field: {"$gt": after}}
        found = self._deliveries.find_one(wanted, {field: True}, sort=[(field, ASCENDING)])
        earliest: datetime | None = None if found is None else found[field]
        return earliest

    def count_due(self, now: datetime, machine: datetime) -> int:
        """How many deliveries are due now, without deliveries that wait for a time or a retry."""
        return self._deliveries.count_documents(_due(now, machine))

    def expire_late(self, now: datetime) -> dict[str, int]:
        """End deliveries that are not worth sending any more. Answers channel → number. Deliveries that a crash left in ``sending`` and
        that were taken back end here too.
        """
        expired = {}
        self._deliveries.update_many({"state": SENDING, **_TAKEN_BACK}, _WITHDRAWN)
        for channel in CHANNELS:
            late = {"state": {"$in": [*OPEN, GATHERED]}, "channel": channel, "worth_until": {"$lte": now}}
            change = {"$set": {"state": EXPIRED, "reason": "too-late", "ended": now}}
            expired[channel] = self._deliveries.update_many(late, change).modified_count
        return expired

    def hold_until(self, delivery: str, until: datetime) -> None:
        """Hold a delivery back until quiet hours are over."""
        held = {"$set": {"not_before": until, "held_until": until}}
        self._deliveries.update_one({"_id": delivery, "state": {"$in": list(OPEN)}}, held)

    def begin_attempt(self, delivery: Delivery, via: str) -> bool:
        """Record an attempt before the letter leaves; False if another process makes the attempt."""
        same = {"_id": delivery.id, "state": {"$in": list(OPEN)}, "attempts": delivery.attempts, "taken_back": None}
        change = {"$set": {"state": SENDING, "via": via}, "$inc": {"attempts": 1}}
        return self._deliveries.update_one(same, change).modified_count == 1

    def put_off(self, delivery: str, retry_at: datetime, reason: str, *, attempts: int = 0) -> None:
        """Try again after ``retry_at``. ``attempts`` corrects the count: +1 for an attempt that never began, -1 for an uncounted
        attempt.
        """
        self._plan_again(delivery, retry_at, reason, {"$inc": {"attempts": attempts}})

    def reroute(self, delivery: str, channel: str, retry_at: datetime, reason: str) -> None:
        """Record a refusal of ``channel`` for good, so that another channel is tried."""
        self._plan_again(delivery, retry_at, reason, {"$addToSet": {"refused": channel}})

    def _plan_again(self, delivery: str, retry_at: datetime, reason: str, change: dict[str, Any]) -> None:
        """Plan a delivery again, or end a delivery that was taken back during the attempt."""
        still_open = {"_id": delivery, "state": {"$in": list(OPEN)}}
        again = {"$set": {"state": PLANNED, "retry_at": retry_at, "reason": reason}, **change}
        if not self._deliveries.update_one({**still_open, "taken_back": None}, again).matched_count:
            self._deliveries.update_one({**still_open, **_TAKEN_BACK}, _WITHDRAWN)

    def take_back(self, announcement: str, but: str, now: datetime, reason: str) -> None:
        """Cancel all deliveries of an announcement except deliveries of the fact ``but``: unsent deliveries are withdrawn, failed
        deliveries cannot be sent again, deliveries in ``sending`` end when the outcome is known.
        """
        earlier = {"announcement": announcement, "fact": {"$ne": but}}
        self._deliveries.update_many({**earlier, "taken_back": None}, {"$set": {"taken_back": reason}})
        self._deliveries.update_many({**earlier, "state": {"$in": [*OPEN, GATHERED]}}, {"$set": {"ended": now}})
        self._deliveries.update_many({**earlier, "state": {"$in": [PLANNED, GATHERED]}}, _WITHDRAWN)

    def already_told(self, announcement: str, but: str, people: Sequence[str]) -> set[str]:
        """The people to whom another text of the announcement than ``but`` was sent or is being sent."""
        sent = {
            "announcement": announcement,
            "fact": {"$ne": but},
            "person": {"$in": list(people)},
            "state": {"$in": [SENDING, SENT]},
        }
        return {document["person"] for document in self._deliveries.find(sent, {"person": True})}

    def due_lines(self, now: datetime, limit: int) -> list[Delivery]:
        """Gathered lines that are due, the longest due first."""
        due = {"state": GATHERED, "digest": None, "not_before": {"$lte": now}}
        order = [("not_before", ASCENDING), ("_id", ASCENDING)]
        return [_delivery(document) for document in self._deliveries.find(due).sort(order).limit(limit)]

    def await_digest(self, person: str, due: datetime, now: datetime) -> None:
        """Let a person's gathered lines wait for the digest at ``due``; lines that expire before ``due`` are due now."""
        waiting = {"person": person, "state": GATHERED, "digest": None}
        for worth_until, hour in (({"$gt": due}, due), ({"$lte": due}, now)):
            self._deliveries.update_many({**waiting, "worth_until": worth_until}, {"$set": {"not_before": hour}})

    def drop_line(self, line: str, state: str, now: datetime, reason: str) -> None:
        """End a gathered line untold."""
        change = {"$set": {"state": state, "ended": now, "reason": reason}}
        self._deliveries.update_one({"_id": line, "state": GATHERED}, change)

    def bind_lines(self, person: str, digest: str, until: datetime) -> None:
        """Bind the lines gathered for a person up to ``until`` to a digest. Repeatable."""
        waiting = {"person": person, "state": GATHERED, "digest": None, "planned": {"$lte": until}}
        self._deliveries.update_many(waiting, {"$set": {"digest": digest}})

    def is_planned(self, person: str, message: str) -> bool:
        """Whether a delivery of the message to the person is stored, in any state."""
        return self._deliveries.find_one({"person": person, "message": message}, {"_id": True}) is not None

    def lines(self, person: str, digest: str) -> list[Delivery]:
        """The open lines of a digest, the oldest first."""
        found = self._deliveries.find({"person": person, "digest": digest, "state": GATHERED})
        return [_delivery(document) for document in found.sort([("planned", ASCENDING), ("_id", ASCENDING)])]

    def deliver_lines(self, person: str, digest: str, now: datetime) -> None:
        """Record that the lines of a digest were sent."""
        told = {"$set": {"state": SENT, "ended": now, "reason": "digest"}}
        self._deliveries.update_many({"person": person, "digest": digest, "state": GATHERED}, told)

    def reopen(self, delivery: str, position: int, now: datetime, machine: datetime) -> None:
        """Send an ended delivery again under the same identity, with all attempts anew. ``position`` is that of the decision:
        reading the same decision again reopens nothing.
        """
        ended = {
            "_id": delivery,
            "state": {"$in": [FAILED, NO_CONTACT, UNWANTED]},
            "reopened": {"$not": {"$gte": position}},
            "taken_back": None,
        }
        fresh = {"state": PLANNED, "attempts": 0, "refused": [], "ended": None, "reason": "resend"}
        change = {"$set": {**fresh, "reopened": position, "not_before": now, "retry_at": machine}}
        self._deliveries.update_one(ended, change)

    def one(self, delivery: str) -> Delivery | None:
        """The delivery of an id, None for an unknown id."""
        document = self._deliveries.find_one({"_id": delivery})
        return None if document is None else _delivery(document)

    def end_delivery(self, delivery: str, state: str, now: datetime, reason: str | None = None) -> None:
        """End a delivery in a state. A delivery that has ended keeps its state."""
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


def _due(now: datetime, machine: datetime) -> dict[str, Any]:
    return {
        "state": {"$in": list(OPEN)},
        "not_before": {"$lte": now},
        "retry_at": {"$lte": machine},
        "worth_until": {"$gt": now},
        "taken_back": None,
    }


_TAKEN_BACK = {"taken_back": {"$ne": None}}


_WITHDRAWN = [{"$set": {"state": WITHDRAWN, "reason": "$taken_back"}}]
"""Withdraws a delivery; ``taken_back`` becomes the reason."""


def _document(delivery: Delivery) -> dict[str, Any]:
    document = {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__ if name != "id"}
    return {"_id": delivery.id, **document, "refused": list(delivery.refused)}


def _delivery(document: dict[str, Any]) -> Delivery:
    # Documents of an older release have fewer fields.
    refused = tuple(document.pop("refused", ()))
    return Delivery(id=document.pop("_id"), refused=refused, **document)
