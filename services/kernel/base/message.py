"""Messages: commands ask, events say what was decided, facts tell it to the other services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar


class Event:
    """A decision of the domain, past tense. Subclasses are frozen dataclasses of plain values.

    ``schema`` is raised when the fields change; the registry then needs an upcaster from the version before.
    Personal data stands in an event only sealed (``vault``).
    """

    schema: ClassVar[int] = 1


class Command:
    """A wish, imperative. Subclasses are frozen dataclasses; whatever ``decide`` needs to know is in one of the
    fields, the present moment too: ``decide`` has no clock.
    """


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where a commit comes from.

    ``correlation`` is one for everything that follows from one request; ``causation`` is the id of the event
    or fact that a process manager reacted to; ``actor`` the person or service that acted.
    """

    correlation: str
    causation: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the log.

    ``position`` is its commit's, ``index`` its place within (0-based), ``version`` its place in its stream
    (1-based, contiguous). ``at`` is domain time, ``recorded`` machine time.
    """

    position: int
    index: int
    stream: str
    version: int
    id: str
    event: Event
    at: datetime
    recorded: datetime
    meta: Metadata

    @property
    def guard(self) -> int:
        """Orders events across the log: position × 1000 + index. Views compare it (``view``)."""
        return self.position * 1000 + self.index

    @property
    def stream_id(self) -> str:
        """The id behind the stream's name: ``0190…`` of ``seats-0190…``."""
        return self.stream.partition("-")[2]


@dataclass(frozen=True, slots=True)
class FactDraft:
    """A fact as the contract words it, before the log numbers it.

    ``event`` is the id of the domain event that it is told from, and becomes the fact's own. ``data`` holds
    JSON values only, and no personal data.
    """

    event: str
    type: str
    subject: str
    data: Mapping[str, Any]
    version: int = 1
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as another service told it, or as this one stored it.

    ``n`` is its number at its source, dense from 1. ``position`` is its place in the inbox that it was read
    from (0 where it comes from nowhere else than the wire). ``at`` is domain time at the source.
    """

    source: str
    epoch: str
    n: int
    id: str
    type: str
    version: int
    subject: str
    region: str | None
    at: datetime
    data: Mapping[str, Any]
    correlation: str
    position: int = 0

    @property
    def guard(self) -> int:
        """Orders facts across the inbox, on the same scale as ``Recorded.guard``."""
        return self.position * 1000

    @property
    def name(self) -> str:
        """Source and type, as a subscription names it: ``members.member-joined``."""
        return f"{self.source}.{self.type}"
