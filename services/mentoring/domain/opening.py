"""How a case begins and ends, and which mentors accompany the library.

The id of a case is made of its library and the number of cases before it. So two people who open a case at the same moment
write to the same stream, and the library has one open case at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.mentoring.domain.case import CLOSED, Library, Mentorship, Note
from services.mentoring.domain.template import SMOOTH, WANTED

LEAD, COMPANION = "lead", "co-mentor"
BY_WISH, BY_CONSULTATION = "wish", "consultation"


@dataclass(frozen=True, slots=True)
class OpenMentorship(Command):
    """``by`` wishes the case for the library. ``how`` is wish, or consultation for the ``origin`` that was promoted."""

    library: Library
    software: str
    template: str
    by: str
    wish: Note | None = None
    how: str = BY_WISH
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class AssignMentor(Command):
    """``role`` is lead or co-mentor. A new lead replaces the former."""

    mentor: str
    role: str


@dataclass(frozen=True, slots=True)
class ReleaseMentor(Command):
    mentor: str


@dataclass(frozen=True, slots=True)
class CloseMentorship(Command):
    """``why`` is smooth, withdrawn or moved. A case is closed as smooth only when the automation runs smoothly (R10)."""

    why: str
    by: str


@dataclass(frozen=True, slots=True)
class MentorshipOpened(Event):
    """``origin`` is the promoted consultation."""

    library: Library
    software: str
    template: str
    by: str
    wish: Note | None
    how: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class MentorAssigned(Event):
    """``team`` is all mentors from then on, the lead first."""

    library: Library
    mentor: str
    role: str
    team: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MentorReleased(Event):
    """When the lead is released, the next in the ``team`` leads."""

    library: Library
    mentor: str
    team: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MentorshipClosed(Event):
    library: Library
    why: str
    by: str


TeamCommand = AssignMentor | ReleaseMentor | CloseMentorship
TeamEvent = MentorAssigned | MentorReleased | MentorshipClosed


def open_case(command: OpenMentorship, case: Mentorship | None) -> Sequence[Event]:
    """Raises ``Refused`` for a case that was opened before, also for a closed case."""
    if case is not None:
        raise Refused("one-mentorship-per-library", "This library has an open mentorship already.")
    return [
        MentorshipOpened(
            command.library, command.software, command.template, command.by, command.wish, command.how, command.origin
        )
    ]


def opened(event: MentorshipOpened) -> Mentorship:
    """The case with which a history begins."""
    return Mentorship(event.library, event.template, stage=WANTED)


def decide(command: TeamCommand, case: Mentorship) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``."""
    match command:
        case AssignMentor():
            return _assign(command, case)
        case ReleaseMentor(mentor=mentor):
            case.require_open()
            rest = tuple(each for each in case.mentors if each != mentor)
            return [MentorReleased(case.library, mentor, rest)] if mentor in case.mentors else []
        case CloseMentorship():
            return _close(command, case)
        case _:
            assert_never(command)


def evolve(case: Mentorship, event: TeamEvent) -> Mentorship:
    """The case after an event."""
    match event:
        case MentorAssigned(team=team) | MentorReleased(team=team):
            # A mentor's proposal ends when the mentor leaves. The regional coordinator's does not: no mentor has left.
            left = case.proposed_by in case.mentors and case.proposed_by not in team
            return replace(case, mentors=team, proposed_by=None if left else case.proposed_by)
        case MentorshipClosed():
            return replace(case, state=CLOSED, links={}, evidence_key=None)
        case _:
            assert_never(event)


def _assign(command: AssignMentor, case: Mentorship) -> Sequence[Event]:
    case.require_open()
    leads = case.mentors[:1] == (command.mentor,)
    if leads if command.role == LEAD else command.mentor in case.mentors:
        return []
    if command.role == COMPANION and not case.mentors:
        raise Refused("nobody-leads-yet", "Assign a leading mentor first.")
    former = case.mentors[:1] if command.role == LEAD else ()
    rest = tuple(each for each in case.mentors if each != command.mentor and (each,) != former)
    team = (command.mentor, *rest) if command.role == LEAD else (*rest, command.mentor)
    return [MentorAssigned(case.library, command.mentor, command.role, team)]


def _close(command: CloseMentorship, case: Mentorship) -> Sequence[Event]:
    if case.state == CLOSED:
        return []
    if command.why == SMOOTH and case.stage != SMOOTH:
        raise Refused("not-smooth-yet", "The library's automation does not yet run smoothly.")
    return [MentorshipClosed(case.library, command.why, command.by)]
