"""The epochs of a log: the histories that follow each other when a log is restored from a backup.

A restored log has lost its newest facts, and will give their numbers again. So the operator begins an epoch before the
service runs again: a fact is named by source, epoch and number. Numbers go on through all epochs of a log, and a
fact's epoch is the epoch of its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from services.kernel.base.ids import new_id
from services.kernel.log.log import LogError

DOCUMENT = "epoch"


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch and the number of its first fact."""

    epoch: str
    first: int


@dataclass(frozen=True, slots=True)
class History:
    """The epochs of one log, oldest first; never empty.

    An epoch ends before the first number of any later epoch. So a later epoch with a smaller first number takes facts
    away from the epochs before it: this is how the operator names the epoch of facts that were told between the
    restore and the beginning of the epoch.
    """

    epochs: tuple[Epoch, ...]

    @property
    def present(self) -> Epoch:
        """The last epoch, in which new facts are told."""
        return self.epochs[-1]

    def of(self, n: int) -> Epoch:
        """The epoch of fact ``n``, told or not yet told."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.first <= n), self.epochs[0])

    def last(self, epoch: str) -> int | None:
        """The number of an epoch's last fact; None for the present epoch. Raises ``KeyError`` for an unknown epoch."""
        place = self._place(epoch)
        later = [following.first for following in self.epochs[place + 1 :]]
        return min(later) - 1 if later else None

    def __contains__(self, epoch: object) -> bool:
        return any(known.epoch == epoch for known in self.epochs)

    def _place(self, epoch: str) -> int:
        for place, known in enumerate(self.epochs):
            if known.epoch == epoch:
                return place
        raise KeyError(epoch)


class MongoEpochs:
    """A log's epochs in its database: one document ``{epoch, first, history: [{epoch, first}, …]}``.

    ``epoch`` and ``first`` repeat the present epoch for releases up to 0.2.0, which read only these. A document
    of such a release has no ``history``: its history is the one epoch. The document is read once, because an epoch begins only
    while the service is stopped.
    """

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection
        self._history: History | None = None

    def prepare(self) -> None:
        """Begin the first epoch, unless there is one."""
        try:
            self._collection.insert_one(_document(History((Epoch(new_id(), 1),))))
        except DuplicateKeyError:
            self._history = None
        self.history()

    def history(self) -> History:
        """All epochs. Raises ``LogError`` if ``prepare`` was never called, and ``PyMongoError``."""
        if self._history is None:
            document = self._collection.find_one({"_id": DOCUMENT})
            if document is None:
                raise LogError("the log has no epoch: prepare() was never called")
            self._history = history_of(document)
        return self._history

    def begin(self, first: int) -> Epoch:
        """Begin an epoch whose first fact has the number ``first``. Only while the service is stopped.

        Raises ``LogError`` if another process began an epoch at the same time.
        """
        self._history = None
        before = self.history()
        epoch = Epoch(new_id(), first)
        after = History((*before.epochs, epoch))
        same = {"_id": DOCUMENT, "epoch": before.present.epoch}
        if self._collection.replace_one(same, _document(after)).matched_count != 1:
            raise LogError("another epoch was begun at the same time")
        self._history = after
        return epoch


def history_of(document: Mapping[str, Any]) -> History:
    """The history in a stored document, or in a feed's answer; one epoch if it has only ``epoch`` and ``first``."""
    entries = document.get("history") or [document]
    return History(tuple(Epoch(str(entry["epoch"]), int(entry["first"])) for entry in entries))


def plain_history(history: History) -> list[dict[str, Any]]:
    """The epochs as plain values: ``[{epoch, first}, …]``."""
    return [{"epoch": epoch.epoch, "first": epoch.first} for epoch in history.epochs]


def _document(history: History) -> dict[str, Any]:
    present = history.present
    return {"_id": DOCUMENT, "epoch": present.epoch, "first": present.first, "history": plain_history(history)}
