"""The log in MongoDB: one document an append, group commit, and an answer to every unknown outcome.

Appends that wait together go out as one ordered ``insert_many`` with consecutive positions. What comes back is judged
by what stands, never by what was sent:

* a commit that fails on ``(stream, events.version)`` is a conflict of its own command only; the rest is renumbered;
* after any refusal the next position is read anew, by majority, never counted on from a position somebody else took:
  a position that was only ever seen on a primary that is gone would leave a gap for ever;
* after a lost connection the log is asked for each ``command_id``; what is absent is sent again with the same ids, and
  the unique indexes decide if the first try still arrives.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bson import BSON
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from services.kernel.bell import Bell
from services.kernel.commit_document import as_commit, as_document, same_append
from services.kernel.ids import new_id
from services.kernel.log import (
    MAXIMUM_COMMIT_BYTES,
    Append,
    Commit,
    CommitTooLarge,
    Conflict,
    Duplicate,
    LogError,
    Unknown,
)
from services.kernel.memory_log import recorded_events, stored_events
from services.kernel.message import Fact, Recorded
from services.kernel.metrics import Metrics
from services.kernel.mongo import durable, outcome_unknown
from services.kernel.registry import Registry
from services.kernel.window import Window

BATCH_COMMITS = 256
BATCH_BYTES = 8_000_000
ANSWER_SECONDS = 5.0
DUPLICATE_KEY = 11000


@dataclass
class _Waiting:
    """An append on its way, and what became of it."""

    append: Append
    document: dict[str, Any]
    size: int
    commit: Commit | None = None
    error: LogError | None = None
    entered: float = field(default_factory=time.monotonic)

    @property
    def settled(self) -> bool:
        return self.commit is not None or self.error is not None


class MongoLog:
    """The real log, in collection ``commits`` of the service's own database."""

    def __init__(
        self, source: str, database: Database[dict[str, Any]], registry: Registry, metrics: Metrics | None = None
    ) -> None:
        self.source = source
        self.bell = Bell()
        self._registry = registry
        self._commits = durable(database, "commits")
        self._epochs = durable(database, "epoch")
        self._metrics = metrics
        self._epoch: str | None = None
        self._queue: deque[_Waiting] = deque()
        self._gate = threading.Lock()
        self._writer = threading.Lock()
        self._known = (0, 0)
        self._certain = False
        self.recent: Window[Commit] = Window()

    def prepare(self) -> None:
        """Create indexes and epoch; harmless when they stand.

        ``position`` repeats ``_id`` under an index of its own: measured, SecantusDB answers a range of ``_id`` by reading
        the whole collection (25 ms at 1,600 commits), a range of an indexed field in under 1 ms. MongoDB does not mind.
        """
        on_stream = {"stream": {"$exists": True}}
        self._commits.create_index(
            [("stream", ASCENDING), ("events.version", ASCENDING)], unique=True, partialFilterExpression=on_stream
        )
        self._commits.create_index("events.id", unique=True, partialFilterExpression=on_stream)
        self._commits.create_index("command_id", unique=True)
        self._commits.create_index("facts.n", unique=True, partialFilterExpression={"facts.n": {"$exists": True}})
        self._commits.create_index([("stream", ASCENDING), ("position", ASCENDING)])
        self._commits.create_index("position")
        self._commits.create_index("last_fact")
        with contextlib.suppress(DuplicateKeyError):
            self._epochs.insert_one({"_id": "epoch", "epoch": new_id(), "first": 1})
        self._epoch = str(self._epoch_document()["epoch"])

    @property
    def epoch(self) -> str:
        if self._epoch is None:
            self._epoch = str(self._epoch_document()["epoch"])
        return self._epoch

    def first_fact(self) -> int:
        """The number that this epoch's facts begin with."""
        return int(self._epoch_document()["first"])

    def append(self, append: Append) -> Commit:
        waiting = self._enter(append)
        deadline = waiting.entered + ANSWER_SECONDS
        while not waiting.settled:
            if not self._writer.acquire(timeout=max(0.0, deadline - time.monotonic())):
                self._leave(waiting)
                raise Unknown(append.command_id)
            try:
                if not waiting.settled:
                    self._write(self._together())
            finally:
                self._writer.release()
        if waiting.error is not None:
            raise waiting.error
        if waiting.commit is None:
            raise Unknown(append.command_id)
        self._observe(waiting)
        return waiting.commit

    def outcome(self, command_id: str) -> Commit | None:
        document = self._commits.find_one({"command_id": command_id})
        return None if document is None else self._commit(document)

    def stream(self, stream: str) -> Sequence[Recorded]:
        found = self._commits.find({"stream": stream}).sort("position", ASCENDING)
        return [recorded for document in found for recorded in self.recorded(self._commit(document))]

    def read(self, after: int, limit: int = 256) -> Sequence[Commit]:
        # Positions are dense, so a range closed at both ends holds all there is to read.
        wanted = {"position": {"$gt": after, "$lte": after + limit}}
        return [self._commit(document) for document in self._commits.find(wanted).sort("position", ASCENDING)]

    def head(self) -> int:
        return self._last()[0]

    def facts(self, after: int, limit: int = 256) -> Sequence[Fact]:
        if self.recent.last == self._known[0]:
            recent = self.recent.newest_until(lambda commit: commit.last_fact <= after)
            if recent is not None:
                return [fact for commit in recent for fact in commit.facts if fact.n > after][:limit]
        # last_fact never falls along the log, so whole commits with all their facts lie in this range.
        told = self._told({"$gt": after, "$lte": after + limit})
        if not told and self.last_fact() > after:
            told = self._told({"$gt": after}, at_most=1)  # a single commit that tells more than the limit
        return [fact for fact in told if fact.n > after]

    def _told(self, last_fact: dict[str, int], at_most: int = 0) -> list[Fact]:
        found = self._commits.find({"last_fact": last_fact}).sort("position", ASCENDING).limit(at_most)
        return [fact for document in found for fact in self._commit(document).facts]

    def last_fact(self) -> int:
        return self._last()[1]

    def recorded(self, commit: Commit) -> Sequence[Recorded]:
        return recorded_events(self._registry, commit)

    def _enter(self, append: Append) -> _Waiting:
        document = as_document(append, stored_events(self._registry, append), datetime.now(UTC))
        size = len(BSON.encode(document))
        if size > MAXIMUM_COMMIT_BYTES:
            raise CommitTooLarge(f"{size} bytes; at most {MAXIMUM_COMMIT_BYTES}")
        waiting = _Waiting(append, document, size)
        with self._gate:
            self._queue.append(waiting)
        return waiting

    def _leave(self, waiting: _Waiting) -> None:
        with self._gate:
            if waiting in self._queue:
                self._queue.remove(waiting)

    def _together(self) -> list[_Waiting]:
        """The next batch: what waits, up to its limits."""
        batch: list[_Waiting] = []
        size = 0
        with self._gate:
            while self._queue and len(batch) < BATCH_COMMITS and size + self._queue[0].size <= BATCH_BYTES:
                waiting = self._queue.popleft()
                size += waiting.size
                batch.append(waiting)
        return batch

    def _write(self, batch: list[_Waiting]) -> None:
        """Settle every append of the batch. The writer's lock is held."""
        deadline = time.monotonic() + ANSWER_SECONDS
        unsettled = batch
        while unsettled:
            try:
                unsettled = self._attempt(unsettled)
            except PyMongoError as error:
                if not outcome_unknown(error):
                    self._settle_all(unsettled, LogError(str(error)))
                    raise
                unsettled = self._after_silence(unsettled, deadline)
            if unsettled and time.monotonic() >= deadline:
                self._settle_all(unsettled, Unknown("no answer in time"))
                return

    def _attempt(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Send once; answers what must be sent again. Raises ``PyMongoError`` when nobody knows what happened."""
        position, last_fact = self._last() if not self._certain else self._known
        numbered = []
        for waiting in batch:
            position += 1
            document = self._numbered(waiting, position, last_fact)
            last_fact = document["last_fact"]
            numbered.append(document)
        self._certain = False
        try:
            self._commits.insert_many(numbered, ordered=True)
        except BulkWriteError as error:
            if error.details.get("writeConcernErrors") or not error.details.get("writeErrors"):
                return self._asked(batch)
            refused = error.details["writeErrors"][0]
            index = refused["index"]
            self._stands(batch[:index], numbered[:index])
            if refused["code"] != DUPLICATE_KEY:
                batch[index].error = LogError(refused.get("errmsg", "refused"))
                return batch[index + 1 :]
            return self._refused(batch[index], refused.get("keyPattern", {})) + batch[index + 1 :]
        self._stands(batch, numbered)
        self._certain = True
        return []

    def _stands(self, batch: list[_Waiting], numbered: list[dict[str, Any]]) -> None:
        for waiting, document in zip(batch, numbered, strict=True):
            waiting.commit = self._commit(document)
            self._known = (document["_id"], document["last_fact"])
            self.recent.add(waiting.commit.position, waiting.commit)
        if batch:
            self.bell.ring()

    def _refused(self, waiting: _Waiting, key: dict[str, Any]) -> list[_Waiting]:
        """A unique key refused it: ours already, another's, a conflict, or only a position that is taken.

        Which of several violated keys is reported is the server's choice, so the command is asked for first.
        """
        unsettled = self._asked([waiting])
        if unsettled and "stream" in key:
            waiting.error = Conflict(waiting.append.stream)
            self._count_conflict()
            return []
        if unsettled and "events.id" in key:
            waiting.error = LogError("an event id was used twice")
            return []
        if unsettled:
            # Another process took the position. Its commit may not be a majority's yet; give it a moment.
            time.sleep(random.uniform(0.001, 0.01))  # noqa: S311 - jitter, not a secret
        return unsettled

    def _asked(self, batch: list[_Waiting]) -> list[_Waiting]:
        """Ask the log for each command; answers those it does not know."""
        self._certain = False
        wanted = [waiting.append.command_id for waiting in batch]
        found = {document["command_id"]: document for document in self._commits.find({"command_id": {"$in": wanted}})}
        unsettled = []
        for waiting in batch:
            document = found.get(waiting.append.command_id)
            if document is None:
                unsettled.append(waiting)
            elif same_append(document, waiting.document):
                waiting.commit = self._commit(document)
            else:
                waiting.error = Duplicate(self._commit(document))
        if len(unsettled) < len(batch):
            self.bell.ring()
        return unsettled

    def _after_silence(self, batch: list[_Waiting], deadline: float) -> list[_Waiting]:
        """The connection was lost: ask until somebody answers or the deadline passes."""
        self._certain = False
        pause = 0.02
        while time.monotonic() < deadline:
            try:
                return self._asked(batch)
            except PyMongoError as error:
                if not outcome_unknown(error):
                    raise
                time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
                pause = min(pause * 2, 0.5)
        return batch

    def _last(self) -> tuple[int, int]:
        """Position and last fact of the last commit that a majority has."""
        behind = {"position": {"$gt": self._known[0]}}
        found = list(self._commits.find(behind, {"last_fact": 1}).sort("position", -1).limit(1))
        if not found:
            return self._known if self._known[0] else (0, self.first_fact() - 1)
        last = (int(found[0]["_id"]), int(found[0]["last_fact"]))
        self._known = max(self._known, last)  # a majority has it: positions below are never asked for again
        return last

    def _numbered(self, waiting: _Waiting, position: int, last_fact: int) -> dict[str, Any]:
        facts = [{"n": last_fact + 1 + offset, **fact} for offset, fact in enumerate(waiting.document["facts"])]
        return waiting.document | {
            "_id": position,
            "position": position,
            "facts": facts,
            "last_fact": last_fact + len(facts),
        }

    def _commit(self, document: dict[str, Any]) -> Commit:
        return as_commit(document, self.source, self.epoch)

    def _epoch_document(self) -> dict[str, Any]:
        document = self._epochs.find_one({"_id": "epoch"})
        if document is None:
            raise LogError("the log has no epoch: prepare() was never called")
        return document

    @staticmethod
    def _settle_all(batch: Sequence[_Waiting], error: LogError) -> None:
        for waiting in batch:
            if not waiting.settled:
                waiting.error = error

    def _observe(self, waiting: _Waiting) -> None:
        if self._metrics is not None:
            self._metrics.append_seconds.labels(self.source).observe(time.monotonic() - waiting.entered)

    def _count_conflict(self) -> None:
        if self._metrics is not None:
            self._metrics.conflicts.labels(self.source).inc()
