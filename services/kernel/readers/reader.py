"""A checkpointed reader of a log: what every view, manager, deliverer and relay has in common.

A reader's ``step`` takes one batch and answers how far it came. Everything that it must survive is in three rules:

* what a step does is either guarded by position, derived from the fact, or harmless to repeat;
* the checkpoint moves only over what is done, and only while nobody else has moved it;
* on any error the reader forgets what it holds and reads its checkpoint again.
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
    """Another has moved the checkpoint, or holds a newer lease. Read it again, then go on or stand back."""


class Reader(Protocol):
    """Something that reads a log to its end and then waits for more.

    One that also waits for a time to come has ``idle_seconds``: how long it may sleep when no bell rings.
    """

    name: str

    def step(self, lease: int) -> int:
        """Take at most one batch under the lease of that number; 0 when there was nothing to do.

        Raises ``LostCheckpoint``, ``PyMongoError`` and other transient errors: the runner pauses and steps again.
        """
        ...

    def lag(self) -> int:
        """How many positions it is behind."""
        ...

    def bell(self) -> Bell:
        """What rings when there is more to read."""
        ...


@dataclass(frozen=True)
class Item:
    """One event or fact at its place. ``load`` reads it into its class, and may raise ``Unreadable``.

    ``stream`` is the event's stream, or ``source:subject`` of a fact: known even when the rest cannot be read.
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
    """What lies behind a position: the items, and the position that is reached when they are done."""

    items: Sequence[Item]
    last: int


class Source(Protocol):
    """A log as readers see it."""

    name: str

    def batch(self, after: int, limit: int = BATCH) -> Batch:
        """At most ``limit`` positions behind ``after``."""
        ...

    def head(self) -> int:
        """The last position."""
        ...

    def bell(self) -> Bell:
        """What rings when it grows."""
        ...

    def poll(self) -> None:
        """Look for what others appended, and ring if there is any. Once this is called regularly, ``batch`` asks the
        database only for what is known to be there.
        """
        ...


class CommitSource:
    """The service's own commits, event by event. What this process appended is read from memory."""

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
    """Whether nothing can lie behind ``after``: somebody looks regularly, and neither he nor we know of more."""
    return seen is not None and after >= max(seen, appended)


class Checkpoints:
    """Where readers that keep no collection of their own stand: ``{_id: reader, position, lease}``.

    Not journaled: after a crash of the database a reader begins a little earlier, and what it repeats is known already.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._checkpoints = plain(database, "checkpoints")

    def position(self, reader: str, lease: int) -> int:
        """Where the reader stands. Raises ``LostCheckpoint`` if a newer lease has written it."""
        document = self._checkpoints.find_one({"_id": reader})
        if document is None:
            return 0
        if document["lease"] > lease:
            raise LostCheckpoint(reader)
        return int(document["position"])

    def move(self, reader: str, lease: int, held: int, to: int) -> None:
        """From ``held`` to ``to``, if nobody with a newer lease has been there. Raises ``LostCheckpoint``."""
        same = {"_id": reader, "position": held, "lease": {"$lte": lease}}
        try:
            self._checkpoints.update_one(same, {"$set": {"position": to, "lease": lease}}, upsert=True)
        except DuplicateKeyError as error:
            raise LostCheckpoint(reader) from error
