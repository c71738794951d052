"""Does the work of an erasure outside the log: destroys keys and other stored data of a person.

Every start repeats every erasure, because a backup may have brought back keys or other data that were destroyed. The
log decides what is erased, and nothing that is restored with the keys has a say in it. So that a start need not read
the whole log, the eraser keeps a list of the places of erasures, ``erasures``, and reads from the log only these places
and what follows the list's end.

The list is true for one log only. Its end therefore names the fact that the log held there: if a restored log holds
another fact or none at that place, the eraser reads the log from the beginning. A list that is older than the log, or
missing, makes the eraser read more. Every step may be repeated, by two erasers at once too. (UU PDP 27/2022)
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from pymongo.database import Database

from services.kernel.base.bell import Bell
from services.kernel.base.message import Fact, Recorded
from services.kernel.base.mongo import durable
from services.kernel.declare.service import Core
from services.kernel.log.registry import Unreadable
from services.kernel.readers.cursor import Cursor
from services.kernel.readers.parking import Parking, ParkingReader
from services.kernel.readers.reader import BATCH, Source, item_at

log = logging.getLogger(__name__)
END = "end"
END_SECONDS = 60.0
"""How often the list's end is stored. What lies behind the stored end is read again at the next start."""


class ErasureList:
    """The places of the erasures in one log: ``{_id, position, index}``, and ``{_id: "end", position, index, fact}``.

    All writes are durable: a place is stored before the end passes it.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._places = durable(database, "erasures")
        self._leases = durable(database, "leases")

    def end(self, source: Source) -> int:
        """The position up to which the list is complete for this log; 0 for another log than the list was made of."""
        end = self._places.find_one({"_id": END})
        if end is None:
            return 0
        item = item_at(source, int(end["position"]), int(end["index"]))
        try:
            if item is not None and item.load().id == end["fact"]:
                return int(end["position"])
        except Unreadable:
            pass  # written by a later release; this one reads everything again
        log.warning("the log is not the one that the list of erasures was made of", extra={"reader": Eraser.name})
        return 0

    def places(self) -> list[tuple[int, int]]:
        """The places of all erasures, as (position, index), in the log's order."""
        found = self._places.find({"_id": {"$ne": END}})
        return sorted((int(place["position"]), int(place["index"])) for place in found)

    def add(self, fact: Recorded | Fact) -> None:
        """Note the place of an erasure."""
        position, index = _place(fact)
        place = {"position": position, "index": index}
        self._places.replace_one({"_id": f"{position}.{index}"}, place, upsert=True)

    def move(self, fact: Recorded | Fact) -> None:
        """Note that the list is complete up to this fact."""
        position, index = _place(fact)
        self._places.replace_one({"_id": END}, {"position": position, "index": index, "fact": fact.id}, upsert=True)

    def note_repeated(self, lease: int) -> None:
        """Note, for instances that stand by, that all erasures were repeated under the lease with this number. The note
        is kept beside the lease, so no backup has the one without the other.
        """
        self._leases.replace_one({"_id": Eraser.name}, {"number": lease}, upsert=True)


class Eraser:
    """``erased(fact)`` returns the ids of a person who is to be forgotten, empty for any other fact. ``erase(ids,
    fact)`` forgets the person. Both may be called again for the same fact.

    ``repeated`` says that this process has done all erasures that the log held at the process's first step.
    """

    name = "eraser"

    def __init__(
        self,
        source: Source,
        erasures: ErasureList,
        parking: Parking,
        erased: Callable[[Recorded | Fact], Sequence[str]],
        erase: Callable[[Sequence[str], Recorded | Fact], None],
    ) -> None:
        self.repeated = False
        self._source = source
        self._erasures = erasures
        self._unread = ParkingReader(parking, self.name)
        self._erased = erased
        self._erase = erase
        self._cursor: Cursor | None = None
        self._head_at_start = 0
        self._last_read: Recorded | Fact | None = None
        self._moved = float("-inf")
        self._noted = 0

    def step(self, lease: int) -> int:
        """Only the holder of the lease steps; two erasers at once would do no harm. After a ``PyMongoError`` the batch
        is taken again.
        """
        if self._cursor is None:
            self._cursor = self._begin()
        batch = self._source.batch(self._cursor.finished, BATCH)
        for item in batch.items:
            # An unreadable fact is parked: no erasure may be skipped silently.
            if (fact := self._unread.read(item)) is not None:
                self._take(fact)
                self._last_read = fact
        done = self._cursor.finish(batch.last)
        self.repeated = self.repeated or self._cursor.finished >= self._head_at_start
        if self.repeated and self._noted != lease:
            self._erasures.note_repeated(lease)
            self._noted = lease
        if self._last_read is not None and time.monotonic() - self._moved >= END_SECONDS:
            self._erasures.move(self._last_read)
            self._last_read, self._moved = None, time.monotonic()
        return done + self._unread.take_marked(lease, self._source, self._take)

    def lag(self) -> int:
        return self._source.head() - (self._cursor.finished if self._cursor else 0)

    def bell(self) -> Bell:
        return self._source.bell()

    def _begin(self) -> Cursor:
        """Repeat the listed erasures; the steps read what follows the list's end."""
        self._head_at_start = self._source.head()
        end = self._erasures.end(self._source)
        for position, index in self._erasures.places() if end else ():
            item = item_at(self._source, position, index)
            fact = None if item is None else self._unread.read(item)
            if fact is not None:
                self._take(fact)
        return Cursor(end)

    def _take(self, fact: Recorded | Fact) -> None:
        if ids := self._erased(fact):
            self._erasures.add(fact)
            self._erase(ids, fact)
            log.info("erased", extra={"reader": self.name, "position": fact.position})


def hearing(core: Core, fact: str) -> Eraser:
    """The eraser of a service that hears of an erasure in a fact: destroys the service's own keys of all ``ids`` in the
    fact.

    ``fact`` is the fact's full name: ``members.member-erased``.
    """

    def erased(heard: Recorded | Fact) -> Sequence[str]:
        named = heard.data["ids"] if isinstance(heard, Fact) and heard.name == fact else ()
        return [str(identity) for identity in named]

    def erase(ids: Sequence[str], _heard: Recorded | Fact) -> None:
        core.vault.destroy(*ids)

    return Eraser(core.heard, ErasureList(core.database), Parking(core.database), erased, erase)


def _place(fact: Recorded | Fact) -> tuple[int, int]:
    return fact.position, fact.index if isinstance(fact, Recorded) else 0
