"""The log of the facts that a service received, each source's facts in the source's order.

Fact n of a source is stored only after fact n-1. So the inbox has no gaps, a reader can follow the inbox by position,
and the queue, the catch-up and a second instance may store facts at the same time. A fact beyond a gap is not stored;
the missing facts are fetched from the source's feed.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import BulkWriteError, PyMongoError

from services.kernel.base.bell import Bell
from services.kernel.base.message import Fact
from services.kernel.base.metrics import Metrics
from services.kernel.base.mongo import durable
from services.kernel.base.recent_buffer import RecentBuffer
from services.kernel.bus.envelope import fact_of

DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class Expected:
    """The next fact of a source: fact ``n`` of ``epoch``. ``epoch`` is "" for a source without facts so far."""

    epoch: str
    n: int


@dataclass(frozen=True, slots=True)
class Admission:
    """The result of a batch. ``gap``: a fact is beyond the expected fact. ``foreign``: a fact is of another epoch."""

    stored: int
    gap: bool
    foreign: bool

    @property
    def complete(self) -> bool:
        """Whether all facts of the batch are stored now."""
        return not (self.gap or self.foreign)


class Inbox:
    """One service's inbox. Documents: ``{_id: position, source, epoch, n, id, envelope}``."""

    def __init__(self, service: str, database: Database[dict[str, Any]], metrics: Metrics | None = None) -> None:
        self.bell = Bell()
        self._service = service
        self._facts = durable(database, "inbox")
        self._epochs = durable(database, "sources")
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

    def expected(self, source: str) -> Expected:
        """The next fact of a source, as far as this process knows."""
        with self._lock:
            return self._next(source)

    def admit(self, source: str, envelopes: Sequence[Mapping[str, Any]]) -> Admission:
        """Store the facts that directly follow the stored facts, durably and in order; duplicates are ignored.

        ``envelopes`` have passed ``envelope.checked`` and are of this source. Raises ``PyMongoError`` if the database
        cannot tell the outcome. The caller then admits the same batch again; the facts that were stored are duplicates.
        """
        with self._lock:
            while True:
                try:
                    admission = self._admit(source, envelopes)
                except BulkWriteError as error:
                    self._forget()
                    if any(refused["code"] != DUPLICATE_KEY for refused in error.details.get("writeErrors", ())):
                        raise
                    time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - another instance was faster; jitter
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

    def begin(self, source: str, epoch: str, first: int) -> None:
        """Note that the source has started another history, whose first fact is number ``first``."""
        with self._lock:
            self._epochs.replace_one({"_id": source}, {"_id": source, "epoch": epoch, "first": first}, upsert=True)
            self._expected.pop(source, None)

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

    def _admit(self, source: str, envelopes: Sequence[Mapping[str, Any]]) -> Admission:
        expected = self._next(source)
        epoch, following = expected.epoch, expected.n
        batch: list[dict[str, Any]] = []
        gap = foreign = False
        for envelope in sorted(envelopes, key=lambda envelope: str(envelope["sequence"])):
            n = int(envelope["sequence"])
            if epoch and envelope["epoch"] != epoch:
                foreign = True
            elif n == following:
                epoch = str(envelope["epoch"])
                batch.append({"source": source, "epoch": epoch, "n": n, "id": envelope["id"], "envelope": envelope})
                following += 1
            elif n > following:
                gap = True
        if batch:
            position = self._position if self._certain else self.head()
            documents = [{"_id": position + k, "position": position + k, **d} for k, d in enumerate(batch, 1)]
            self._certain = False
            self._facts.insert_many(documents, ordered=True)
            self._position, self._certain = position + len(documents), True
            self._expected[source] = Expected(epoch, following)
            for document in documents:
                self.recent.add(document["_id"], fact_of(document["envelope"], document["_id"]))
        return Admission(len(batch), gap, foreign)

    def _next(self, source: str) -> Expected:
        standing = self._expected.get(source)
        if standing is None:
            begun = self._epochs.find_one({"_id": source})
            if begun is None:
                # No epoch is known yet: all stored facts are of the first epoch that was received.
                last = list(self._facts.find({"source": source}).sort([("epoch", -1), ("n", -1)]).limit(1))
                standing = Expected(str(last[0]["epoch"]), int(last[0]["n"]) + 1) if last else Expected("", 1)
            else:
                of_epoch = {"source": source, "epoch": begun["epoch"]}
                last = list(self._facts.find(of_epoch).sort("n", -1).limit(1))
                standing = Expected(begun["epoch"], int(last[0]["n"]) + 1 if last else int(begun["first"]))
            self._expected[source] = standing
        return standing

    def _forget(self) -> None:
        """Forget the expected numbers, because another instance stores facts too, or the outcome of a write is unknown.
        The next decision reads the database.
        """
        self._expected.clear()
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
