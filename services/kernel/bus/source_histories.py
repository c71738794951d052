"""The epochs in which an inbox has heard its sources, in collection ``sources``.

A document is ``{_id: source, epoch, first, epochs: [{epoch, first, forgotten}, …], restored}``. ``epoch`` and ``first``
repeat the last entry, for releases up to 0.2.0. A source without a document was heard in one epoch only, the epoch of
its first fact in the inbox; a document of such a release has no ``epochs``, and adds its one epoch to that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError


@dataclass(frozen=True, slots=True)
class HeardEpoch:
    """An epoch of a source, heard from number ``first`` on. ``forgotten`` facts of earlier epochs, from ``first`` on, had been
    heard before and were lost by the source.
    """

    epoch: str
    first: int
    forgotten: int = 0


class SourceHistories:
    """The epochs that one inbox has heard, by source. Kept in memory until ``forget``."""

    def __init__(self, sources: Collection[dict[str, Any]], facts: Collection[dict[str, Any]]) -> None:
        self._sources = sources
        self._facts = facts
        self._known: dict[str, tuple[Sequence[HeardEpoch], str]] = {}

    def heard(self, source: str) -> Sequence[HeardEpoch]:
        """The source's epochs in the order in which they were heard; empty before the first fact."""
        return self._read(source)[0]

    def restored(self, source: str) -> str:
        """Why nothing of the source may be stored, or ""."""
        return self._read(source)[1]

    def sources(self) -> Sequence[str]:
        """The sources with a document here: those that were restored."""
        return [str(document["_id"]) for document in self._sources.find({}, {"_id": 1})]

    def begin(self, source: str, present: str, following: HeardEpoch) -> None:
        """Add an epoch behind the epoch ``present``, durably. Nothing changes if another instance has done so."""
        self.forget()
        epochs = [asdict(heard) for heard in (*self.heard(source), following)]
        change = {"epoch": following.epoch, "first": following.first, "epochs": epochs}
        # A source without a document, or with one that only says "restored", is in its first epoch.
        same: dict[str, Any] = {"_id": source, "epoch": {"$in": [present, None]}}
        try:
            self._sources.update_one(same, {"$set": change, "$unset": {"restored": ""}}, upsert=True)
        except DuplicateKeyError:
            pass
        finally:
            self.forget()

    def suspend(self, source: str, why: str) -> bool:
        """Note durably why nothing of the source may be stored; "" ends this. Returns whether the note was changed."""
        if self.restored(source) == why:
            return False
        self._sources.update_one({"_id": source}, {"$set": {"restored": why}}, upsert=True)
        self.forget()
        return True

    def forget(self) -> None:
        """Read the database at the next question, because another instance may have changed it."""
        self._known = {}

    def _read(self, source: str) -> tuple[Sequence[HeardEpoch], str]:
        if source not in self._known:
            document = self._sources.find_one({"_id": source}) or {}
            heard = _heard(document)
            if "epochs" not in document:
                first = self._first_epoch(source)
                heard = [HeardEpoch(first, 1), *(one for one in heard if one.epoch != first)] if first else heard
            if not heard:
                return (), str(document.get("restored", ""))  # not kept: its first fact may come at any moment
            self._known[source] = heard, str(document.get("restored", ""))
        return self._known[source]

    def _first_epoch(self, source: str) -> str:
        found = list(self._facts.find({"source": source}, {"epoch": 1}).sort("position", 1).limit(1))
        return str(found[0]["epoch"]) if found else ""


def _heard(document: Mapping[str, Any]) -> Sequence[HeardEpoch]:
    if "epochs" in document:
        return [HeardEpoch(str(e["epoch"]), int(e["first"]), int(e["forgotten"])) for e in document["epochs"]]
    return [HeardEpoch(str(document["epoch"]), int(document["first"]))] if document.get("epoch") else []
