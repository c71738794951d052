"""Updates a view from one of its logs, builds the view's next collection, and makes it live.

What a fact would change is written by ``view_collection``. A fact that fails, or that the database refuses, is parked
for the collection that it is missing from, and with it the later facts of the same stream or subject. Every fact is
either in a collection or parked for it before the collection's checkpoint passes the fact.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database
from pymongo.errors import PyMongoError

from services.kernel.base.bell import Bell
from services.kernel.base.message import Fact, Recorded
from services.kernel.base.mongo import refused_for_good
from services.kernel.declare.view import CHECKPOINT, View, update
from services.kernel.readers.cursor import IDLE_SECONDS
from services.kernel.readers.parking import BEHIND, ParkedFact, Parking, describe, parked_now
from services.kernel.readers.reader import Batch, Item, Source
from services.kernel.views.cleanup import Cleanup
from services.kernel.views.pointers import Pointer
from services.kernel.views.view_collection import ViewCollection
from services.kernel.views.view_store import Views

log = logging.getLogger(__name__)


def reader_name(view: View[Any], source: str) -> str:
    """The name of a view's reader: the view's name; for the second of two logs, followed by the log's name."""
    return view.name if len(view.logs) == 1 else f"{view.name}.{source}"


class ViewReader:
    """The reader of one view and one of its logs. It keeps the live collection going, and builds the next collection of
    its own version beside it.
    """

    def __init__(
        self, view: View[Any], source: Source, views: Views, database: Database[dict[str, Any]], parking: Parking
    ) -> None:
        self.name = reader_name(view, source.name)
        self._view = view
        self._source = source
        self._views = views
        self._database = database
        self._parking = parking
        self._readers = [reader_name(view, name) for name in view.logs]
        self._collections: dict[str, ViewCollection] = {}
        self._cleanup = Cleanup(view, views.pointers, database, parking, self._readers)

    @property
    def idle_seconds(self) -> float:
        return min((each.cursor.idle_seconds for each in self._collections.values()), default=IDLE_SECONDS)

    def step(self, lease: int) -> int:
        try:
            return self._step(self._views.pointer(self._view), lease)
        except Exception:
            self._collections.clear()
            raise

    def _step(self, pointer: Pointer, lease: int) -> int:
        self._collections = {
            name: each for name, each in self._collections.items() if name in {pointer.live, pointer.next}
        }
        if self._must_build(pointer, lease):
            # The lease may be lost without our knowledge; no build may begin because of that.
            self._collection(pointer.live, pointer, lease).look_again(lease)
            self._views.pointers.begin_build(self._view, pointer)
            return 1
        done = self._advance(pointer.live, pointer, lease)
        if pointer.next is not None:
            done += self._advance(pointer.next, pointer, lease)
            done += self._switch_when_level(pointer)
        self._cleanup.step(pointer, lease)
        return done

    def lag(self) -> int:
        return self._source.head() - self._views.position(self._view, self._source.name)

    def bell(self) -> Bell:
        return self._source.bell()

    def _must_build(self, pointer: Pointer, lease: int) -> bool:
        if pointer.version != self._view.version:
            return pointer.next is None or pointer.version is not None
        if pointer.next is not None or not self._collection(pointer.live, pointer, lease).blocked:
            return False
        # Other streams have moved the guards of shared documents: a retry in the live collection changes nothing.
        return bool(self._parking.marked(self.name, pointer.live))

    def _collection(self, name: str, pointer: Pointer, lease: int) -> ViewCollection:
        """A collection with its checkpoint and the keys that wait; read from the database after every error."""
        known = self._collections.get(name)
        if known is None:
            if name == pointer.live:
                self._parking.assign(self._readers, name)
                self._parking.mark_what_can_be_read(self.name, self._source, self._view.apply, name)
            else:
                self._views.pointers.index(self._view, name)  # a crash may have come between the pointer and the index
            known = ViewCollection(self._database, name, self._source.name, lease)
            # Facts are parked before a checkpoint passes them, so what is parked is asked after the checkpoint.
            known.blocked = self._parking.blocked(self.name, name)
            self._collections[name] = known
            self._reached(name, known.cursor.stored)
        return known

    def _advance(self, name: str, pointer: Pointer, lease: int) -> int:
        collection = self._collection(name, pointer, lease)
        cursor = collection.cursor
        batch = self._source.batch(cursor.finished)
        updates = self._updates(collection, batch.items, lease)
        if cursor.must_store(batch.last, bool(updates)):
            self._write(collection, batch, updates, lease)
        elif not updates:
            collection.look_again_when_idle(lease)
        done = cursor.finish(batch.last)
        self._reached(name, batch.last)
        return done

    def _updates(self, collection: ViewCollection, items: Sequence[Item], lease: int) -> list[UpdateOne]:
        """The updates of the items. An item that fails, or that waits behind a parked item, is parked and gives no
        updates.
        """
        updates: list[UpdateOne] = []
        failed: list[tuple[Item, str]] = []
        for item in items:
            if item.guard >= collection.blocked.get(item.stream, item.guard + 1):
                failed.append((item, BEHIND))
                continue
            try:
                updates += self._changes(item)
            except PyMongoError:
                raise
            except Exception as error:
                log.exception("parked", extra={"reader": self.name, "position": item.position})
                failed.append((item, describe(error)))
                collection.blocked.setdefault(item.stream, item.guard)
        self._park(collection, failed, lease)
        return updates

    def _changes(self, item: Item) -> list[UpdateOne]:
        loaded: Recorded | Fact = item.load()
        return [update(self._source.name, item.guard, change) for change in self._view.apply(loaded)]

    def _park(self, collection: ViewCollection, failed: Sequence[tuple[Item, str]], lease: int) -> None:
        if failed:
            collection.claim(lease)
            self._parking.park(
                [
                    ParkedFact(
                        self.name, self._source.name, item.position, item.index, item.stream, error, parked_now(),
                        collection=collection.name,
                    )
                    for item, error in failed
                ]
            )  # fmt: skip

    def _write(self, collection: ViewCollection, batch: Batch, updates: Sequence[UpdateOne], lease: int) -> None:
        try:
            collection.write(lease, updates, batch.last)
        except Exception as error:
            if not refused_for_good(error):
                raise
            self._write_one_by_one(collection, batch, lease)

    def _write_one_by_one(self, collection: ViewCollection, batch: Batch, lease: int) -> None:
        """Write a batch fact by fact after the database refused it, and park each fact that the database refuses.

        A part of the batch may be written already; the guards make the repetition harmless. Of a refused fact some
        documents may be changed: they are right again after the rebuild that a retry is.
        """
        collection.look_again(lease)
        for item in batch.items:
            updates = self._updates(collection, [item], lease)
            try:
                collection.write(lease, updates, max(collection.cursor.stored, item.position - 1))
            except Exception as error:
                if not refused_for_good(error):
                    raise
                log.exception("parked", extra={"reader": self.name, "position": item.position})
                collection.look_again(lease)
                self._park(collection, [(item, describe(error))], lease)
                collection.blocked.setdefault(item.stream, item.guard)
        collection.write(lease, [], batch.last)

    def _switch_when_level(self, pointer: Pointer) -> bool:
        """Make the next collection live when it shows what the live collection shows, of every log."""
        if pointer.next is None:
            return False
        for source in self._view.logs:
            beside = self._database[pointer.next].find_one({"_id": f"{CHECKPOINT}.{source}"})
            live = self._database[pointer.live].find_one({"_id": f"{CHECKPOINT}.{source}"})
            if live is not None and (beside is None or beside["position"] < live["position"]):
                return False
        return self._views.pointers.switch(self._view, pointer)

    def _reached(self, collection: str, position: int) -> None:
        if collection == self._views.pointer(self._view).live:
            self._views.reached(self._view, self._source.name, position)
