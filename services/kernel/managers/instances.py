"""The instances of a process manager: everything that is known of an instance, in one durable document.

``{_id: instance, state, at: {log: guard}, deadlines: [{name, due, recorded}], due, revision, pending, late}``

* ``at`` is the guard of the last fact that the instance has taken from each log.
* ``due`` is the earliest deadline that is not recorded as passed; absent without such a deadline. The field exists
  because an index on the array's dates was measured to read the whole index (20 ms at 1,200).
* ``pending`` is present while commands of the instance may not have been given yet: ``{log, before, facts: [{position,
  index, commands}]}``. ``before`` is the state before the first of these facts. Each fact is read from its log again and
  folded again to find its commands, so no command is stored: a command may hold a person's words, which an erasure
  must reach. ``commands`` is false for a fact that is only folded.
* ``late`` holds the guards of facts that the instance took after later facts: ``{log: [guard]}``.
* ``revision`` counts the writes. Documents of earlier releases have neither ``pending``, ``late`` nor ``recorded``.

One query loads all instances of a batch of facts; one write stores the new states with ``pending``, before any command
is given; one write removes ``pending`` after the commands have been given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.kernel.base.mongo import DUPLICATE_KEY, durable, refused_for_good
from services.kernel.declare.process import Reaction
from services.kernel.readers.reader import Item, LostCheckpoint


class StateRefused(Exception):
    """A state that the database cannot store: not encodable, or too large."""


@dataclass(frozen=True, slots=True)
class PendingFact:
    """The place of a fact whose reaction is stored; ``commands`` says whether the fact's commands must be given."""

    position: int
    index: int
    commands: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """The facts of one instance whose commands may not have been given yet, in the order in which they were folded."""

    instance: str
    revision: int
    log: str
    before: Mapping[str, Any]
    facts: Sequence[PendingFact]


@dataclass(frozen=True, slots=True)
class DueDeadlines:
    """The deadlines of one instance that have come and are not recorded, by name. ``after`` are the document's fields
    once they are recorded.
    """

    instance: str
    revision: int
    passed: Mapping[str, datetime]
    after: Mapping[str, Any]


