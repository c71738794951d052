"""Which collection of a view is live, and which are being built beside it.

The document ``views/<name>``::

    { live: "view_roster_v1", version: 1,         the live collection, and the version of the releases that wrote it;
                                                  null after releases of several versions have written it
      builds: { v2: "view_roster_v2_r5" },        the next live collection of each version, while it is being built
      retired: ["view_roster_v1_r4"],             collections that were live; dropped when nobody can be reading them
      generation: 5 }                             grows with each build, so that a collection's name is never used twice

A release builds only the collection of its own version, and continues that build after a restart. The release that
holds the lease also keeps the live collection going, whatever its version, because requests wait for it. Before its
first write there, another version's reader asks for its own build and then empties ``version``.

A release before 0.3 knows ``next`` instead of ``builds``, and neither ``retired`` nor an empty version: it takes no
notice of our builds, and builds its own version where the version is another or empty.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.kernel.base.mongo import durable
from services.kernel.base.problem import Unavailable
from services.kernel.declare.view import View

POINTER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pointer:
    """A view's live collection, and the collection that this release is building to replace it.

    ``version`` is the version of all releases that wrote the live collection, None for several versions. ``retired``
    are the collections that were live before.
    """

    live: str
    next: str | None = None
    version: int | None = None
    retired: tuple[str, ...] = ()


class Pointers:
    """The pointers of all views of one service, in the durable collection ``views``."""

    def __init__(self, database: Database[dict[str, Any]], views: Sequence[View[Any]]) -> None:
        self._database = database
        self._views = {view.name: view for view in views}
        self._pointers = durable(database, "views")
        self._cache: dict[str, tuple[float, Pointer]] = {}
        self._moves = 0

    def prepare(self) -> None:
        """Give every view a live collection. A rebuild is asked for by the view's reader, which holds the lease."""
        found = {document["_id"]: document for document in self._pointers.find({"_id": {"$in": list(self._views)}})}
        for view in self._views.values():
            document = found.get(view.name)
            if document is None:
                try:
                    self._pointers.insert_one({"_id": view.name, "live": view.collection, "version": view.version})
                except DuplicateKeyError:
                    continue
                self.index(view, view.collection)
            elif "next" in document:  # the rebuild that an older release was asked for, and has not finished
                self._begin(view, document)
            else:
                self.index(view, document["live"])

    def pointer(self, view: View[Any], fresh: bool = False) -> Pointer:
        """The view's collections, cached for at most a second."""
        cached = self._cache.get(view.name)
        if cached is not None and not fresh and time.monotonic() - cached[0] < POINTER_SECONDS:
            return cached[1]
        # Read all pointers at once, because every view asks this often.
        asked, moves = time.monotonic(), self._moves
        found = {document["_id"]: document for document in self._pointers.find({"_id": {"$in": list(self._views)}})}
        if view.name not in found:
            raise Unavailable(f"view {view.name} is not prepared")
        pointers = {name: _pointer(self._views[name], document) for name, document in found.items()}
        if moves == self._moves:  # otherwise a pointer may be older than a change that this process made meanwhile
            self._cache |= {name: (asked, pointer) for name, pointer in pointers.items()}
        return pointers[view.name]

    def rebuild(self, view: View[Any]) -> str:
        """Ask for a new build of the view, in place of a build that is under way; returns the new collection's name."""
        while True:
            document = self._pointers.find_one({"_id": view.name})
            if document is None:
                raise Unavailable(f"view {view.name} is not prepared")
            if (collection := self._begin(view, document)) is not None:
                return collection

    def begin_build(self, view: View[Any], seen: Pointer) -> None:
        """Ask for a build of this version; if such a build is under way, note that the live collection is no longer of
        one version, because this version's reader is about to write it.

        Does nothing if the pointer is another than ``seen``. Call it again with a new pointer.
        """
        document = self._pointers.find_one({"_id": view.name})
        if document is None or _pointer(view, document) != seen:
            self._moved(view.name)
            return
        if seen.next is None:
            self._begin(view, document)
        else:
            self._pointers.update_one(
                {"_id": view.name, "live": seen.live, "version": seen.version}, {"$set": {"version": None}}
            )
            self._moved(view.name)

    def switch(self, view: View[Any], pointer: Pointer) -> bool:
        """Make the build the live collection, in one write; returns whether this call did so.

        The facts that are parked for the build are the view's from this write on. Builds of this version and of older
        versions are gone with it; a newer release continues its own build.
        """
        of_version = _version_name(view)
        document = self._pointers.find_one({"_id": view.name})
        older = [name for name in (document or {}).get("builds", {}) if int(name[1:]) <= view.version]
        changed = self._pointers.update_one(
            {"_id": view.name, "live": pointer.live, f"builds.{of_version}": pointer.next},
            {
                "$set": {"live": pointer.next, "version": view.version},
                "$unset": {f"builds.{name}": "" for name in {*older, of_version}},
                "$push": {"retired": pointer.live},
            },
        )
        self._moved(view.name)
        return bool(changed.modified_count)

    def forget_retired(self, view: View[Any], collections: Sequence[str]) -> None:
        """Note that these collections are dropped."""
        self._pointers.update_one({"_id": view.name}, {"$pull": {"retired": {"$in": list(collections)}}})
        self._moved(view.name)

    def collections(self, view: View[Any]) -> set[str]:
        """The names of all collections of the view that exist, also those that nobody uses any more."""
        ours = re.compile(rf"view_{re.escape(view.name)}_v\d+(_r\d+)?")
        return {name for name in self._database.list_collection_names() if ours.fullmatch(name)}

    def used(self, view: View[Any]) -> tuple[set[str], set[str]]:
        """The names of all collections that the pointer names now, and of the retired ones among them, read from the
        database.
        """
        document = self._pointers.find_one({"_id": view.name})
        if document is None:
            raise Unavailable(f"view {view.name} is not prepared")
        retired = {str(name) for name in document.get("retired", ())}
        named = {document["live"], document.get("next"), *document.get("builds", {}).values()}
        return {str(name) for name in named if name} | retired, retired

    def index(self, view: View[Any], collection: str) -> None:
        """Create the view's indexes on a collection; does nothing if they exist."""
        for index in view.indexes:
            self._database[collection].create_index(list(index))

    def _begin(self, view: View[Any], document: Mapping[str, Any]) -> str | None:
        """Ask for a build, if the pointer is still this one. The pointer names a collection before it is created, so a
        collection that no pointer names is never used again.
        """
        generation = int(document.get("generation", 0)) + 1
        collection = f"{view.collection}_r{generation}"
        same = {"_id": view.name, "live": document["live"], "generation": document.get("generation")}
        change = {f"builds.{_version_name(view)}": collection, "generation": generation}
        changed = self._pointers.update_one(same, {"$set": change, "$unset": {"next": ""}})
        self._moved(view.name)
        if not changed.modified_count:
            return None
        self.index(view, collection)
        return collection

    def _moved(self, name: str) -> None:
        """Forget the cached pointer, because this process has changed it."""
        self._moves += 1
        self._cache.pop(name, None)


def _pointer(view: View[Any], document: Mapping[str, Any]) -> Pointer:
    version = document.get("version")
    return Pointer(
        document["live"],
        document.get("builds", {}).get(_version_name(view)),
        None if version is None else int(version),
        tuple(document.get("retired", ())),
    )


def _version_name(view: View[Any]) -> str:
    return f"v{view.version}"
