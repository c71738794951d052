"""Facts that a reader could not take, and what waits behind them.

A parked fact never loops and nothing that belongs behind it overtakes it: whatever has the same key at the same reader
is parked after it, in order. An operator sees them, mends the cause and marks them; the reader itself takes them again.
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
    """One parked fact: which reader could not take it, where it stands, under which key it and others wait, and why.

    ``error`` is ``behind`` for one that only waits behind another. ``retry`` says that an operator has marked it.
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
        """Its identity: parking it twice is parking it once."""
        return f"{self.reader}|{self.log}|{self.position * 1000 + self.index:020d}"


class Parking:
    """The parked facts of one service, in collection ``parked``."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._parked = durable(database, "parked")

    def prepare(self) -> None:
        """Create the index; harmless when it stands."""
        self._parked.create_index("reader")

    def keys(self, reader: str) -> set[str]:
        """The keys under which something is parked at a reader."""
        return {str(document["key"]) for document in self._parked.find({"reader": reader}, {"key": 1})}

    def park(self, facts: Sequence[ParkedFact]) -> None:
        """Store them durably, before any checkpoint moves past them."""
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
        """What is parked, in the order in which it must be taken."""
        wanted = {} if reader is None else {"reader": reader}
        for document in self._parked.find(wanted).sort("_id", ASCENDING):
            document.pop("_id")
            yield ParkedFact(**document)

    def marked(self, reader: str) -> list[ParkedFact]:
        """The parked facts of the keys that an operator has marked for another try, in order."""
        keys = {str(found["key"]) for found in self._parked.find({"reader": reader, "retry": True}, {"key": 1})}
        return [fact for fact in self.all(reader) if fact.key in keys]

    def mark(self, reader: str, key: str | None = None) -> int:
        """An operator's ``retry``: mark a key at a reader, or all of the reader's. Answers how many facts wait there."""
        wanted: dict[str, Any] = {"reader": reader}
        if key is not None:
            wanted["key"] = key
        self._parked.update_many(wanted, {"$set": {"retry": True}})
        return self._parked.count_documents(wanted)

    def unmark(self, reader: str, key: str) -> None:
        """The other try has failed: it waits for an operator again."""
        self._parked.update_many({"reader": reader, "key": key}, {"$set": {"retry": False}})

    def done(self, facts: Sequence[ParkedFact]) -> None:
        """They have been taken."""
        self._parked.delete_many({"_id": {"$in": [fact.id for fact in facts]}})

    def clear(self, reader: str) -> None:
        """A rebuild beside has replaced what was damaged."""
        self._parked.delete_many({"reader": reader})

    def adopt(self, collection: str, readers: Sequence[str]) -> None:
        """A collection built beside has become the live one: what was parked while it was built is its readers' now."""
        for reader in readers:
            beside = f"{reader}@{collection}"
            self.clear(reader)
            self.park([replace(fact, reader=reader) for fact in self.all(beside)])
            self.clear(beside)

    def count(self, reader: str | None = None) -> int:
        """How many are parked."""
        return self._parked.count_documents({} if reader is None else {"reader": reader})


class ParkingReader:
    """What a reader behind whose items nothing waits could not read. Only where something is parked is the database asked
    whether an operator has marked it: nobody but the holder of the lease parks, so a new lease asks anew.
    """

    def __init__(self, parking: Parking, reader: str) -> None:
        self._parking = parking
        self._reader = reader
        self._lease = 0
        self._some: bool | None = None

    def read(self, item: Item) -> Recorded | Fact | None:
        """The item, or None, and it is parked, where this release cannot read it."""
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
        """Take again what an operator has marked; answers how many. What still cannot be read waits on."""
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
    """What an operator is shown: the kind of error and its words, at most 500 characters; never the fact's data."""
    return f"{type(error).__name__}: {error}"[:500]


def parked_now() -> datetime:
    """Machine time, to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
