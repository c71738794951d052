"""Where a manager that starts ``now`` began in each source's history. Facts from before the start give no commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.kernel.base.message import Fact
from services.kernel.base.mongo import durable


@dataclass(frozen=True, slots=True)
class SourceHead:
    """The end of a source's history: its epochs in order, the present epoch last, and the number of its last fact."""

    epochs: Sequence[str]
    n: int


@dataclass(frozen=True, slots=True)
class Start:
    """Fact ``head`` of ``epoch`` was the source's last fact when the manager first met the source. ``earlier`` are the
    epochs before ``epoch``.
    """

    head: int
    epoch: str
    earlier: frozenset[str]

    def is_before(self, fact: Fact) -> bool:
        """Whether the fact was told after this start. Numbers are compared within one epoch only: a source that was
        restored gives the numbers of forgotten facts to new facts.
        """
        if fact.epoch == self.epoch:
            return fact.n > self.head
        return fact.epoch not in self.earlier


class Starts:
    """The starts of one manager, in collection ``manager_starts``: ``{_id: manager|source, head, epoch, earlier}``.

    ``head_of(source)`` asks the source, and may raise a transient error. ``heard_epochs(source)`` are the epochs that
    the inbox has heard of a source, in order. A release before 0.3 stored ``head`` only; such a start is of the first
    epoch that the inbox heard.
    """

    def __init__(
        self,
        database: Database[dict[str, Any]],
        manager: str,
        head_of: Callable[[str], SourceHead],
        heard_epochs: Callable[[str], Sequence[str]] = lambda _source: (),
    ) -> None:
        self._starts = durable(database, "manager_starts")
        self._manager = manager
        self._head_of = head_of
        self._heard_epochs = heard_epochs
        self._known: dict[str, Start] = {}

    def meet(self, source: str) -> None:
        """Store the start in a source's history, durably, unless it is stored. Raises the errors of ``head_of``."""
        if source not in self._known:
            self._of(source)

    def muted(self, fact: Fact) -> bool:
        """Whether the fact is from before the start. Raises the errors of ``head_of``."""
        start = self._of(fact.source)
        if not start.epoch:  # an earlier release's start, and the inbox does not tell its epochs
            return fact.n <= start.head
        return not start.is_before(fact)

    def _of(self, source: str) -> Start:
        if source not in self._known:
            key = f"{self._manager}|{source}"
            document = self._starts.find_one({"_id": key})
            if document is None:
                document = {"_id": key, **self._begin(source)}
                try:
                    self._starts.insert_one(document)
                except DuplicateKeyError:
                    document = self._starts.find_one({"_id": key}) or document
            epoch = document.get("epoch") or next(iter(self._heard_epochs(source)), "")
            start = Start(int(document["head"]), epoch, frozenset(document.get("earlier", ())))
            if not epoch:
                return start  # the inbox has heard nothing yet
            self._known[source] = start
        return self._known[source]

    def _begin(self, source: str) -> dict[str, Any]:
        head = self._head_of(source)
        epoch = head.epochs[-1]
        earlier = dict.fromkeys([*head.epochs, *self._heard_epochs(source)])
        return {"head": head.n, "epoch": epoch, "earlier": [each for each in earlier if each != epoch]}
