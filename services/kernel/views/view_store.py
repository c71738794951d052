"""Reads a service's views, each from its live collection."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import encode
from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection
from pymongo.database import Database

from services.kernel.base.bell import Bell
from services.kernel.base.mongo import plain
from services.kernel.base.problem import Malformed
from services.kernel.declare.view import CHECKPOINT, COMMITS, Page, RowT, View
from services.kernel.views.pointers import Pointer, Pointers

READ_AT_ONCE = 500


class Views:
    """All views of one service."""

    def __init__(self, database: Database[dict[str, Any]], views: Sequence[View[Any]]) -> None:
        self.pointers = Pointers(database, views)
        self._database = database
        self._views = {view.name: view for view in views}
        self._shown: dict[tuple[str, str], int] = {}
        self.bell = Bell()
        """Rings when a view shows another position."""

    def prepare(self) -> None:
        """Give every view a collection; does nothing if the views have collections."""
        self.pointers.prepare()

    def names(self) -> Sequence[str]:
        """The names of all views."""
        return list(self._views)

    def view(self, name: str) -> View[Any]:
        """A view's definition. Raises ``KeyError``."""
        return self._views[name]

    def pointer(self, view: View[Any], fresh: bool = False) -> Pointer:
        """The view's collections, cached for at most a second."""
        return self.pointers.pointer(view, fresh)

    def rebuild(self, name: str) -> str:
        """Ask for a rebuild of the view beside the live collection; the view's reader builds it. Returns the new
        collection's name.
        """
        return self.pointers.rebuild(self._views[name])

    def get(self, view: View[RowT], key: str) -> RowT | None:
        """One row, None if the row is missing or removed. Raises ``Misfit`` for a document that does not fit the row's
        class.
        """
        document = self._collection(view).find_one({"_id": key})
        return None if document is None or document.get("_gone") else view.read(document)

    def find(
        self,
        view: View[RowT],
        where: Mapping[str, Any] | None = None,
        *,
        sort: str = "_id",
        descending: bool = False,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[RowT]:
        """A page of matching rows, ordered by one field and then by key.

        Raises ``Malformed`` for a foreign cursor, ``Misfit`` as ``get`` does.
        """
        way, beyond = (DESCENDING, "$lt") if descending else (ASCENDING, "$gt")
        wanted: list[dict[str, Any]] = [dict(where or {}), {"_gone": {"$exists": False}, "_at": {"$exists": True}}]
        if after is not None:
            value, key = _cursor(after)
            if sort == "_id":
                wanted.append({"_id": {beyond: key}})
            else:
                wanted.append({"$or": [{sort: {beyond: value}}, {sort: value, "_id": {beyond: key}}]})
        order = [("_id", way)] if sort == "_id" else [(sort, way), ("_id", way)]
        found = list(self._collection(view).find({"$and": wanted}).sort(order).limit(limit + 1))
        last = found[limit - 1] if len(found) > limit else None
        return Page(
            [view.read(document) for document in found[:limit]],
            _as_cursor(last.get(sort), last["_id"]) if last else None,
        )

    def all(self, view: View[RowT], where: Mapping[str, Any] | None = None) -> Iterator[RowT]:
        """All matching rows, ordered by key. At most ``READ_AT_ONCE`` rows are in memory at a time."""
        after: str | None = None
        while True:
            page = self.find(view, where, after=after, limit=READ_AT_ONCE)
            yield from page.items
            after = page.next
            if after is None:
                return

    def count(self, view: View[Any], where: Mapping[str, Any] | None = None) -> int:
        """The number of matching documents."""
        wanted = {"$and": [dict(where or {}), {"_gone": {"$exists": False}, "_at": {"$exists": True}}]}
        return self._collection(view).count_documents(wanted)

    def position(self, view: View[Any], log: str = COMMITS) -> int:
        """The position that the live view shows, from its checkpoint."""
        document = self._collection(view).find_one({"_id": f"{CHECKPOINT}.{log}"})
        return int(document["position"]) if document else 0

    def reached(self, view: View[Any], log: str, position: int) -> None:
        """Note the position of the live view, as told by this process's reader, and wake the reads that wait for it."""
        if self._shown.get((view.name, log)) != position:
            self._shown[view.name, log] = position
            self.bell.ring()

    def shown(self) -> int:
        """The position of the service's own log that all views have reached. Views whose readers run in another
        process are read from the database.
        """
        return min((self._known(view) for view in self._reading_commits()), default=0)

    def shown_here(self) -> int | float:
        """As ``shown``, as far as this process's readers have told; asks nothing of the database. Infinite for a service
        without views of its own log.
        """
        return min((self._shown.get((view.name, COMMITS), 0) for view in self._reading_commits()), default=float("inf"))

    def stored_position(self) -> int:
        """The position of the own log that the checkpoints of all views have reached."""
        return min((self.position(view) for view in self._reading_commits()), default=0)

    def _reading_commits(self) -> list[View[Any]]:
        return [view for view in self._views.values() if COMMITS in view.logs]

    def _known(self, view: View[Any]) -> int:
        position = self._shown.get((view.name, COMMITS))
        return self.position(view) if position is None else position

    def _collection(self, view: View[Any]) -> Collection[dict[str, Any]]:
        return plain(self._database, self.pointer(view).live)


def _as_cursor(value: Any, key: str) -> str:
    plain_value = {"time": value.isoformat()} if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([plain_value, key]).encode()).decode().rstrip("=")


def _cursor(text: str) -> tuple[Any, str]:
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if isinstance(value, dict):
            value = datetime.fromisoformat(value["time"])
        encode({"value": value, "key": key})  # a value that the database cannot hold was never in one of our documents
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise Malformed("the cursor is not one of ours", errors={"after": ["Not a cursor."]}) from error
    return value, str(key)
