"""The log of the decisions and facts of a service.

Each append is one document. Positions are unique and have no gaps, so a reader at 41 that finds 42 has missed nothing.
Each command has one outcome. A refusal, and a command that changes nothing, are commits too, without stream and events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from services.kernel.base.message import Event, Fact, FactDraft, Metadata, Recorded

MAXIMUM_COMMIT_BYTES = 1_000_000
MAXIMUM_COMMIT_EVENTS = 999
"""A guard is position × 1000 + index, so the index of an event in its commit has three digits."""


class LogError(Exception):
    """Base class of the log's errors."""


class Conflict(LogError):
    """The stream has changed since the stream was loaded: load again and decide again."""


class Duplicate(LogError):
    """The command has an outcome already, from another attempt. ``commit`` is this outcome."""

    def __init__(self, commit: Commit) -> None:
        super().__init__(f"command {commit.command_id} was decided at {commit.position}")
        self.commit = commit


class Unknown(LogError):
    """The database did not answer within the deadline, so the append may or may not be stored. Repeat the append under
    the same command id.
    """


class NotStored(LogError):
    """The database takes no writes at present (its disk is full, say), so the append is not stored. Repeat the append
    later, under the same command id.
    """


class CommitTooLarge(LogError):
    """An append is larger than ``MAXIMUM_COMMIT_BYTES``, so that it would delay all appends of its batch, or has more than
    ``MAXIMUM_COMMIT_EVENTS`` events, so that readers could not tell it from the next commit.
    """


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event and its id. The id stays the same when the event is sent again."""

    id: str
    event: Event


@dataclass(frozen=True, slots=True)
class Append:
    """One command's outcome, before the log stores it.

    ``expected`` is the version of the stream on which the command was decided. ``stream`` is None if nothing changes:
    for a refusal (``refused`` names the rule) or a command without effect. ``request`` is the fingerprint of the
    request, ``answer`` holds the values of the reply.
    """

    command_id: str
    at: datetime
    meta: Metadata
    request: str = ""
    answer: Mapping[str, Any] = field(default_factory=dict)
    refused: str | None = None
    stream: str | None = None
    expected: int = 0
    events: tuple[NewEvent, ...] = ()
    facts: tuple[FactDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class Commit:
    """One command's outcome as stored. ``version`` is the stream's version after the commit, 0 without a stream."""

    position: int
    command_id: str
    at: datetime
    recorded: datetime
    meta: Metadata
    request: str
    answer: Mapping[str, Any]
    refused: str | None
    stream: str | None
    version: int
    events: tuple[Stored, ...]
    facts: tuple[Fact, ...]
    last_fact: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as stored, not yet read into its class.

    A reader must be able to park one unreadable event without losing the other events, so each reader loads the class
    itself.
    """

    index: int
    version: int
    id: str
    type: str
    schema: int
    data: Mapping[str, Any]


class EventLog(Protocol):
    """The interface of every log. ``tests/contract/test_event_log.py`` tests all implementations."""

    source: str

    @property
    def epoch(self) -> str:
        """The present epoch, in which the next fact is told. A restore of this service alone begins another epoch."""
        ...

    def limited(self, deadline: float) -> AbstractContextManager[None]:
        """Let the log's questions of this thread end by ``deadline``, machine time, if necessary with an error of the
        database.
        """
        ...

    def append(self, append: Append, deadline: float | None = None) -> Commit:
        """Store one outcome durably: after the return no crash removes the outcome. ``deadline`` is the machine time at
        which the caller gives up, None for 5 s from now.

        Raises ``Conflict``, ``Duplicate``, ``Unknown``, ``NotStored``, ``CommitTooLarge``.
        """
        ...

    def outcome(self, command_id: str) -> Commit | None:
        """The outcome of a command, or None."""
        ...

    def stream(self, stream: str) -> Sequence[Recorded]:
        """All events of a stream, oldest first. Raises ``registry.Unreadable``."""
        ...

    def read(self, after: int, limit: int = 256) -> Sequence[Commit]:
        """At most ``limit`` commits after a position, in order."""
        ...

    def head(self) -> int:
        """The position of the last commit, 0 for an empty log."""
        ...

    def facts(self, after: int, limit: int = 256) -> Sequence[Fact]:
        """At most ``limit`` facts after a number, in order."""
        ...

    def last_fact(self) -> int:
        """The number of the last fact told, 0 before the first fact."""
        ...

    def recorded(self, commit: Commit) -> Sequence[Recorded]:
        """The commit's events in today's classes. Raises ``registry.Unreadable``."""
        ...
