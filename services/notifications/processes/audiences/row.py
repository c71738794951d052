"""The row that says all about one fact: whom it concerns, what is learnt from it and who is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.kernel.base.message import Event, Fact, Recorded
from services.kernel.declare.process import Issue
from services.notifications.processes.audiences.state import AudienceState

H = TypeVar("H", Fact, Recorded)
Concerns = Callable[[H], Sequence[str]]


def learns_nothing(state: AudienceState, _heard: Fact | Recorded) -> AudienceState:
    """The state as it was."""
    return state


def tells_nobody(_state: AudienceState, _heard: Fact | Recorded) -> list[Issue]:
    """No message."""
    return []


@dataclass(frozen=True)
class Hears(Generic[H]):
    """One fact of another service (``events.seat-taken``), or one event class of our own.

    ``concerns`` answers the audiences' ids, the narrowest first. ``learns`` answers an audience's state after the fact,
    ``tells`` the messages that follow. Both get the state before the fact, and both are pure.
    """

    what: str | type[Event]
    concerns: Concerns[H]
    learns: Callable[[AudienceState, H], AudienceState] = learns_nothing
    tells: Callable[[AudienceState, H], list[Issue]] = tells_nobody


def narrowest_first(*concerns: Concerns[Fact]) -> Concerns[Fact]:
    """All these audiences in this order. The first audience that tells a person wins: a delivery is unique."""
    return lambda fact: [audience for named in concerns for audience in named(fact)]


def person(fact: Fact) -> list[str]:
    """The audience of one person."""
    return [f"person:{fact.data['person']}"]


def region(fact: Fact) -> list[str]:
    """The audience of the fact's region, none for a fact of no region."""
    return [f"region:{fact.region}"] if fact.region else []


def topic(fact: Fact) -> list[str]:
    """The audience of the topic, none for an activity without one."""
    identity = fact.data.get("topic")
    return [f"topic:{identity}"] if identity else []


def activity(fact: Fact) -> list[str]:
    """The audience of the activity."""
    return [f"activity:{fact.data['activity']}"]


def library(fact: Fact) -> list[str]:
    """The audience of the library."""
    return [f"library:{fact.data['library']}"]


def consultation(fact: Fact) -> list[str]:
    """The audience of the consultation."""
    return [f"consultation:{fact.data['consultation']}"]
