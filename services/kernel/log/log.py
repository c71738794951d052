"""The log of what a service decided and told.

One document an append. Positions are dense and unique, so the order has no gaps by construction: a
reader that stands at 41 and finds 42 has missed nothing. One command has one outcome: a refusal and a
command that changes nothing are commits too, without stream and events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from services.kernel.base.message import Event, Fact, FactDraft, Metadata, Recorded

MAXIMUM_COMMIT_BYTES = 1_000_000


class LogError(Exception):
    """Root of what a log raises."""


class Conflict(LogError):
    """The stream has moved on since it was loaded: load again and decide again."""


class Duplicate(LogError):
    """The command has an outcome already, from another attempt. ``commit`` is that outcome."""

    def __init__(self, commit: Commit) -> None:
        super().__init__(f"command {commit.command_id} was decided at {commit.position}")
        self.commit = commit


class Unknown(LogError):
    """No answer within the deadline: the append may or may not stand. Repeat it under the same command id."""


class CommitTooLarge(LogError):
    """One append over ``MAXIMUM_COMMIT_BYTES``; it would delay everybody who waits with it."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event under the identity that it keeps however often it is sent."""

    id: str
    event: Event


@dataclass(frozen=True, slots=True)
class Append:
    """One command's outcome, on its way into the log.

    ``expected`` is the stream's version that was decided upon. ``stream`` is None where nothing changes:
    for a refusal (``refused`` names the rule) or a command without effect. ``request`` is the fingerprint
    of what was asked, ``answer`` what the reply is made from.
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
    """One command's outcome as it stands. ``version`` is the stream's after it, 0 without a stream."""

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
    """An event as it was written: read into its class only by who needs it, for a reader must be able to
    park one event that it cannot read without losing sight of the others.
    """

    index: int
    version: int
    id: str
    type: str
    schema: int
    data: Mapping[str, Any]


class EventLog(Protocol):
    """What every implementation keeps; ``testing.EventLogContract`` is the promise in tests."""

    source: str

    @property
    def epoch(self) -> str:
        """The identity of this history. A restore of this service alone starts another one."""
        ...

    def append(self, append: Append) -> Commit:
        """Store one outcome durably: when this returns, no crash takes it back.

        Raises ``Conflict``, ``Duplicate``, ``Unknown``, ``CommitTooLarge``.
        """
        ...

    def outcome(self, command_id: str) -> Commit | None:
        """What became of a command, or None."""
        ...

    def stream(self, stream: str) -> Sequence[Recorded]:
        """All events of a stream, oldest first. Raises ``registry.Unreadable``."""
        ...

    def read(self, after: int, limit: int = 256) -> Sequence[Commit]:
        """At most ``limit`` commits behind a position, in order."""
        ...

    def head(self) -> int:
        """The position of the last commit, 0 when there is none."""
        ...

    def facts(self, after: int, limit: int = 256) -> Sequence[Fact]:
        """At most ``limit`` facts behind a number, in order."""
        ...

    def last_fact(self) -> int:
        """The number of the last fact told, 0 when there is none."""
        ...

    def recorded(self, commit: Commit) -> Sequence[Recorded]:
        """The commit's events in today's classes. Raises ``registry.Unreadable``."""
        ...
