"""A log, an inbox, and readers of views over them, stepped by hand."""

from collections.abc import Sequence
from typing import Any

from pymongo.database import Database

from services.kernel.bus.envelope import envelope
from services.kernel.bus.inbox import Inbox
from services.kernel.bus.inbox_source import InboxSource
from services.kernel.declare.view import View
from services.kernel.log.mongo_log import MongoLog
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import CommitSource, LostCheckpoint, Source
from services.kernel.views.view_reader import ViewReader
from services.kernel.views.view_store import Views
from tests.support.faulty_database import FaultyDatabase, Loss
from tests.support.sample_domain import REGISTRY, append


class Bench:
    """One service: its database, and an instance of each part. ``instance`` is another process on the same database."""

    def __init__(self, database: Database[dict[str, Any]], *views: View, plan: Any = None) -> None:
        self.database = database
        self.log = MongoLog("shelves", database, REGISTRY)
        self.log.prepare()
        self.inbox = Inbox("shelves", database)
        self.inbox.prepare()
        self.sources: dict[str, Source] = {
            "commits": CommitSource(self.log, REGISTRY, self.log.bell),
            "inbox": InboxSource(self.inbox),
        }
        self.parking = Parking(database)
        self.views = Views(database, views)
        self.views.prepare()
        self.plan = plan or (lambda _collection, _method: None)

    def losing(self, collection: str, method: str, loss: Loss = "before", times: int = 1) -> None:
        """Lose the next calls of a method of one collection."""
        left = [times]

        def plan(asked: str, called: str) -> Loss:
            if (asked, called) == (collection, method) and left[0]:
                left[0] -= 1
                return loss
            return None

        self.plan = plan

    def _planned(self, collection: str, method: str) -> Loss:
        loss: Loss = self.plan(collection, method)
        return loss

    def reader(self, view: View, log: str = "commits") -> ViewReader:
        """A reader in this process."""
        return self._reader(view, log, self.views)

    def instance(self, *views: View) -> Sequence[ViewReader]:
        """The readers of another process that starts now, one for each view and log."""
        database: Any = FaultyDatabase(self.database, self._planned)
        store = Views(database, views)
        store.prepare()
        return [self._reader(view, log, store, database) for view in views for log in view.logs]

    def _reader(self, view: View, log: str, views: Views, database: Any = None) -> ViewReader:
        database = self.database if database is None else database
        return ViewReader(view, self.sources[log], views, database, Parking(database))

    def fill(self, *titles: str, shelf: str = "a") -> None:
        """Append each title to the shelf as a commit of its own."""
        stream = f"shelf-{shelf}"
        for title in titles:
            self.log.append(append(stream, len(self.log.stream(stream)), title))

    def hear(self, *facts: Any) -> None:
        for told in facts:
            self.inbox.admit(told.source, [envelope(told, "x")])

    def collections(self) -> set[str]:
        """The names of all collections of views."""
        return {name for name in self.database.list_collection_names() if name.startswith("view_")}


def level(*readers: ViewReader, lease: int = 1) -> None:
    """Step all readers until nothing moves any more."""
    for _ in range(200):
        try:
            if not sum(reader.step(lease) for reader in readers):
                return
        except LostCheckpoint:
            continue
    raise AssertionError("the readers never come to rest")


class SmallBatches:
    """A source in small batches."""

    def __init__(self, source: Any, size: int) -> None:
        self._source = source
        self._size = size
        self.name = source.name

    def batch(self, after: int, limit: int = 1) -> Any:
        return self._source.batch(after, min(limit, self._size))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)