class Instances:
    """One manager's instances, as one reader of one log works on them."""

    def __init__(self, database: Database[dict[str, Any]], manager: str) -> None:
        self._manager = manager
        self._documents = durable(database, f"manager_{manager}")
        self._held: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def prepare(self) -> None:
        """Create the indexes; does nothing if they exist."""
        self._documents.create_index("due", sparse=True)
        self._documents.create_index("pending.log", sparse=True)

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

    def done(self, instance: str, item: Item) -> bool:
        """Whether the instance has taken this fact, or a later fact of the same log."""
        return bool(self._held[instance]["at"].get(item.log, -1) >= item.guard)

    def done_late(self, instance: str, item: Item) -> bool:
        """Whether the instance has taken this fact after later facts of the same log."""
        return item.guard in self._held[instance].get("late", {}).get(item.log, ())

    def set_reaction(
        self, instance: str, item: Item, reaction: Reaction, *, commands: bool, late: bool = False
    ) -> None:
        """Set the instance's new state and deadlines; ``store`` writes them. ``commands``: the reaction's commands must
        be given after the write.
        """
        before = self._held[instance]
        held = {name: value for name, value in before.items() if name not in ("due", "pending")}
        recorded = {(each["name"], each["due"]) for each in before.get("deadlines", ()) if each.get("recorded")}
        self._held[instance] = held | {
            "state": dict(reaction.state),
            "at": {**held["at"], item.log: max(item.guard, held["at"].get(item.log, -1))},
            **_deadlines((name, due, (name, due) in recorded) for name, due in reaction.deadlines.items()),
        }
        if late:
            taken = held.get("late", {})
            self._held[instance]["late"] = {**taken, item.log: [*taken.get(item.log, ()), item.guard]}
        pending = before.get("pending")
        if pending is None and commands:
            pending = {"log": item.log, "before": before["state"], "facts": []}
        if pending is not None:
            fact = {"position": item.position, "index": item.index, "commands": commands}
            self._held[instance]["pending"] = {**pending, "facts": [*pending["facts"], fact]}
        self._changed.add(instance)

    def store(self) -> datetime | None:
        """Write the changed instances, each against the revision that was read; returns their earliest deadline.

        Raises ``LostCheckpoint`` if another reader has changed an instance meanwhile; its facts are then taken again.
        Raises ``StateRefused`` if the database cannot store one of the states; other instances may be stored then.
        """
        if not self._changed:
            return None
        set_now = [self._held[instance]["due"] for instance in self._changed if "due" in self._held[instance]]
        writes = [self._write(self._held[instance]) for instance in sorted(self._changed)]
        try:
            self._documents.bulk_write(writes, ordered=False)
        except Exception as error:
            if isinstance(error, BulkWriteError) and _holds(error, DUPLICATE_KEY):
                raise LostCheckpoint(f"another works on instances of {self._manager}") from error
            if refused_for_good(error):
                raise StateRefused(type(error).__name__) from error  # the driver's text quotes the state
            raise
        for instance in self._changed:
            self._held[instance]["revision"] += 1
        self._changed.clear()
        return min(set_now, default=None)

    def pending(self) -> list[Pending]:
        """What is pending among the loaded instances."""
        return [_pending(document) for document in self._held.values() if "pending" in document]

    def all_pending(self) -> list[Pending]:
        """What is pending among all instances of the manager: after a crash, or while a command fails."""
        return [_pending(document) for document in self._documents.find({"pending.log": {"$gt": ""}})]

    def given(self, pendings: Iterable[Pending]) -> None:
        """Remove what is no longer pending. An instance that another process has changed meanwhile stays as it is: the
        other process gave the commands first.
        """
        writes = [
            UpdateOne({"_id": each.instance, "revision": each.revision}, {"$unset": {"pending": ""}})
            for each in pendings
        ]
        if writes:
            self._documents.bulk_write(writes, ordered=False)

    def forget_late(self, instances: Sequence[str], item: Item) -> None:
        """Forget that a fact was taken late, after the fact is no longer parked."""
        self._documents.update_many({"_id": {"$in": list(instances)}}, {"$pull": {f"late.{item.log}": item.guard}})

    def due(self, now: datetime, limit: int, besides: Collection[str] = ()) -> list[DueDeadlines]:
        """The deadlines that have come and are not recorded, of at most ``limit`` instances, the earliest first;
        ``besides`` are left out.
        """
        wanted: dict[str, Any] = {"due": {"$lte": now}}
        if besides:
            wanted["_id"] = {"$nin": list(besides)}
        found = self._documents.find(wanted, {"deadlines": 1, "revision": 1}).sort("due", 1).limit(limit)
        return [_due_now(document, now) for document in found]

    def recorded(self, deadlines: Sequence[DueDeadlines]) -> None:
        """Note that these deadlines are recorded as passed, so that ``due`` leaves them out. An instance that its
        manager has changed meanwhile stays as it is; its deadlines are recorded once more, with the same outcome.
        """
        writes = [
            UpdateOne(
                {"_id": each.instance, "revision": each.revision},
                {"$set": each.after} if "due" in each.after else {"$set": each.after, "$unset": {"due": ""}},
            )
            for each in deadlines
        ]
        if writes:
            self._documents.bulk_write(writes, ordered=False)

    def next_due(self) -> datetime | None:
        """The earliest deadline of all instances that is not recorded, None without one."""
        earliest = self._documents.find_one({"due": {"$exists": True}}, {"due": 1}, sort=[("due", 1)])
        due: datetime | None = None if earliest is None else earliest["due"]
        return due

    def overdue(self, now: datetime) -> int:
        """The number of instances with a deadline that has come and is not recorded."""
        return self._documents.count_documents({"due": {"$lte": now}})

    @staticmethod
    def _write(document: dict[str, Any]) -> ReplaceOne[dict[str, Any]]:
        # An upsert: if another reader has replaced the document, the insert fails on the duplicate key.
        revision = document["revision"]
        return ReplaceOne(
            {"_id": document["_id"], "revision": revision}, document | {"revision": revision + 1}, upsert=True
        )


def _holds(error: BulkWriteError, code: int) -> bool:
    return any(refused.get("code") == code for refused in error.details.get("writeErrors", ()))


def _deadlines(set_now: Iterable[tuple[str, datetime, bool]]) -> dict[str, Any]:
    """The fields ``deadlines`` and ``due`` of a document."""
    listed = list(set_now)
    coming = [due for _, due, recorded in listed if not recorded]
    deadlines = [
        {"name": name, "due": due, "recorded": True} if recorded else {"name": name, "due": due}
        for name, due, recorded in listed
    ]
    return {"deadlines": deadlines, **({"due": min(coming)} if coming else {})}


def _due_now(document: Mapping[str, Any], now: datetime) -> DueDeadlines:
    deadlines = document["deadlines"]
    passed = {each["name"]: each["due"] for each in deadlines if each["due"] <= now and not each.get("recorded")}
    after = _deadlines(
        (each["name"], each["due"], bool(each.get("recorded")) or each["due"] <= now) for each in deadlines
    )
    return DueDeadlines(document["_id"], document["revision"], passed, after)


def _pending(document: Mapping[str, Any]) -> Pending:
    stored = document["pending"]
    facts = [PendingFact(each["position"], each["index"], each["commands"]) for each in stored["facts"]]
    return Pending(document["_id"], document["revision"], stored["log"], stored["before"], facts)
