"""A reader of a log with a checkpoint: the common part of every view, manager, deliverer and relay.

A reader's ``step`` takes one batch and returns the number of items. Three rules make crashes harmless:

* a step's effects are guarded by position, derived from the fact, or harmless to repeat;
* the checkpoint moves only over finished work, and only if no other process has moved the checkpoint;
* after any error the reader forgets its state and reads its checkpoint again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.kernel.base.bell import Bell
from services.kernel.base.message import Fact, Recorded
from services.kernel.base.mongo import plain
from services.kernel.base.recent_buffer import RecentBuffer
from services.kernel.declare.view import COMMITS
from services.kernel.log.log import Commit, EventLog
from services.kernel.log.registry import Registry
from services.kernel.log.stored_events import recorded_event

BATCH = 256


class LostCheckpoint(Exception):
    """Another process has moved the checkpoint, or holds a newer lease. Read the checkpoint again, then go on or
    stop.
    """


class Reader(Protocol):
    """Reads a log to its end and then waits for more.

    A reader that also waits for a time has ``idle_seconds``: how long the reader may sleep without a ring of the bell.
    """

    name: str

    def step(self, lease: int) -> int:
        """Take at most one batch under the lease with this number; returns 0 if there was nothing to do.

        Raises ``LostCheckpoint``, ``PyMongoError`` and other transient errors: the runner pauses and steps again.
        """
        ...

    def lag(self) -> int:
        """How many positions the reader is behind."""
        ...

    def bell(self) -> Bell:
        """The bell that rings for new entries."""
        ...


@dataclass(frozen=True)
class Item:
    """One event or fact at its position. ``load`` reads the item into its class, and may raise ``Unreadable``.

    ``stream`` is the event's stream, or a fact's ``source:subject``; both are known even if the rest is unreadable.
    """

    log: str
    position: int
    index: int
    stream: str
    load: Callable[[], Recorded | Fact]

    @property
    def guard(self) -> int:
        """Position × 1000 + index."""
        return self.position * 1000 + self.index


@dataclass(frozen=True)
class Batch:
    """The items after a position, and the position that is reached when they are done."""

    items: Sequence[Item]
    last: int


class Source(Protocol):
    """A log as readers see it."""

    name: str

    def batch(self, after: int, limit: int = BATCH) -> Batch:
        """At most ``limit`` positions after ``after``."""
        ...

    def head(self) -> int:
        """The last position."""
        ...

    def bell(self) -> Bell:
        """The bell that rings when the log grows."""
        ...

    def poll(self) -> None:
        """Look for entries of other processes, and ring the bell if the log has grown.

        After the first call the caller must keep polling: ``batch`` then asks the database only for entries that are
        known to exist.
        """
        ...


def item_at(source: Source, position: int, index: int) -> Item | None:
    """One item of a log, read again; None if the log does not hold the item, after a restore. Raises
    ``PyMongoError``.
    """
    for _ in range(2):
        batch = source.batch(position - 1, 1)
        found = next((item for item in batch.items if item.index == index), None)
        if found is not None or batch.last >= position or source.head() < position:
            return found
        source.poll()  # another process appended the entry, and the source has not looked since
    return found


class CommitSource:
    """The service's own commits, event by event. Commits of this process are read from memory."""

    name = COMMITS

    def __init__(self, log: EventLog, registry: Registry, bell: Bell) -> None:
        self._log = log
        self._registry = registry
        self._bell = bell
        self._recent: RecentBuffer[Commit] = getattr(log, "recent", RecentBuffer())
        self._seen: int | None = None

    def batch(self, after: int, limit: int = BATCH) -> Batch:
        commits = self._recent.behind(after, limit)
        if not commits and not at_the_end(after, self._seen, self._recent.last):
            commits = self._log.read(after, limit)
        items = [
            Item(
                COMMITS,
                commit.position,
                stored.index,
                commit.stream or "",
                lambda commit=commit, stored=stored: recorded_event(self._registry, commit, stored),  # type: ignore[misc]
            )
            for commit in commits
            for stored in commit.events
        ]
        return Batch(items, commits[-1].position if commits else after)

    def head(self) -> int:
        return self._log.head()

    def bell(self) -> Bell:
        return self._bell

    def poll(self) -> None:
        head = self._log.head()
        if head != self._seen:
            self._seen = head
            self._bell.ring()


def at_the_end(after: int, seen: int | None, appended: int) -> bool:
    """Whether no entry can exist after ``after``: the log is being polled, and neither the poll nor this process has
    seen a later entry.
    """
    return seen is not None and after >= max(seen, appended)


class Checkpoints:
    """The checkpoints of readers without a collection of their own: ``{_id: reader, position, lease}``.

    Not journaled: after a crash of the database a reader begins a little earlier, and the repeated work is known
    already.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._checkpoints = plain(database, "checkpoints")

    def position(self, reader: str, lease: int) -> int:
        """The reader's position. Raises ``LostCheckpoint`` if a newer lease has written the checkpoint."""
        document = self._checkpoints.find_one({"_id": reader})
        if document is None:
            return 0
        if document["lease"] > lease:
            raise LostCheckpoint(reader)
        return int(document["position"])

    def move(self, reader: str, lease: int, held: int, to: int) -> None:
        """Move the checkpoint from ``held`` to ``to``. Raises ``LostCheckpoint`` if a newer lease or another reader has
        moved it.
        """
        same = {"_id": reader, "position": held, "lease": {"$lte": lease}}
        try:
            self._checkpoints.update_one(same, {"$set": {"position": to, "lease": lease}}, upsert=True)
        except DuplicateKeyError as error:
            raise LostCheckpoint(reader) from error
