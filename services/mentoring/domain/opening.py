"""How a case begins and ends, and who goes along.

The id of a case is made of its library and how many it had before, so the rule that a library has one open case at a
time is its stream's own: two who open at the same moment meet on the same stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.mentoring.domain.case import CLOSED, OPEN, Library, Mentorship, Note
from services.mentoring.domain.template import SMOOTH, WANTED

LEAD, COMPANION = "lead", "co-mentor"
BY_WISH, BY_CONSULTATION = "wish", "consultation"


@dataclass(frozen=True, slots=True)
class OpenMentorship(Command):
    """``by`` wishes it for the library; ``how`` is ``wish``, or ``consultation`` where one was promoted."""

    library: Library
    software: str
    template: str
    by: str
    wish: Note | None = None
    how: str = BY_WISH
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class AssignMentor(Command):
    """``role`` is lead or co-mentor. Who leads takes the place of who led before."""

    mentor: str
    role: str


@dataclass(frozen=True, slots=True)
class ReleaseMentor(Command):
    mentor: str


@dataclass(frozen=True, slots=True)
class CloseMentorship(Command):
    """``why`` is smooth, withdrawn or moved. Only what runs smoothly is closed as such (R10)."""

    why: str
    by: str


@dataclass(frozen=True, slots=True)
class MentorshipOpened(Event):
    """``origin`` is the consultation that it came from."""

    library: Library
    software: str
    template: str
    by: str
    wish: Note | None
    how: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class MentorAssigned(Event):
    """``team`` is all who go along from then on, the one who leads first."""

    library: Library
    mentor: str
    role: str
    team: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MentorReleased(Event):
    """Where the one who led is released, the next in the ``team`` leads."""

    library: Library
    mentor: str
    team: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MentorshipClosed(Event):
    library: Library
    why: str
    by: str


OpeningCommand = OpenMentorship | AssignMentor | ReleaseMentor | CloseMentorship
OpeningEvent = MentorshipOpened | MentorAssigned | MentorReleased | MentorshipClosed


def decide(command: OpeningCommand, case: Mentorship) -> Sequence[Event]:
    """What follows. Raises ``Refused`` and ``NotFound``."""
    match command:
        case OpenMentorship():
            return _open(command, case)
        case AssignMentor():
            return _assign(command, case)
        case ReleaseMentor(mentor=mentor):
            library, rest = case.running, tuple(one for one in case.mentors if one != mentor)
            return [MentorReleased(library, mentor, rest)] if mentor in case.mentors else []
        case CloseMentorship():
            return _close(command, case)
        case _:
            assert_never(command)


def evolve(case: Mentorship, event: OpeningEvent) -> Mentorship:
    """The case after an event."""
    match event:
        case MentorshipOpened():
            return replace(case, state=OPEN, library=event.library, template=event.template, stage=WANTED)
        case MentorAssigned(team=team) | MentorReleased(team=team):
            # What a mentor proposed goes with the mentor; what whoever leads the region proposed does not.
            left = case.proposed_by in case.mentors and case.proposed_by not in team
            return replace(case, mentors=team, proposed_by="" if left else case.proposed_by)
        case MentorshipClosed():
            return replace(case, state=CLOSED, links={}, evidence_key="")
        case _:
            assert_never(event)


def _open(command: OpenMentorship, case: Mentorship) -> Sequence[Event]:
    if case.state:
        raise Refused("one-mentorship-per-library", "This library is accompanied already.")
    return [
        MentorshipOpened(
            command.library, command.software, command.template, command.by, command.wish, command.how, command.origin
        )
    ]


def _assign(command: AssignMentor, case: Mentorship) -> Sequence[Event]:
    library = case.running
    leads = case.mentors[:1] == (command.mentor,)
    if leads if command.role == LEAD else command.mentor in case.mentors:
        return []
    if command.role == COMPANION and not case.mentors:
        raise Refused("nobody-leads-yet", "Name the mentor who leads first.")
    former = case.mentors[:1] if command.role == LEAD else ()
    rest = tuple(one for one in case.mentors if one != command.mentor and (one,) != former)
    team = (command.mentor, *rest) if command.role == LEAD else (*rest, command.mentor)
    return [MentorAssigned(library, command.mentor, command.role, team)]


def _close(command: CloseMentorship, case: Mentorship) -> Sequence[Event]:
    if case.library is None:
        raise NotFound
    if case.state == CLOSED:
        return []
    if command.why == SMOOTH and case.stage != SMOOTH:
        raise Refused("not-smooth-yet", "It is accompanied until automation really runs smoothly.")
    return [MentorshipClosed(case.library, command.why, command.by)]
