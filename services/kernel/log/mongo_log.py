"""The log in MongoDB: one document per append, in collection ``commits`` of the service's own database.

``group_commit`` writes the log; this module defines and reads the log.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bson import BSON
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.kernel.base.bell import Bell
from services.kernel.base.ids import new_id
from services.kernel.base.message import Fact, Recorded
from services.kernel.base.metrics import Metrics
from services.kernel.base.mongo import durable
from services.kernel.base.recent_buffer import RecentBuffer
from services.kernel.log.commit_document import as_commit, as_document
from services.kernel.log.group_commit import GroupCommit, Head, PendingAppend
from services.kernel.log.log import MAXIMUM_COMMIT_BYTES, Append, Commit, CommitTooLarge, Conflict, LogError
from services.kernel.log.registry import Registry
from services.kernel.log.stored_events import recorded_events, stored_events


class MongoLog:
    """The log of a running service. ``bell`` rings when this process appends; ``recent`` holds the newest commits of
    this process.
    """

    def __init__(
        self, source: str, database: Database[dict[str, Any]], registry: Registry, metrics: Metrics | None = None
    ) -> None:
        self.source = source
        self.bell = Bell()
        self.recent: RecentBuffer[Commit] = RecentBuffer()
        self._registry = registry
        self._commits = durable(database, "commits")
        self._epochs = durable(database, "epoch")
        self._metrics = metrics
        self._epoch: Mapping[str, Any] | None = None
        self._known = Head(0, 0)
        self._looked = float("-inf")
        self._writer = GroupCommit(self._commits, self._head, self._commit, self._stands)

    def prepare(self) -> None:
        """Create indexes and epoch; does nothing if they exist.

        ``position`` repeats ``_id`` under an index of its own. Measured: SecantusDB answers a range of ``_id`` by
        reading the whole collection (25 ms at 1,600 commits), and a range of an indexed field in under 1 ms. MongoDB
        works with either.
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
        self._epoch_document()

    @property
    def epoch(self) -> str:
        return str(self._epoch_document()["epoch"])

    def first_fact(self) -> int:
        """The number of this epoch's first fact."""
        return int(self._epoch_document()["first"])

    def append(self, append: Append) -> Commit:
        document = as_document(append, stored_events(self._registry, append), datetime.now(UTC))
        size = len(BSON.encode(document))
        if size > MAXIMUM_COMMIT_BYTES:
            raise CommitTooLarge(f"{size} bytes; at most {MAXIMUM_COMMIT_BYTES}")
        begun = time.monotonic()
        try:
            return self._writer.append(PendingAppend(append, document, size))
        except Conflict:
            if self._metrics is not None:
                self._metrics.conflicts.labels(self.source).inc()
            raise
        finally:
            if self._metrics is not None:
                self._metrics.append_seconds.labels(self.source).observe(time.monotonic() - begun)

    def outcome(self, command_id: str) -> Commit | None:
        document = self._commits.find_one({"command_id": command_id})
        return None if document is None else self._commit(document)

    def stream(self, stream: str) -> Sequence[Recorded]:
        found = self._commits.find({"stream": stream}).sort("position", ASCENDING)
        return [recorded for document in found for recorded in self.recorded(self._commit(document))]

    def read(self, after: int, limit: int = 256) -> Sequence[Commit]:
        # Positions have no gaps, so a range closed at both ends holds all commits that can be read.
        wanted = {"position": {"$gt": after, "$lte": after + limit}}
        return [self._commit(document) for document in self._commits.find(wanted).sort("position", ASCENDING)]

    def head(self) -> int:
        return self._head().position

    def facts(self, after: int, limit: int = 256) -> Sequence[Fact]:
        if self.recent.last == self._known.position:
            recent = self.recent.newest_until(lambda commit: commit.last_fact <= after)
            if recent is not None:
                return [fact for commit in recent for fact in commit.facts if fact.n > after][:limit]
        # last_fact never falls along the log, so whole commits with all their facts lie in this range.
        told = self._told({"$gt": after, "$lte": after + limit})
        if not told and self.last_fact() > after:
            told = self._told({"$gt": after}, at_most=1)  # a single commit that tells more facts than the limit
        return [fact for fact in told if fact.n > after]

    def last_fact(self) -> int:
        return self._head().last_fact

    def last_fact_lately(self, seconds: float) -> int:
        """The number of the last fact, as the database showed it at most ``seconds`` ago.

        This process's own appends always count. An append of another process may be missing for up to ``seconds``.
        """
        if time.monotonic() - self._looked > seconds:
            return self.last_fact()
        return self._known.last_fact if self._known.position else self.first_fact() - 1

    def recorded(self, commit: Commit) -> Sequence[Recorded]:
        return recorded_events(self._registry, commit)

    def _told(self, last_fact: dict[str, int], at_most: int = 0) -> list[Fact]:
        found = self._commits.find({"last_fact": last_fact}).sort("position", ASCENDING).limit(at_most)
        return [fact for document in found for fact in self._commit(document).facts]

    def _head(self) -> Head:
        """The last commit that a majority has."""
        known, looked = self._known, time.monotonic()
        behind = {"position": {"$gt": known.position}}
        found = list(self._commits.find(behind, {"last_fact": 1}).sort("position", -1).limit(1))
        self._looked = looked
        if found:
            self._learn(Head(int(found[0]["_id"]), int(found[0]["last_fact"])))
            return self._known
        return known if known.position else Head(0, self.first_fact() - 1)

    def _stands(self, commit: Commit) -> None:
        """Note that a commit of this process is durable."""
        self._learn(Head(commit.position, commit.last_fact))
        self.recent.add(commit.position, commit)
        self.bell.ring()

    def _learn(self, head: Head) -> None:
        """Note that a majority has this head; the database is never asked again about earlier commits."""
        if head.position > self._known.position:
            self._known = head

    def _commit(self, document: dict[str, Any]) -> Commit:
        return as_commit(document, self.source, self.epoch)

    def _epoch_document(self) -> Mapping[str, Any]:
        """``{epoch, first}``, read once: a new epoch begins only while no service runs."""
        if self._epoch is None:
            self._epoch = self._epochs.find_one({"_id": "epoch"})
        if self._epoch is None:
            raise LogError("the log has no epoch: prepare() was never called")
        return self._epoch
