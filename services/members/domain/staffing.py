"""Staffing: the first person ever at a library.

One stream a library. The first person starts alone, without colleagues to confirm. Later people need a colleague or a
keeper of the region's libraries. The first person is recorded once: a library without staff does not get a new first
person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class NoteStaff(Command):
    """``person`` begins to work at the library. ``vouched``: a colleague or a keeper of the region's libraries confirms
    this.
    """

    person: str
    vouched: bool


@dataclass(frozen=True, slots=True)
class FirstStaffNoted(Event):
    """``person`` is the first person at the library."""

    person: str


@dataclass(frozen=True, slots=True)
class Staffing:
    first: str


def decide(command: NoteStaff, staffing: Staffing | None) -> Sequence[Event]:
    """A person who is not vouched for must be the first of all."""
    if staffing is None:
        return [FirstStaffNoted(command.person)]
    if not command.vouched and staffing.first != command.person:
        raise vouching_needed()
    return []


def vouching_needed() -> Refused:
    """The refusal of a start without a colleague's word, for both streams that check the rule."""
    return Refused(
        "colleague-vouches", "Other people work or worked at this library; a colleague or a coordinator must enter you."
    )


def evolve(_staffing: Staffing | None, event: FirstStaffNoted) -> Staffing:
    return Staffing(event.person)


STAFFING: Decider[Staffing | None] = Decider("staffing", None, decide, evolve)
