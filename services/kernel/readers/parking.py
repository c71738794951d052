"""Facts that a reader failed to take, and the facts that wait behind them.

A parked fact is not tried again in a loop, and no later fact of the same key overtakes a parked fact: facts with the
same key at the same reader are parked too, in order. An operator sees the parked facts, removes the cause and marks
them; the reader then takes them again.

A view's reader parks a fact for the collection that the fact is missing from. So the facts that a new build of a view
could not take are parked beside those of the live collection, and when the new build becomes live, its parked facts are
the view's without a move of any document. A release before 0.3 stored neither the collection, nor the key in ``_id``:
such a document is read like any other, because the fields and not ``_id`` are a fact's identity here, and
``assign`` gives it its collection.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.kernel.base.message import Fact, Recorded
from services.kernel.base.mongo import DUPLICATE_KEY, durable
from services.kernel.declare.plain import Misfit
from services.kernel.log.registry import Unreadable
from services.kernel.readers.reader import Item, Source, item_at

log = logging.getLogger(__name__)
BEHIND = "behind"
_UNREAD = tuple(f"{error.__name__}:" for error in (Unreadable, Misfit))
"""How the text of an error begins that says: this release does not know the fact's form."""


@dataclass(frozen=True, slots=True)
class ParkedFact:
    """One parked fact: its reader, its position, the key under which facts wait together, and the error.

    ``error`` is ``behind`` for a fact that only waits behind another. ``retry`` says that an operator has marked the
    fact. ``collection`` is the view's collection that the fact is missing from, None for a reader without a collection.
    Reader, log, position, index, key and collection are the fact's identity.
    """

    reader: str
    log: str
    position: int
    index: int
    key: str
    error: str
    at: datetime
    retry: bool = False
    collection: str | None = None

    @property
    def id(self) -> str:
        """The id of the stored document: parking a fact twice stores one document."""
        place = f"{self.position:015d}.{self.index:06d}"
        return "|".join([self.reader, self.log, place, self.key, *([self.collection] if self.collection else [])])

    @property
    def guard(self) -> int:
        """The fact's place, on the scale of ``Item.guard``."""
        return self.position * 1000 + self.index


