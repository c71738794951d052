"""Facts that a reader failed to take, and the facts that wait behind them.

A parked fact is not tried again in a loop, and no later fact of the same key overtakes a parked fact: facts with the
same key at the same reader are parked too, in order. An operator sees the parked facts, removes the cause and marks
them; the reader then takes them again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.kernel.base.message import Fact, Recorded
from services.kernel.base.mongo import durable
from services.kernel.log.registry import Unreadable
from services.kernel.readers.reader import Item, Source

log = logging.getLogger(__name__)
DUPLICATE_KEY = 11000
BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class ParkedFact:
    """One parked fact: its reader, its position, the key under which facts wait together, and the error.

    ``error`` is ``behind`` for a fact that only waits behind another. ``retry`` says that an operator has marked the
    fact.
    """

    reader: str
    log: str
    position: int
    index: int
    key: str
    error: str
    at: datetime
    retry: bool = False

    @property
    def id(self) -> str:
        """The id of the parked fact: parking a fact twice stores one document."""
        return f"{self.reader}|{self.log}|{self.position * 1000 + self.index:020d}"


class Parking:
    """The parked facts of one service, in collection ``parked``."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._parked = durable(database, "parked")

    def prepare(self) -> None:
        """Create the index; does nothing if the index exists."""
        self._parked.create_index("reader")

    def keys(self, reader: str) -> set[str]:
        """The keys under which facts of a reader are parked."""
        return {str(document["key"]) for document in self._parked.find({"reader": reader}, {"key": 1})}

    def park(self, facts: Sequence[ParkedFact]) -> None:
        """Store the facts durably, before any checkpoint moves past them."""
        if not facts:
            return
        try:
            self._parked.insert_many(
                [
                    {
                        "_id": fact.id,
                        "reader": fact.reader,
                        "log": fact.log,
                        "position": fact.position,
                        "index": fact.index,
                        "key": fact.key,
                        "error": fact.error,
                        "at": fact.at,
                        "retry": fact.retry,
                    }
                    for fact in facts
                ],
                ordered=False,
            )
        except BulkWriteError as error:
            if any(refused["code"] != DUPLICATE_KEY for refused in error.details["writeErrors"]):
                raise

    def all(self, reader: str | None = None) -> Iterator[ParkedFact]:
        """The parked facts, in the order in which they must be taken."""
        wanted = {} if reader is None else {"reader": reader}
        for document in self._parked.find(wanted).sort("_id", ASCENDING):
            document.pop("_id")
            yield ParkedFact(**document)

    def marked(self, reader: str) -> list[ParkedFact]:
        """The parked facts of the keys that an operator has marked for another try, in order."""
        keys = {str(found["key"]) for found in self._parked.find({"reader": reader, "retry": True}, {"key": 1})}
        return [fact for fact in self.all(reader) if fact.key in keys]

    def mark(self, reader: str, key: str | None = None) -> int:
        """Mark a key of a reader, or all keys of the reader, for another try. Returns the number of waiting facts."""
        wanted: dict[str, Any] = {"reader": reader}
        if key is not None:
            wanted["key"] = key
        self._parked.update_many(wanted, {"$set": {"retry": True}})
        return self._parked.count_documents(wanted)

    def unmark(self, reader: str, key: str) -> None:
        """Remove the mark after the other try has failed: the key waits for an operator again."""
        self._parked.update_many({"reader": reader, "key": key}, {"$set": {"retry": False}})

    def done(self, facts: Sequence[ParkedFact]) -> None:
        """Remove facts that have been taken."""
        self._parked.delete_many({"_id": {"$in": [fact.id for fact in facts]}})

    def clear(self, reader: str) -> None:
        """Remove all facts of a reader, after a rebuilt collection has replaced the damaged collection."""
        self._parked.delete_many({"reader": reader})

    def adopt(self, collection: str, readers: Sequence[str]) -> None:
        """Give the facts that were parked during a rebuild to the readers of the view, after the rebuilt collection
        became live.
        """
        for reader in readers:
            beside = f"{reader}@{collection}"
            self.clear(reader)
            self.park([replace(fact, reader=reader) for fact in self.all(beside)])
            self.clear(beside)

    def count(self, reader: str | None = None) -> int:
        """The number of parked facts."""
        return self._parked.count_documents({} if reader is None else {"reader": reader})


class ParkingReader:
    """Parks the unreadable items of a reader whose items do not wait for each other.

    The database is asked for marks only while facts are parked. Only the holder of the lease parks facts, so the
    question is repeated for a new lease.
    """

    def __init__(self, parking: Parking, reader: str) -> None:
        self._parking = parking
        self._reader = reader
        self._lease = 0
        self._some: bool | None = None

    def read(self, item: Item) -> Recorded | Fact | None:
        """The fact or event of an item. An item that this release cannot read is parked, and the result is None."""
        try:
            return item.load()
        except Unreadable as error:
            log.exception("parked", extra={"reader": self._reader, "position": item.position})
            why = describe(error)
            parked = ParkedFact(self._reader, item.log, item.position, item.index, item.stream, why, parked_now())
            self._parking.park([parked])
            self._some = True
            return None

    def take_marked(self, lease: int, source: Source, take: Callable[[Recorded | Fact], object]) -> int:
        """Take again the facts that an operator has marked; returns their number. A fact that is still unreadable stays
        parked.
        """
        if self._some is None or lease != self._lease:
            self._some, self._lease = self._parking.count(self._reader) > 0, lease
        if not self._some:
            return 0
        marked = self._parking.marked(self._reader)
        for parked in marked:
            found = source.batch(parked.position - 1, 1).items
            item = next(item for item in found if item.index == parked.index)
            try:
                loaded = item.load()
            except Unreadable:
                self._parking.unmark(self._reader, parked.key)
                continue
            take(loaded)
            self._parking.done([parked])
        if marked:
            self._some = None
        return len(marked)


def describe(error: Exception) -> str:
    """The text for an operator: kind and message of the error, at most 500 characters; never the fact's data."""
    return f"{type(error).__name__}: {error}"[:500]


def parked_now() -> datetime:
    """Machine time, to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
