"""The instances of a process manager: state, guards and deadlines of each instance in one durable document.

``{_id: instance, state, at: {log: guard}, deadlines: [{name, due}], due, revision}``. ``due`` is the earliest deadline,
absent without a deadline. The field exists because an index on the array's dates was measured to read the whole index
(20 ms at 1,200). One query loads all instances of a batch of facts; one write stores the new states, after the commands
have been given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.kernel.base.mongo import durable
from services.kernel.declare.process import Reaction
from services.kernel.readers.reader import LostCheckpoint

DUPLICATE_KEY = 11000


class Instances:
    """One manager's instances, as one reader of one log works on them."""

    def __init__(self, database: Database[dict[str, Any]], manager: str) -> None:
        self._manager = manager
        self._documents = durable(database, f"manager_{manager}")
        self._held: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def prepare(self) -> None:
        """Create the index of deadlines; does nothing if the index exists."""
        self._documents.create_index("due", sparse=True)

    def load(self, instances: Collection[str]) -> None:
        """Load these instances and forget the instances loaded before. A new instance begins with an empty state."""
        self._changed.clear()
        self._held = {instance: {"_id": instance, "state": {}, "at": {}, "revision": 0} for instance in instances}
        if instances:
            for document in self._documents.find({"_id": {"$in": list(instances)}}):
                self._held[document["_id"]] = document

    def state(self, instance: str) -> Mapping[str, Any]:
        """The state of a loaded instance."""
        state: Mapping[str, Any] = self._held[instance]["state"]
        return state

    def done(self, instance: str, log: str, guard: int) -> bool:
        """Whether the instance has taken the fact with this guard already."""
        return bool(self._held[instance]["at"].get(log, -1) >= guard)

    def set_reaction(self, instance: str, log: str, guard: int, reaction: Reaction) -> None:
        """Set the instance's new state and deadlines; ``store`` writes them."""
        held = {name: value for name, value in self._held[instance].items() if name != "due"}
        self._held[instance] = held | {
            "state": dict(reaction.state),
            "at": {**held["at"], log: guard},
            "deadlines": [{"name": name, "due": due} for name, due in reaction.deadlines.items()],
        }
        if reaction.deadlines:
            self._held[instance]["due"] = min(reaction.deadlines.values())
        self._changed.add(instance)

    def store(self) -> datetime | None:
        """Write the changed instances, each against the revision that was read; returns their earliest deadline.

        Raises ``LostCheckpoint`` if another reader has changed an instance meanwhile. Its facts are then taken again,
        under the same command ids.
        """
        if not self._changed:
            return None
        set_now = [self._held[instance]["due"] for instance in self._changed if "due" in self._held[instance]]
        writes = [self._write(self._held[instance]) for instance in sorted(self._changed)]
        self._changed.clear()
        try:
            self._documents.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if all(refused["code"] == DUPLICATE_KEY for refused in error.details.get("writeErrors", [{"code": 0}])):
                raise LostCheckpoint(f"another works on instances of {self._manager}") from error
            raise
        return min(set_now, default=None)

    def due(self, now: datetime, limit: int) -> list[tuple[str, str, datetime]]:
        """The deadlines that have come, as (instance, name, due), of at most ``limit`` instances."""
        found = self._documents.find({"due": {"$lte": now}}).limit(limit)
        return [
            (document["_id"], deadline["name"], deadline["due"])
            for document in found
            for deadline in document["deadlines"]
            if deadline["due"] <= now
        ]

    def next_due(self) -> datetime | None:
        """The earliest deadline of all instances, None without a deadline."""
        earliest = self._documents.find_one({"due": {"$exists": True}}, {"due": 1}, sort=[("due", 1)])
        due: datetime | None = None if earliest is None else earliest["due"]
        return due

    def overdue(self, now: datetime) -> int:
        """The number of instances with a deadline that has come."""
        return self._documents.count_documents({"due": {"$lte": now}})

    @staticmethod
    def _write(document: dict[str, Any]) -> ReplaceOne[dict[str, Any]]:
        # An upsert: if another reader has replaced the document, the insert fails on the duplicate key.
        revision = document["revision"]
        return ReplaceOne(
            {"_id": document["_id"], "revision": revision}, document | {"revision": revision + 1}, upsert=True
        )
