"""An affiliation: who works at which library, as what, from a date to a date.

One stream a library and person. It ends and may begin anew; every term stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    """``since`` is when the person began there, at the latest ``at``, the present. Another role ends the one before.

    ``vouched``: somebody who works there says so, or who keeps the region's libraries. ``first``: nobody ever worked there
    before this person, as the library's own stream says (``staffing``).
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
    """The person works there no more from ``until`` on, at the latest ``at``."""

    until: datetime
    at: datetime


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


@dataclass(frozen=True, slots=True)
class Affiliation:
    """``role`` is None between terms; ``term`` is the newest; ``free_since`` the end of the last one."""

    library: str = ""
    person: str = ""
    region: str = ""
    role: str | None = None
    since: datetime | None = None
    term: int = 0
    free_since: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether the person works there now."""
        return self.role is not None


def decide(command: Command, affiliation: Affiliation) -> Sequence[Event]:
    """One role at a time; terms do not overlap and do not begin or end in the future."""
    match command:
        case StartAffiliation():
            return _start(command, affiliation)
        case EndAffiliation():
            return _end(command, affiliation)
        case _:
            raise TypeError(type(command).__name__)


def _start(command: StartAffiliation, affiliation: Affiliation) -> Sequence[Event]:
    if affiliation.role == command.role:
        return []
    # Whoever was the first and has left comes back like anybody else.
    beginning = command.first and affiliation.term == 0
    if not (command.vouched or affiliation.stands or beginning):
        # Whoever works there reads what the library keeps to itself, and speaks for it.
        raise vouching_needed()
    if command.since > command.at:
        raise Refused("affiliation-begins-later", "who works where is noted on the day or afterwards, not in advance")
    events: list[Event] = []
    earliest = affiliation.free_since
    if affiliation.stands:
        earliest = affiliation.since
        events.append(
            AffiliationEnded(command.library, command.person, affiliation.region, command.since, affiliation.term)
        )
    if earliest is not None and command.since < earliest:
        raise Refused("affiliations-overlap", "at this time an earlier term at this library still ran")
    started = AffiliationStarted(
        command.library, command.person, command.role, command.region, command.since, affiliation.term + 1
    )
    return [*events, started]


def _end(command: EndAffiliation, affiliation: Affiliation) -> Sequence[Event]:
    if affiliation.since is None:
        return []
    if command.until > command.at:
        raise Refused("affiliation-ends-later", "an end is noted on the day or afterwards, not in advance")
    if command.until < affiliation.since:
        raise Refused("affiliation-ends-before-it-began", "the end lies before the beginning")
    return [
        AffiliationEnded(affiliation.library, affiliation.person, affiliation.region, command.until, affiliation.term)
    ]


def evolve(affiliation: Affiliation, event: Any) -> Affiliation:
    """The affiliation after an event."""
    match event:
        case AffiliationStarted():
            return Affiliation(event.library, event.person, event.region, event.role, event.since, event.term)
        case AffiliationEnded():
            return Affiliation(event.library, event.person, event.region, term=event.term, free_since=event.until)
        case _:
            return affiliation


AFFILIATION: Decider[Affiliation] = Decider("affiliation", Affiliation(), decide, evolve)
