"""Checks the promise of a view: it equals the result of its logs, whatever was killed while the view was built.

The view is replayed into an empty scratch collection, up to the position of the live collection, and compared document
by document. Documents of parked facts are left out of both.
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from services.kernel.assembly import Application
from services.kernel.base.mongo import plain
from services.kernel.bus.inbox_source import InboxSource
from services.kernel.declare.view import CHECKPOINT, COMMITS, INBOX, View, update
from services.kernel.readers.reader import BATCH, CommitSource, Source
from services.kernel.views.view_reader import reader_name

ATTEMPTS = 20
MAX_SHOWN = 5
Documents = Mapping[str, Mapping[str, Any]]


def view_differences(application: Application, view: View) -> Iterator[str]:
    """The faults of one view, one sentence each; empty if the view equals the result of its logs."""
    database = application.core.database
    scratch = plain(database, f"verify_{view.name}_{uuid.uuid4().hex[:8]}")
    try:
        yield from _compared(application, view, scratch)
    finally:
        database.drop_collection(scratch.name)


def _compared(application: Application, view: View, scratch: Collection[dict[str, Any]]) -> Iterator[str]:
    replay = Replay(application, view, scratch)
    for _ in range(ATTEMPTS):
        live = plain(application.core.database, application.views.pointer(view, fresh=True).live)
        before = stands(live, view)
        replay.up_to(before)
        documents = documents_of(live)
        # The live view moved while it was read, so the two cannot be compared. Replay further and look again.
        if stands(live, view) == before:
            yield from replay.troubles
            yield from differing(documents, documents_of(scratch))
            return
    yield "it moves on too fast to be compared; try again when less is going on"


class Replay:
    """A view that is built from nothing beside the live view, in several steps."""

    def __init__(self, application: Application, view: View, scratch: Collection[dict[str, Any]]) -> None:
        log, registry = application.log, application.definition.registry
        sources: dict[str, Source] = {
            COMMITS: CommitSource(log, registry, log.bell),
            INBOX: InboxSource(application.inbox),
        }
        self.troubles: list[str] = []
        self._view = view
        self._scratch = scratch
        self._sources = {name: sources[name] for name in view.logs}
        self._stands = dict.fromkeys(view.logs, 0)
        live = application.views.pointer(view, fresh=True).live
        self._parked = {
            (name, fact.position, fact.index)
            for name in view.logs
            for fact in application.parking.all(reader_name(view, name))
            if fact.collection in {None, live}  # an older release named no collection
        }

    def up_to(self, positions: Mapping[str, int]) -> None:
        """Replay each log to its position."""
        for name, source in self._sources.items():
            while self._stands[name] < positions[name]:
                batch = source.batch(self._stands[name], min(BATCH, positions[name] - self._stands[name]))
                if batch.last == self._stands[name]:
                    self.troubles.append(f"the view stands at {positions[name]} of {name}, whose end is {batch.last}")
                    self._stands[name] = positions[name]
                    break
                updates = []
                for item in batch.items:
                    if (name, item.position, item.index) in self._parked:
                        continue
                    try:
                        changes = self._view.apply(item.load())
                    except PyMongoError:
                        raise
                    except Exception as error:  # noqa: BLE001 - whatever a view raises is what is to be reported
                        self.troubles.append(f"{name} {item.position}.{item.index} fails ({type(error).__name__})")
                        continue
                    updates += [update(name, item.guard, change) for change in changes]
                if updates:
                    self._scratch.bulk_write(updates, ordered=True)
                self._stands[name] = batch.last


def stands(collection: Collection[dict[str, Any]], view: View) -> dict[str, int]:
    """Log → the position of a view's collection, from its checkpoints. The lease in the checkpoint is ignored."""
    found = {document["_id"]: document for document in collection.find({"_id": {"$in": _checkpoints(view)}})}
    return {name: int(found.get(f"{CHECKPOINT}.{name}", {}).get("position", 0)) for name in view.logs}


def documents_of(collection: Collection[dict[str, Any]]) -> Documents:
    """All documents by key, without the checkpoints."""
    return {
        document["_id"]: document
        for document in collection.find({})
        if not str(document["_id"]).startswith(f"{CHECKPOINT}.")
    }


def differing(live: Documents, replayed: Documents) -> Iterator[str]:
    """The differences of two builds of a view: keys and field names, never the values."""
    keys = sorted({*live, *replayed}, key=str)
    different = [key for key in keys if live.get(key) != replayed.get(key)]
    for key in different[:MAX_SHOWN]:
        if key not in live or key not in replayed:
            yield f"document {key} is {'live only' if key in live else 'missing from the live view'}"
        else:
            names = sorted(
                name for name in {*live[key], *replayed[key]} if live[key].get(name) != replayed[key].get(name)
            )
            yield f"document {key} differs in {', '.join(names)}"
    if len(different) > MAX_SHOWN:
        yield f"{len(different) - MAX_SHOWN} further documents differ"


def _checkpoints(view: View) -> list[str]:
    return [f"{CHECKPOINT}.{name}" for name in view.logs]
