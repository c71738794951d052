"""The log in MongoDB: one document per append, in collection ``commits`` of the service's own database.

``group_commit`` writes the log; this module defines and reads the log.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pymongo
from bson import BSON
from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import OperationFailure

from services.kernel.base.bell import Bell
from services.kernel.base.message import Fact, Recorded
from services.kernel.base.metrics import Metrics
from services.kernel.base.mongo import durable
from services.kernel.base.recent_buffer import RecentBuffer
from services.kernel.log.commit_document import as_commit, as_document
from services.kernel.log.epochs import Epoch, History, MongoEpochs
from services.kernel.log.group_commit import ANSWER_SECONDS, GroupCommit, Head, PendingAppend
from services.kernel.log.log import (
    MAXIMUM_COMMIT_BYTES,
    MAXIMUM_COMMIT_EVENTS,
    Append,
    Commit,
    CommitTooLarge,
    Conflict,
    LogError,
)
from services.kernel.log.registry import Registry
from services.kernel.log.stored_events import recorded_events, stored_events

LOOK_SECONDS = 1.0


LEAST_SECONDS = 0.001
"""pymongo takes 0 for no limit."""


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
        self._epochs = MongoEpochs(durable(database, "epoch"))
        self._metrics = metrics
        self._known = Head(0, 0)
        self._read_up_to = Head(0, 0)
        self._looked = float("-inf")
        self._writer = GroupCommit(self._commits, self._head, self._commit, self._appended)

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
        with contextlib.suppress(OperationFailure):  # releases up to 0.2.0 made this index; no query uses it
            self._commits.drop_index("last_fact_1")
        self._epochs.prepare()

    @property
    def epoch(self) -> str:
        return self.history().present.epoch

    def history(self) -> History:
        """The epochs of this log. Raises ``LogError`` before ``prepare``, and ``PyMongoError``."""
        return self._epochs.history()

    def begin_epoch(self, after: int | None = None) -> Epoch:
        """Begin an epoch, because the log was restored; the service must be stopped.

        The new epoch's facts are those after fact ``after``, by default after the last fact. Raises ``ValueError`` if the
        log has no fact ``after``.
        """
        last = self.last_fact()
        after = last if after is None else after
        if not 0 <= after <= last:
            raise ValueError(f"the last fact is {last}")
        return self._epochs.begin(after + 1)

    def limited(self, deadline: float) -> AbstractContextManager[None]:
        left: AbstractContextManager[None] = pymongo.timeout(max(LEAST_SECONDS, deadline - time.monotonic()))
        return left

    def append(self, append: Append, deadline: float | None = None) -> Commit:
        if len(append.events) > MAXIMUM_COMMIT_EVENTS:
            raise CommitTooLarge(f"{len(append.events)} events; at most {MAXIMUM_COMMIT_EVENTS}")
        document = as_document(append, stored_events(self._registry, append), datetime.now(UTC))
        size = len(BSON.encode(document))
        if size > MAXIMUM_COMMIT_BYTES:
            raise CommitTooLarge(f"{size} bytes; at most {MAXIMUM_COMMIT_BYTES}")
        begun = time.monotonic()
        try:
            until = begun + ANSWER_SECONDS if deadline is None else deadline
            with self.limited(until):
                return self._writer.append(PendingAppend(append, document, size, deadline=until))
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
        """As ``EventLog.facts``, with at least one fact if there is one. Facts among many refusals come in short pages: one
        call reads at most ``limit`` commits.

        A fact that another process told in the last ``LOOK_SECONDS`` may be missing.
        """
        position = self._position_of_fact(after + 1)
        if position is None:
            return []
        commits = self.recent.behind(position - 1, limit) or self.read(position - 1, limit)
        if commits:
            self._read_up_to = Head(commits[-1].position, commits[-1].last_fact)
        return [fact for commit in commits for fact in commit.facts if fact.n > after][:limit]

    def last_fact(self) -> int:
        return self._head().last_fact

    def last_fact_lately(self, seconds: float) -> int:
        """The number of the last fact, as the database showed it at most ``seconds`` ago.

        This process's own appends always count. An append of another process may be missing for up to ``seconds``.
        """
        if time.monotonic() - self._looked > seconds:
            return self.last_fact()
        return self._known.last_fact

    def recorded(self, commit: Commit) -> Sequence[Recorded]:
        return recorded_events(self._registry, commit)

    def _position_of_fact(self, n: int) -> int | None:
        """The position of the commit that told fact ``n``; None if no such commit is known.

        ``last_fact`` never falls along the log, so halving the log finds the position: 20 point queries for a million
        commits, and none where a reader goes on or where the commit is in memory. The index on ``facts.n`` only keeps
        the numbers unique. Measured on SecantusDB: a query by ``facts.n`` reads the whole collection (0.45 s at 30,000
        commits), and a range of ``last_fact`` brings all refusals behind a fact along with the fact.
        """
        if self._known.last_fact < n and time.monotonic() - self._looked > LOOK_SECONDS:
            self._head()
        if self._known.last_fact < n:
            return None
        recent = self.recent.newest_until(lambda commit: commit.last_fact < n)
        if recent:
            return recent[0].position
        before = self._read_up_to.position if self._read_up_to.last_fact < n else 0
        found = self._known.position
        if before and self._last_fact_at(before + 1) >= n:
            return before + 1
        while found - before > 1:
            middle = (before + found) // 2
            if self._last_fact_at(middle) >= n:
                found = middle
            else:
                before = middle
        return found

    def _last_fact_at(self, position: int) -> int:
        document = self._commits.find_one({"position": position}, {"last_fact": 1})
        if document is None:
            raise LogError(f"commit {position} is missing from the log")
        return int(document["last_fact"])

    def _head(self) -> Head:
        """The last commit that a majority has."""
        known, looked = self._known, time.monotonic()
        behind = {"position": {"$gt": known.position}}
        found = list(self._commits.find(behind, {"last_fact": 1}).sort("position", -1).limit(1))
        self._looked = looked
        if found:
            self._learn(Head(int(found[0]["_id"]), int(found[0]["last_fact"])))
            return self._known
        return known

    def _appended(self, commit: Commit) -> None:
        """Note that a commit of this process is durable."""
        self._learn(Head(commit.position, commit.last_fact))
        self.recent.add(commit.position, commit)
        self.bell.ring()

    def _learn(self, head: Head) -> None:
        """Note that a majority has this head; the database is never asked again about earlier commits."""
        if head.position > self._known.position:
            self._known = head

    def _commit(self, document: dict[str, Any]) -> Commit:
        history = self.history()
        return as_commit(document, self.source, lambda n: history.of(n).epoch)