class Parking:
    """The parked facts of one service, in collection ``parked``.

    ``collection`` selects the facts of one collection of a view; None selects the facts of all collections, and of
    readers without a collection.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._parked = durable(database, "parked")

    def prepare(self) -> None:
        """Create the index; does nothing if the index exists."""
        self._parked.create_index("reader")

    def keys(self, reader: str) -> set[str]:
        """The keys under which facts of a reader are parked."""
        return {str(document["key"]) for document in self._parked.find({"reader": reader}, {"key": 1})}

    def blocked(self, reader: str, collection: str) -> dict[str, int]:
        """Key → the guard of the first fact that is parked under the key: later facts of the key wait behind it."""
        first: dict[str, int] = {}
        for fact in self.all(reader, collection):
            first.setdefault(fact.key, fact.guard)
        return first

    def park(self, facts: Sequence[ParkedFact]) -> None:
        """Store the facts durably, before any checkpoint moves past them. A fact that is parked already stays as it
        is.
        """
        if not facts:
            return
        try:
            self._parked.insert_many([_document(fact) for fact in facts], ordered=False)
        except BulkWriteError as error:
            if error.details.get("writeConcernErrors"):
                raise
            if any(refused["code"] != DUPLICATE_KEY for refused in error.details["writeErrors"]):
                raise

    def all(self, reader: str | None = None, collection: str | None = None) -> Iterator[ParkedFact]:
        """The parked facts, in the order in which they must be taken."""
        found = self._parked.find(_wanted(reader, collection), {"_id": 0})
        seen: set[str] = set()
        for document in found.sort([(name, 1) for name in ("reader", "log", *_PLACE)]):
            fact = ParkedFact(**document)
            if fact.id not in seen:  # an older release may have parked it too, under another ``_id``
                seen.add(fact.id)
                yield fact

    def marked(self, reader: str, collection: str | None = None) -> list[ParkedFact]:
        """The parked facts of the keys that an operator has marked for another try, in order."""
        wanted = _wanted(reader, collection)
        keys = {str(found["key"]) for found in self._parked.find({**wanted, "retry": True}, {"key": 1})}
        return [fact for fact in self.all(reader, collection) if fact.key in keys]

    def mark(self, reader: str, key: str | None = None) -> int:
        """Mark a key of a reader, or all keys of the reader, for another try. Returns the number of waiting facts."""
        wanted: dict[str, Any] = {"reader": reader}
        if key is not None:
            wanted["key"] = key
        self._parked.update_many(wanted, {"$set": {"retry": True}})
        return self._parked.count_documents(wanted)

    def mark_what_can_be_read(
        self, reader: str, source: Source, take: Callable[[Recorded | Fact], object], collection: str | None = None
    ) -> int:
        """Mark the facts whose form an older release did not know and this release knows; returns their number.

        ``take`` raises ``Unreadable`` or ``Misfit`` for a fact that it cannot read, and has no other effect. One fact
        for each error is tried, because a release knows a form or does not know it.
        """
        unread: dict[str, ParkedFact] = {}
        for fact in self.all(reader, collection):
            if fact.error.startswith(_UNREAD) and not fact.retry:
                unread.setdefault(fact.error, fact)
        marked = 0
        for error, fact in unread.items():
            item = item_at(source, fact.position, fact.index)
            if item is not None and _readable(item, take):
                log.info("this release can read parked facts", extra={"reader": reader, "why": error})
                wanted = _wanted(reader, collection) | {"error": error}
                marked += self._parked.update_many(wanted, {"$set": {"retry": True}}).modified_count
        return marked

    def unmark(self, reader: str, key: str) -> None:
        """Remove the mark after the other try has failed: the key waits for an operator again."""
        self._parked.update_many({"reader": reader, "key": key}, {"$set": {"retry": False}})

    def done(self, facts: Sequence[ParkedFact]) -> None:
        """Remove facts that have been taken."""
        for fact in facts:
            identity = {name: getattr(fact, name) for name in ("reader", "log", *_PLACE, "key", "collection")}
            self._parked.delete_many(identity)  # a missing collection and None are the same to a query

    def collections(self, readers: Sequence[str]) -> set[str]:
        """The names of the collections for which facts of these readers are parked."""
        found = self._parked.find({"reader": {"$in": list(readers)}}, {"collection": 1})
        before = self._parked.find({"reader": _before(readers)}, {"reader": 1})
        named = {str(document["collection"]) for document in found if document.get("collection")}
        return named | {str(document["reader"]).partition("@")[2] for document in before}

    def assign(self, readers: Sequence[str], collection: str) -> None:
        """Give the facts that an older release parked for the live collection this collection's name."""
        wanted = {"reader": {"$in": list(readers)}, "collection": None}
        self._parked.update_many(wanted, {"$set": {"collection": collection}})

    def clear(self, readers: Sequence[str], collections: Sequence[str]) -> None:
        """Remove what these readers parked for collections that are gone. An older release parked for a collection that
        it was building under a reader's name of its own, ``reader@collection``.
        """
        names = list(collections)
        if names:
            before = [f"{reader}@{collection}" for reader in readers for collection in names]
            self._parked.delete_many({"reader": {"$in": list(readers)}, "collection": {"$in": names}})
            self._parked.delete_many({"reader": {"$in": before}})

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
        self._asked_under = 0
        self._waiting = False

    def read(self, item: Item) -> Recorded | Fact | None:
        """The fact or event of an item. An item that this release cannot read is parked, and the result is None."""
        try:
            return item.load()
        except Unreadable as error:
            log.exception("parked", extra={"reader": self._reader, "position": item.position})
            why = describe(error)
            parked = ParkedFact(self._reader, item.log, item.position, item.index, item.stream, why, parked_now())
            self._parking.park([parked])
            self._waiting = True
            return None

    def take_marked(self, lease: int, source: Source, take: Callable[[Recorded | Fact], object]) -> int:
        """Take again the facts that an operator has marked; returns their number. A fact that is still unreadable stays
        parked. Under a new lease this also takes the facts that an older release could not read.
        """
        if lease != self._asked_under:
            self._waiting = self._parking.count(self._reader) > 0
            if self._waiting:
                self._parking.mark_what_can_be_read(self._reader, source, lambda _fact: None)
            self._asked_under = lease
        if not self._waiting:
            return 0
        marked = self._parking.marked(self._reader)
        for parked in marked:
            item = item_at(source, parked.position, parked.index)
            try:
                if item is None:
                    log.warning("gone from the log", extra={"reader": self._reader, "position": parked.position})
                else:
                    take(item.load())
            except Unreadable:
                self._parking.unmark(self._reader, parked.key)
                continue
            self._parking.done([parked])
        if marked:
            self._waiting = self._parking.count(self._reader) > 0
        return len(marked)


def describe(error: Exception) -> str:
    """The text for an operator: kind and message of the error, at most 500 characters; never the fact's data."""
    return f"{type(error).__name__}: {error}"[:500]


def parked_now() -> datetime:
    """Machine time, to the millisecond."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


_PLACE = ("position", "index")


def _document(fact: ParkedFact) -> dict[str, Any]:
    document = {
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
    return document if fact.collection is None else document | {"collection": fact.collection}


def _wanted(reader: str | None, collection: str | None) -> dict[str, Any]:
    wanted = {"reader": reader, "collection": collection}
    return {name: value for name, value in wanted.items() if value is not None}


def _before(readers: Sequence[str]) -> re.Pattern[str]:
    """The names under which an older release parked facts for a collection that it was building."""
    return re.compile(f"^({'|'.join(re.escape(reader) for reader in readers)})@")


def _readable(item: Item, take: Callable[[Recorded | Fact], object]) -> bool:
    try:
        take(item.load())
    except Exception:  # noqa: BLE001 - whatever it is, the fact stays parked, where an operator sees it
        return False
    return True
