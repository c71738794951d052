"""The log of what a service heard: admission in each source's order, whoever brings it.

Fact n of a source is stored only when n-1 stands. So the inbox has no gaps, a reader can tail it by position, and the
queue, the catch-up and a second instance may race as they like. What lies beyond a gap is not stored; the gap is
fetched from the source's feed.
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
    """What comes next from a source: fact ``n`` of ``epoch``; an unheard source's epoch is ""."""

    epoch: str
    n: int


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of a batch. ``gap``: something lies beyond what is expected. ``foreign``: of another epoch."""

    stored: int
    gap: bool
    foreign: bool

    @property
    def complete(self) -> bool:
        """Whether all of it stands now."""
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
        """Create the indexes; harmless when they stand."""
        self._facts.create_index([("source", 1), ("epoch", 1), ("n", 1)], unique=True)
        self._facts.create_index("position")

    def expected(self, source: str) -> Expected:
        """What comes next from a source, as far as this process knows."""
        with self._lock:
            return self._next(source)

    def admit(self, source: str, envelopes: Sequence[Mapping[str, Any]]) -> Admission:
        """Store, durably and in order, what directly follows on what stands; duplicates are nothing new.

        ``envelopes`` have passed ``envelope.checked`` and are of this source. Raises ``PyMongoError`` when the database
        cannot say what happened; admit the same batch again then, whatever stands is a duplicate.
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
        """The source has started another history; its fact ``first`` is expected next."""
        with self._lock:
            self._epochs.replace_one({"_id": source}, {"_id": source, "epoch": epoch, "first": first}, upsert=True)
            self._expected.pop(source, None)

    def read(self, after: int, limit: int = 256) -> Sequence[Fact]:
        """At most ``limit`` facts behind a position, in order; only the envelope is read, whatever ``data`` holds."""
        return [fact_of(stored, position) for position, stored in self.stored(after, limit)]

    def stored(self, after: int, limit: int = 256) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """As ``read``, but each position with the envelope as it came."""
        wanted = {"position": {"$gt": after, "$lte": after + limit}}
        found = self._facts.find(wanted, {"envelope": 1}).sort("position", ASCENDING)
        return [(document["_id"], document["envelope"]) for document in found]

    def head(self) -> int:
        """The position of the last fact, 0 when there is none."""
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
                # Never told of an epoch: whatever stands is of the first one heard.
                last = list(self._facts.find({"source": source}).sort([("epoch", -1), ("n", -1)]).limit(1))
                standing = Expected(str(last[0]["epoch"]), int(last[0]["n"]) + 1) if last else Expected("", 1)
            else:
                of_epoch = {"source": source, "epoch": begun["epoch"]}
                last = list(self._facts.find(of_epoch).sort("n", -1).limit(1))
                standing = Expected(begun["epoch"], int(last[0]["n"]) + 1 if last else int(begun["first"]))
            self._expected[source] = standing
        return standing

    def _forget(self) -> None:
        """Another instance admits too, or the outcome is unknown: read what stands before judging again."""
        self._expected.clear()
        self._certain = False


class Strays:
    """Messages that are not our envelope, raw, for an operator to look at. Capped: the newest ``limit`` stay."""

    def __init__(
        self, service: str, database: Database[dict[str, Any]], metrics: Metrics | None = None, limit: int = 1000
    ) -> None:
        self._service = service
        self._strays = durable(database, "strays")
        self._metrics = metrics
        self._limit = limit

    def keep(self, source: str, body: bytes, why: str, now: Callable[[], Any]) -> None:
        """Store one message, cut to 64 kB, and drop the oldest beyond the limit."""
        if self._metrics is not None:
            self._metrics.strays.labels(self._service, source).inc()
        self._strays.insert_one({"source": source, "body": body[:65536], "why": why, "at": now()})
        surplus = self._strays.count_documents({}) - self._limit
        if surplus > 0:
            oldest = [document["_id"] for document in self._strays.find({}, {"_id": 1}).sort("_id", 1).limit(surplus)]
            self._strays.delete_many({"_id": {"$in": oldest}})

    def count(self) -> int:
        """How many are kept."""
        return self._strays.count_documents({})
