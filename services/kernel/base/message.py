"""Messages: a command asks for a decision, an event records a decision, a fact tells a decision to other services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar


class Event:
    """A decision of the domain, named in the past tense. Subclasses are frozen dataclasses of plain values.

    Raise ``schema`` when the fields change; the registry then needs an upcaster from the version before. Personal data
    stands in an event only sealed (``vault``).
    """

    schema: ClassVar[int] = 1


class Command:
    """A wish, named in the imperative. Subclasses are frozen dataclasses.

    The fields hold everything that ``decide`` needs, the present moment too: ``decide`` has no clock.
    """


@dataclass(frozen=True, slots=True)
class Metadata:
    """The origin of a commit.

    ``correlation`` is the same for all consequences of one request. ``causation`` is the id of the event or fact that a
    process manager reacted to. ``actor`` is the person or service that acted.
    """

    correlation: str
    causation: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the log holds it.

    ``position`` is the position of the event's commit, ``index`` the place in the commit (0-based), ``version`` the
    place in the stream (1-based, contiguous). ``at`` is domain time, ``recorded`` machine time.
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
        """Orders events across the log: position × 1000 + index. Views compare guards (``view``)."""
        return self.position * 1000 + self.index

    @property
    def stream_id(self) -> str:
        """The id after the stream's name: ``0190…`` of ``seats-0190…``."""
        return self.stream.partition("-")[2]


@dataclass(frozen=True, slots=True)
class FactDraft:
    """A fact as the contract words it, before the log gives it a number.

    ``event`` is the id of the domain event that the fact tells, and becomes the id of the fact. ``data`` holds JSON
    values only, and no personal data.
    """

    event: str
    type: str
    subject: str
    data: Mapping[str, Any]
    version: int = 1
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as another service told it, or as this service stored it.

    ``n`` is the fact's number at its source, without gaps from 1. ``position`` is the fact's place in the inbox; 0 for
    a fact that was not read from an inbox. ``at`` is domain time at the source.
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
        """Source and type, as a subscription names the fact: ``members.member-joined``."""
        return f"{self.source}.{self.type}"
