"""A row for each fact: audiences, learning and messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from services.kernel.declare.process import Dispatch
from services.notifications.processes.audiences.state import AudienceState
from services.notifications.processes.occasion import Occasion

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Heard(Generic[T_co]):
    """A fact of another service, or an event of our own.

    ``data`` holds the fields that are read of the fact, or is the event; ``subject`` is the id of its stream. An event has no
    ``region``.
    """

    data: T_co
    id: str
    at: datetime
    subject: str
    region: str | None

    def occasion(self, activity: str | None = None) -> Occasion:
        return Occasion(self.id, self.at, activity, self.region)


Concerns = Callable[[Heard[T]], Sequence[str]]


def learns_nothing(state: AudienceState, _heard: Heard[Any]) -> AudienceState:
    return state


def tells_nobody(_state: AudienceState, _heard: Heard[Any]) -> list[Dispatch]:
    return []


@dataclass(frozen=True)
class Hears(Generic[T]):
    """``shape`` is the dataclass of the fields that are read of a ``fact`` (``events.seat-taken``), or an event class of our own.

    ``concerns`` answers the audiences' ids, the narrowest first. ``learns`` answers an audience's state after the fact,
    ``tells`` the messages that follow. Both get the state before the fact, and both are pure.
    """

    shape: type[T]
    fact: str = ""
    concerns: Concerns[T] = field(kw_only=True)
    learns: Callable[[AudienceState, Heard[T]], AudienceState] = learns_nothing
    tells: Callable[[AudienceState, Heard[T]], list[Dispatch]] = tells_nobody


def narrowest_first(*concerns: Concerns[Any]) -> Concerns[Any]:
    """The audiences of all functions in order. The first audience that tells a person wins: a delivery is unique."""
    return lambda heard: [audience for named in concerns for audience in named(heard)]


class OfPerson(Protocol):
    @property
    def person(self) -> str: ...


class OfTopic(Protocol):
    @property
    def topic(self) -> str | None: ...


class OfActivity(Protocol):
    @property
    def activity(self) -> str: ...


class OfLibrary(Protocol):
    @property
    def library(self) -> str: ...


class OfConsultation(Protocol):
    @property
    def consultation(self) -> str: ...


def person(heard: Heard[OfPerson]) -> list[str]:
    """The audience of one person."""
    return [f"person:{heard.data.person}"]


def region(heard: Heard[object]) -> list[str]:
    """The audience of the fact's region, none for a fact of no region."""
    return [f"region:{heard.region}"] if heard.region else []


def topic(heard: Heard[OfTopic]) -> list[str]:
    """The audience of the topic, none for an activity without a topic."""
    return [f"topic:{heard.data.topic}"] if heard.data.topic else []


def activity(heard: Heard[OfActivity]) -> list[str]:
    """The audience of the activity."""
    return [f"activity:{heard.data.activity}"]


def library(heard: Heard[OfLibrary]) -> list[str]:
    """The audience of the library."""
    return [f"library:{heard.data.library}"]


def consultation(heard: Heard[OfConsultation]) -> list[str]:
    """The audience of the consultation."""
    return [f"consultation:{heard.data.consultation}"]
