"""Attendance: who was there, by a code word on the wall, by a coordinator's list, or as a guest who walked in.

One aggregate for all kinds, keyed by the activity. The code word itself is in no event: only its digest under a key that
is outside the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from services.events.domain.activity import CANCELLED, PLANNED
from services.kernel.decider import Decider
from services.kernel.message import Command, Event
from services.kernel.problem import Refused

BEFORE = timedelta(minutes=30)
"""How long before the start the code word is good, and a list may be begun: people come early."""
AFTER = timedelta(hours=2)
"""How long after the end the code word is good: the signal was bad, the walk home is long."""

BY_CODE = "code"
BY_COORDINATOR = "coordinator"
WALK_IN = "walk-in"


@dataclass(frozen=True, slots=True)
class Held:
    """The activity as it stands at this moment: its state, region and times. They move with a rescheduling, and the
    window of the code word with them.
    """

    state: str
    region: str
    starts: datetime
    ends: datetime

    @property
    def opens(self) -> datetime:
        """From when on people may be recorded."""
        return self.starts - BEFORE

    @property
    def closes(self) -> datetime:
        """Until when the code word is good."""
        return self.ends + AFTER


@dataclass(frozen=True, slots=True)
class IssueCodeWord(Command):
    """``digest`` stands for the word."""

    digest: str
    held: Held


@dataclass(frozen=True, slots=True)
class CheckIn(Command):
    """A person says the word; ``digest`` is the digest of what was said."""

    person: str
    digest: str
    at: datetime
    held: Held


@dataclass(frozen=True, slots=True)
class RecordMember(Command):
    """A coordinator saw the person there."""

    person: str
    at: datetime
    held: Held


@dataclass(frozen=True, slots=True)
class RecordGuest(Command):
    """A coordinator adds somebody who is nobody's member; ``guest`` is a participant id."""

    guest: str
    at: datetime
    held: Held


AttendanceCommand = IssueCodeWord | CheckIn | RecordMember | RecordGuest


@dataclass(frozen=True, slots=True)
class CodeWordIssued(Event):
    digest: str


@dataclass(frozen=True, slots=True)
class AttendanceRecorded(Event):
    """Either ``person`` or ``guest``. ``method`` is code, coordinator or walk-in."""

    person: str | None
    guest: str | None
    method: str
    region: str


AttendanceEvent = CodeWordIssued | AttendanceRecorded


@dataclass(frozen=True, slots=True)
class Attendance:
    """Who was there. ``digest`` is empty until a code word is issued."""

    digest: str = ""
    persons: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()


def decide(command: AttendanceCommand, attendance: Attendance) -> Sequence[Event]:
    """What follows; somebody recorded twice was there once. Raises ``Refused``."""
    match command:
        case IssueCodeWord(digest=digest, held=held):
            _takes_place(held)
            return [] if digest == attendance.digest else [CodeWordIssued(digest)]
        case CheckIn():
            return _check_in(command, attendance)
        case RecordMember(person=person, held=held):
            _may_be_recorded(command.at, held)
            known = person in attendance.persons
            return [] if known else [AttendanceRecorded(person, None, BY_COORDINATOR, held.region)]
        case RecordGuest(guest=guest, held=held):
            _may_be_recorded(command.at, held)
            known = guest in attendance.guests
            return [] if known else [AttendanceRecorded(None, guest, WALK_IN, held.region)]
        case _:
            assert_never(command)


def evolve(attendance: Attendance, event: AttendanceEvent) -> Attendance:
    """The attendance after an event."""
    match event:
        case CodeWordIssued(digest=digest):
            return replace(attendance, digest=digest)
        case AttendanceRecorded(person=person, guest=guest):
            return replace(
                attendance,
                persons=attendance.persons | ({person} if person else frozenset()),
                guests=attendance.guests | ({guest} if guest else frozenset()),
            )
        case _:
            assert_never(event)


ATTENDANCE: Decider[Attendance] = Decider("attendance", Attendance(), decide, evolve)


def _check_in(command: CheckIn, attendance: Attendance) -> Sequence[Event]:
    if command.person in attendance.persons:
        return []
    _takes_place(command.held)
    if not command.held.opens <= command.at <= command.held.closes:
        raise Refused("outside-the-code-window", "The code word is good around the activity only.")
    if not attendance.digest or command.digest != attendance.digest:
        raise Refused("wrong-code-word", "This is not the code word.")
    return [AttendanceRecorded(command.person, None, BY_CODE, command.held.region)]


def _may_be_recorded(at: datetime, held: Held) -> None:
    _takes_place(held)
    if at < held.opens:
        raise Refused("not-started-yet", "It has not started yet.")


def _takes_place(held: Held) -> None:
    if held.state == PLANNED:
        raise Refused("not-published-yet", "It is not published yet.")
    if held.state == CANCELLED:
        raise Refused("activity-cancelled", "It was cancelled.")
