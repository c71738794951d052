"""The log of the facts that a service received, each source's facts in the source's order.

Fact n of a source is stored only after fact n-1. So the inbox has no gaps, a reader can follow the inbox by position,
and the queue, the catch-up and a second instance may store facts at the same time. A fact beyond a gap is not stored;
the missing facts are fetched from the source's feed.

A source that was restored begins an epoch, and its numbers go on from the restored number. The facts that it has lost
stay in this inbox, under their old epoch: readers have acted on them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError

from services.kernel.base.bell import Bell
from services.kernel.base.message import Fact
from services.kernel.base.metrics import Metrics
from services.kernel.base.mongo import DUPLICATE_KEY, durable
from services.kernel.base.pause import jittered
from services.kernel.base.recent_buffer import RecentBuffer
from services.kernel.bus.envelope import fact_of
from services.kernel.bus.source_histories import HeardEpoch, SourceHistories


@dataclass(frozen=True, slots=True)
class Expected:
    """The next fact of a source: fact ``n`` of ``epoch``, which follows the fact with the id ``previous``. ``epoch`` is ""
    for a source without facts so far; ``previous`` is "" for a first fact.
    """

    epoch: str
    n: int
    previous: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Admission:
    """The result of a batch. ``gap``: a fact is beyond the expected fact. ``foreign``: the envelopes of an epoch that is
    not the expected one, and that are not in the inbox.
    """

    stored: int
    gap: bool
    foreign: Sequence[Mapping[str, Any]] = ()

    @property
    def complete(self) -> bool:
        """Whether all facts of the batch are stored now."""
        return not (self.gap or self.foreign)


class SourceRestored(Exception):
    """A source was restored from a backup and goes on without a new epoch, so its numbers name other facts than before.
    Nothing of the source is stored until an operator begins an epoch; the message says how.
    """


class Inbox:
    """One service's inbox. Documents: ``{_id: position, source, epoch, n, id, envelope}``."""

    def __init__(self, service: str, database: Database[dict[str, Any]], metrics: Metrics | None = None) -> None:
        self.bell = Bell()
        self._service = service
        self._facts = durable(database, "inbox")
        self._sources = SourceHistories(durable(database, "sources"), self._facts)
        self._metrics = metrics
        self._lock = threading.Lock()
        self._expected: dict[str, Expected] = {}
        self._position = 0
        self._certain = False
        self.recent: RecentBuffer[Fact] = RecentBuffer()

    def prepare(self) -> None:
        """Create the indexes; does nothing if they exist."""
        self._facts.create_index([("source", 1), ("epoch", 1), ("n", 1)], unique=True)
        self._facts.create_index("position")
        self._show_forgotten(self._sources.sources())

    def expected(self, source: str) -> Expected:
        """The next fact of a source, as far as this process knows."""
        with self._lock:
            return self._next(source)

    def epochs(self, source: str) -> Sequence[str]:
        """The epochs in which the source was heard, in this order; empty before the first fact."""
        return [heard.epoch for heard in self._sources.heard(source)]

    def forgotten(self, source: str) -> int:
        """How many facts of the source are in the inbox that the source itself lost in restores."""
        return sum(heard.forgotten for heard in self._sources.heard(source))

    def restored(self, source: str) -> str:
        """Why nothing of the source is stored at present: the message of ``SourceRestored``, or ""."""
        return self._sources.restored(source)

    def id_of(self, source: str, n: int) -> str:
        """The id of the source's fact ``n``, as heard last; "" for a fact that was not heard."""
        return self._ids(source, [n]).get(n, "")

    def admit(self, source: str, envelopes: Sequence[Mapping[str, Any]]) -> Admission:
        """Store the facts that directly follow the stored facts, durably and in order; duplicates are ignored.

        ``envelopes`` have passed ``envelope.checked`` and are of this source. Raises ``SourceRestored`` if another fact
        comes under a number that is stored, and ``PyMongoError`` if the database cannot tell the outcome. The caller then
        admits the same batch again; the facts that were stored are duplicates.
        """
        with self._lock:
            while True:
                try:
                    admission = self._admit(source, envelopes)
                except BulkWriteError as error:
                    self._forget()
                    if any(refused["code"] != DUPLICATE_KEY for refused in error.details.get("writeErrors", ())):
                        raise
                    time.sleep(jittered(0.01, low=0.1))  # another instance was faster
                    continue
                except PyMongoError:
                    self._forget()
                    raise
                break
        if admission.stored:
            self.bell.ring()
            if self._metrics is not None:
                self._metrics.admitted.labels(self._service, source).inc(admission.stored)
        return admission

    def begin(self, source: str, before: Expected, epoch: str, first: int) -> int:
        """Note, durably, that the source goes on with fact ``first`` of another epoch. Facts from ``first`` on that were
        heard in earlier epochs stay stored; the source has lost them.

        ``before`` is the fact that was expected until now; if another instance was faster, nothing changes. Returns how
        many facts the source has lost.
        """
        with self._lock:
            lost = before.n - first
            self._sources.begin(source, before.epoch, HeardEpoch(epoch, first, lost))
            self._expected.pop(source, None)
        self._show_forgotten([source])
        return lost

    def suspend(self, source: str, why: str) -> bool:
        """Store nothing of the source from now on, durably, until ``begin`` or ``resume``. ``why`` is the message of
        ``SourceRestored``. Returns whether this is news.
        """
        return self._sources.suspend(source, why)

    def resume(self, source: str) -> None:
        """Store the source's facts again: the source has proved that it holds the facts that were heard."""
        self._sources.suspend(source, "")

    def read(self, after: int, limit: int = 256) -> Sequence[Fact]:
        """At most ``limit`` facts after a position, in order. Only the envelope is checked, not ``data``."""
        return [fact_of(stored, position) for position, stored in self.stored(after, limit)]

    def stored(self, after: int, limit: int = 256) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """As ``read``, but returns each position with the envelope as received."""
        wanted = {"position": {"$gt": after, "$lte": after + limit}}
        found = self._facts.find(wanted, {"envelope": 1}).sort("position", ASCENDING)
        return [(document["_id"], document["envelope"]) for document in found]

    def head(self) -> int:
        """The position of the last fact, 0 for an empty inbox."""
        found = list(self._facts.find({"position": {"$gt": self._position}}, {"_id": 1}).sort("position", -1).limit(1))
        if found:
            self._position = max(self._position, int(found[0]["_id"]))
        return self._position

    def _show_forgotten(self, sources: Sequence[str]) -> None:
        if self._metrics is not None:
            for source in sources:
                self._metrics.forgotten.labels(self._service, source).set(self.forgotten(source))

    def _admit(self, source: str, envelopes: Sequence[Mapping[str, Any]]) -> Admission:
        if why := self._sources.restored(source):
            raise SourceRestored(why)
        expected = self._next(source)
        epoch, following = expected.epoch, expected.n
        batch: list[dict[str, Any]] = []
        known: list[Mapping[str, Any]] = []
        foreign: list[Mapping[str, Any]] = []
        gap = False
        for envelope in sorted(envelopes, key=lambda envelope: str(envelope["sequence"])):
            n = int(envelope["sequence"])
            if epoch and envelope["epoch"] != epoch:
                foreign.append(envelope)
            elif n == following:
                epoch = str(envelope["epoch"])
                batch.append({"source": source, "epoch": epoch, "n": n, "id": envelope["id"], "envelope": envelope})
                following += 1
            elif n > following:
                gap = True
            elif n < expected.n:
                known.append(envelope)
        self._compare(source, known)
        if batch:
            self._store(batch)
            self._expected[source] = Expected(epoch, following, str(batch[-1]["id"]))
        return Admission(len(batch), gap, self._unheard(source, foreign) if foreign else ())

    def _store(self, batch: Sequence[dict[str, Any]]) -> None:
        position = self._position if self._certain else self.head()
        documents = [{"_id": position + k, "position": position + k, **d} for k, d in enumerate(batch, 1)]
        self._certain = False
        self._facts.insert_many(documents, ordered=True)
        self._position, self._certain = position + len(documents), True
        for document in documents:
            self.recent.add(document["_id"], fact_of(document["envelope"], document["_id"]))

    def _compare(self, source: str, known: Sequence[Mapping[str, Any]]) -> None:
        """Compare facts whose numbers are stored with the stored facts. Raises ``SourceRestored`` if one is another."""
        if not known:
            return
        stored = self._ids(source, [int(envelope["sequence"]) for envelope in known])
        for envelope in known:
            n = int(envelope["sequence"])
            if stored.get(n, envelope["id"]) != envelope["id"]:
                raise SourceRestored(f"{source} was restored: it tells another fact {n} than before")

    def _unheard(self, source: str, foreign: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Of the facts of other epochs, those that are not in the inbox."""
        stored: set[tuple[str, str]] = set()
        for epoch in {str(envelope["epoch"]) for envelope in foreign}:
            numbers = [int(envelope["sequence"]) for envelope in foreign if envelope["epoch"] == epoch]
            stored |= {(epoch, identity) for identity in self._ids_within(source, epoch, numbers).values()}
            # A fact that was told between a restore and the beginning of the new epoch may have been heard under another
            # epoch than the one that it has now.
            stored |= {(epoch, identity) for identity in self._ids(source, numbers).values()}
        return [envelope for envelope in foreign if (envelope["epoch"], envelope["id"]) not in stored]

    def _ids(self, source: str, numbers: Sequence[int]) -> dict[int, str]:
        """Number → id of stored facts. Where a number was heard in several epochs, the last one counts."""
        by_epoch: dict[str, list[int]] = {}
        heard = self._sources.heard(source)
        for n in numbers:
            epoch = next((known.epoch for known in reversed(heard) if known.first <= n), None)
            if epoch is not None:
                by_epoch.setdefault(epoch, []).append(n)
        found: dict[int, str] = {}
        for epoch, wanted in by_epoch.items():
            found |= self._ids_within(source, epoch, wanted)
        return found

    def _ids_within(self, source: str, epoch: str, numbers: Sequence[int]) -> dict[int, str]:
        wanted = {"source": source, "epoch": epoch, "n": {"$gte": min(numbers), "$lte": max(numbers)}}
        return {int(document["n"]): str(document["id"]) for document in self._facts.find(wanted, {"n": 1, "id": 1})}

    def _next(self, source: str) -> Expected:
        if source not in self._expected:
            self._expected[source] = self._read_next(source)
        return self._expected[source]

    def _read_next(self, source: str) -> Expected:
        heard = self._sources.heard(source)
        if not heard:
            return Expected("", 1)
        present = heard[-1]
        of_epoch = {"source": source, "epoch": present.epoch}
        last = list(self._facts.find(of_epoch, {"n": 1, "id": 1}).sort("n", -1).limit(1))
        if last:
            return Expected(present.epoch, int(last[0]["n"]) + 1, str(last[0]["id"]))
        return Expected(present.epoch, present.first, self.id_of(source, present.first - 1))

    def _forget(self) -> None:
        """Forget the expected numbers, because another instance stores facts too, or the outcome of a write is unknown.
        The next decision reads the database.
        """
        self._expected.clear()
        self._sources.forget()
        self._certain = False


class Strays:
    """Raw messages that are not envelopes of this platform, kept for an operator. Only the newest ``limit`` are
    kept.
    """

    def __init__(
        self, service: str, database: Database[dict[str, Any]], metrics: Metrics | None = None, limit: int = 1000
    ) -> None:
        self._service = service
        self._strays = durable(database, "strays")
        self._metrics = metrics
        self._limit = limit

    def keep(self, source: str, body: bytes, why: str, now: Callable[[], Any]) -> None:
        """Store one message, cut to 64 kB, and drop the oldest messages beyond the limit."""
        if self._metrics is not None:
            self._metrics.strays.labels(self._service, source).inc()
        self._strays.insert_one({"source": source, "body": body[:65536], "why": why, "at": now()})
        surplus = self._strays.count_documents({}) - self._limit
        if surplus > 0:
            oldest = [document["_id"] for document in self._strays.find({}, {"_id": 1}).sort("_id", 1).limit(surplus)]
            self._strays.delete_many({"_id": {"$in": oldest}})

    def count(self) -> int:
        """The number of kept messages."""
        return self._strays.count_documents({})
