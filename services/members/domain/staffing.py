"""Who was the first to work at a library: once for all, and never again when everybody has left.

One stream a library. The first may say so alone, for nobody else could; whoever comes later is vouched for by a colleague
who works there, or noted down by who keeps the region's libraries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class NoteStaff(Command):
    """``person`` begins to work there. ``vouched``: somebody who works there says so, or who keeps the region's libraries."""

    person: str
    vouched: bool


@dataclass(frozen=True, slots=True)
class FirstStaffNoted(Event):
    """``person`` is the first who was said to work there."""

    person: str


@dataclass(frozen=True, slots=True)
class Staffing:
    """``first`` is the person who was the first at the library."""

    first: str


def decide(command: NoteStaff, staffing: Staffing | None) -> Sequence[Event]:
    """A person who is not vouched for must be the first of all."""
    if staffing is None:
        return [FirstStaffNoted(command.person)]
    if not command.vouched and staffing.first != command.person:
        raise vouching_needed()
    return []


def vouching_needed() -> Refused:
    """The rule, as each stream says it that judges by it."""
    return Refused(
        "colleague-vouches", "somebody works or worked there already; a colleague or the coordinator notes you down"
    )


def evolve(_staffing: Staffing | None, event: FirstStaffNoted) -> Staffing:
    """Who was the first, after an event."""
    return Staffing(event.person)


STAFFING: Decider[Staffing | None] = Decider("staffing", None, decide, evolve)
