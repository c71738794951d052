"""Affiliation: a person works at a library in a role, from a date to a date.

One stream a library and person. An affiliation may end and begin again; every term stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider
from services.members.domain.staffing import vouching_needed

ROLES = ("head", "staff", "teacher-librarian", "volunteer")


def affiliation_identity(library: str, person: str) -> str:
    """The id of the stream of a library and a person."""
    return f"{library}.{person}"


@dataclass(frozen=True, slots=True)
class StartAffiliation(Command):
    """``since`` is when the person began, at the latest ``at``, the present. A new role ends the present role.

    ``vouched``: a colleague or a keeper of the region's libraries confirms the start. ``first``: the person is the
    first ever at the library, by the library's own stream (``staffing``).
    """

    library: str
    person: str
    role: str
    region: str
    since: datetime
    at: datetime
    vouched: bool = True
    first: bool = False


@dataclass(frozen=True, slots=True)
class EndAffiliation(Command):
    """End the present term at ``until``, at the latest ``at``."""

    until: datetime
    at: datetime


AffiliationCommand = StartAffiliation | EndAffiliation


@dataclass(frozen=True, slots=True)
class AffiliationStarted(Event):
    """``term`` counts the person's terms there from 1. ``region`` is the library's."""

    library: str
    person: str
    role: str
    region: str
    since: datetime
    term: int


@dataclass(frozen=True, slots=True)
class AffiliationEnded(Event):
    """Term ``term`` ended at ``until``."""

    library: str
    person: str
    region: str
    until: datetime
    term: int


AffiliationEvent = AffiliationStarted | AffiliationEnded


@dataclass(frozen=True, slots=True)
class Working:
    """The person works at the library, in term ``term``."""

    library: str
    person: str
    region: str
    role: str
    since: datetime
    term: int


@dataclass(frozen=True, slots=True)
class Left:
    """The person worked at the library; the last term, ``term``, ended at ``until``."""

    term: int
    until: datetime


Affiliation: TypeAlias = Working | Left | None
"""None: the person never worked at the library."""


def decide(command: AffiliationCommand, affiliation: Affiliation) -> Sequence[Event]:
    """One role at a time; terms do not overlap and do not begin or end in the future."""
    match command:
        case StartAffiliation():
            return _start(command, affiliation)
        case EndAffiliation():
            return _end(command, affiliation) if isinstance(affiliation, Working) else []
        case _:
            assert_never(command)


def _start(command: StartAffiliation, affiliation: Affiliation) -> Sequence[Event]:
    working = affiliation if isinstance(affiliation, Working) else None
    if working is not None and working.role == command.role:
        return []
    # The first person at a library who has left comes back like all others.
    beginning = command.first and affiliation is None
    if not (command.vouched or working or beginning):
        # A person who works there reads what the library keeps to itself, and speaks for the library.
        raise vouching_needed()
    if command.since > command.at:
        raise Refused("affiliation-begins-later", "An affiliation cannot begin in the future.")
    earliest = _free_since(affiliation)
    if earliest is not None and command.since < earliest:
        raise Refused(
            "affiliations-overlap", "At this time the person's earlier affiliation with this library had not ended."
        )
    term = 0 if affiliation is None else affiliation.term
    started = AffiliationStarted(command.library, command.person, command.role, command.region, command.since, term + 1)
    return [started] if working is None else [_ended(working, command.since), started]


def _free_since(affiliation: Affiliation) -> datetime | None:
    """The earliest time at which a new term may begin; None: any time."""
    match affiliation:
        case Working(since=since):
            return since
        case Left(until=until):
            return until
        case None:
            return None
        case _:
            assert_never(affiliation)


def _end(command: EndAffiliation, working: Working) -> Sequence[Event]:
    if command.until > command.at:
        raise Refused("affiliation-ends-later", "An affiliation cannot end in the future.")
    if command.until < working.since:
        raise Refused("affiliation-ends-before-it-began", "The end is before the beginning.")
    return [_ended(working, command.until)]


def _ended(working: Working, until: datetime) -> AffiliationEnded:
    return AffiliationEnded(working.library, working.person, working.region, until, working.term)


def evolve(_affiliation: Affiliation, event: AffiliationEvent) -> Affiliation:
    match event:
        case AffiliationStarted():
            return Working(event.library, event.person, event.region, event.role, event.since, event.term)
        case AffiliationEnded():
            return Left(event.term, event.until)
        case _:
            assert_never(event)


AFFILIATION: Decider[Affiliation] = Decider("affiliation", None, decide, evolve)
