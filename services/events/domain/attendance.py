"""Attendance: people who were there, by a code word on the wall, a coordinator's list, or as guests who walked in.

One aggregate for all kinds, keyed by the activity. Where the activity has an agenda, each session has its own code word
and list, and a participant of one session attended the activity; the number of sessions decides about the certificate.
No event holds the code word: events hold its digest, under a key that is outside the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from services.events.domain.activity import CANCELLED, PLANNED
from services.events.domain.activity_times import ActivityTimes
from services.events.domain.plan import Session
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

BY_CODE = "code"
BY_COORDINATOR = "coordinator"
WALK_IN = "walk-in"
BY_REPLY = "reply"

EXCUSED = "excused"
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class IssueCodeWord(Command):
    """``digest`` is the word's. With an agenda the word is for one session."""

    digest: str
    times: ActivityTimes
    session: str | None = None


@dataclass(frozen=True, slots=True)
class CheckIn(Command):
    """A person says a word. ``digest`` is the word's digest for the activity, ``digests`` its digest for each session."""

    person: str
    digest: str
    at: datetime
    times: ActivityTimes
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordMember(Command):
    """A coordinator saw the person there. ``session`` None: at the session under way."""

    person: str
    at: datetime
    times: ActivityTimes
    session: str | None = None


@dataclass(frozen=True, slots=True)
class RecordGuest(Command):
    """A coordinator adds a person who is no member; ``guest`` is a participant id."""

    guest: str
    at: datetime
    times: ActivityTimes
    session: str | None = None


@dataclass(frozen=True, slots=True)
class RecordReply(Command):
    """Either ``person`` or ``guest`` wrote in the chat of a lecture to be there."""

    person: str | None
    guest: str | None
    at: datetime
    times: ActivityTimes


@dataclass(frozen=True, slots=True)
class NoteAbsence(Command):
    """An expected person did not come; ``state`` is excused or absent."""

    person: str
    state: str
    at: datetime
    times: ActivityTimes


AttendanceCommand = IssueCodeWord | CheckIn | RecordMember | RecordGuest | RecordReply | NoteAbsence


@dataclass(frozen=True, slots=True)
class CodeWordIssued(Event):
    digest: str


@dataclass(frozen=True, slots=True)
class AttendanceRecorded(Event):
    """Either ``person`` or ``guest``. ``method`` is code, coordinator, walk-in or reply."""

    person: str | None
    guest: str | None
    method: str
    region: str


@dataclass(frozen=True, slots=True)
class SessionCodeWordIssued(Event):
    session: str
    digest: str


@dataclass(frozen=True, slots=True)
class SessionAttended(Event):
    """``participant`` is a guest's id if ``guest``, else a person's. ``AttendanceRecorded`` says that the participant
    came at all.
    """

    session: str
    participant: str
    guest: bool
    method: str
    region: str


@dataclass(frozen=True, slots=True)
class AbsenceNoted(Event):
    """``state`` is excused or absent. A person who is recorded afterwards was there."""

    person: str
    state: str
    region: str


AttendanceEvent = CodeWordIssued | AttendanceRecorded | SessionCodeWordIssued | SessionAttended | AbsenceNoted


@dataclass(frozen=True, slots=True)
class Attendance:
    """``digest`` is None until a code word is issued. By session: ``digests`` of the words, and the participants in
    ``sessions``. ``absences`` holds excused or absent by person.
    """

    digest: str | None = None
    persons: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    digests: Mapping[str, str] = field(default_factory=dict)
    sessions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    absences: Mapping[str, str] = field(default_factory=dict)

    def attended(self, participants: Collection[str]) -> int:
        """The number of sessions that at least one of the participants attended."""
        return sum(not there.isdisjoint(participants) for there in self.sessions.values())


def decide(command: AttendanceCommand, attendance: Attendance) -> Sequence[Event]:
    """The resulting events; a second record of the same person changes nothing. Raises ``Refused``."""
    match command:
        case IssueCodeWord():
            return _issue(command, attendance)
        case CheckIn():
            return _check_in(command, attendance)
        case RecordMember(person=person, times=times, session=session):
            _may_be_recorded(command.at, times)
            return _present(attendance, times.region, person, BY_COORDINATOR, times.session(session, command.at))
        case RecordGuest(guest=guest, times=times, session=session):
            _may_be_recorded(command.at, times)
            return _present(attendance, times.region, guest, WALK_IN, times.session(session, command.at))
        case RecordReply():
            return _reply(command, attendance)
        case NoteAbsence():
            return _note_absence(command, attendance)
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
                absences={who: state for who, state in attendance.absences.items() if who != person},
                persons=attendance.persons | ({person} if person else frozenset()),
                guests=attendance.guests | ({guest} if guest else frozenset()),
            )
        case SessionCodeWordIssued(session=session, digest=digest):
            return replace(attendance, digests={**attendance.digests, session: digest})
        case SessionAttended(session=session, participant=participant):
            there = attendance.sessions.get(session, frozenset()) | {participant}
            return replace(attendance, sessions={**attendance.sessions, session: there})
        case AbsenceNoted(person=person, state=state):
            return replace(attendance, absences={**attendance.absences, person: state})
        case _:
            assert_never(event)


ATTENDANCE: Decider[Attendance] = Decider("attendance", Attendance(), decide, evolve)


def _issue(command: IssueCodeWord, attendance: Attendance) -> Sequence[Event]:
    _takes_place(command.times)
    if not command.times.sessions:
        return [] if command.digest == attendance.digest else [CodeWordIssued(command.digest)]
    if command.session is None:
        raise Refused("name-the-session", "Say which session the code word is for.")
    session = command.times.session(command.session, command.times.starts)
    assert session is not None
    known = attendance.digests.get(session.id) == command.digest
    return [] if known else [SessionCodeWordIssued(session.id, command.digest)]


def _check_in(command: CheckIn, attendance: Attendance) -> Sequence[Event]:
    times = command.times
    if times.sessions:
        said = {identity for identity, digest in attendance.digests.items() if command.digests.get(identity) == digest}
        sessions = [session for session in times.sessions if session.id in said]
        if not sessions:
            _takes_place(times)
            raise Refused("wrong-code-word", "This is not the code word.")
        session = sessions[0]
        if command.person not in attendance.sessions.get(session.id, ()):
            _within(command.at, times.for_session(session))
        return _present(attendance, times.region, command.person, BY_CODE, session)
    if command.person in attendance.persons:
        return []
    _within(command.at, times)
    if command.digest != attendance.digest:
        raise Refused("wrong-code-word", "This is not the code word.")
    return _present(attendance, times.region, command.person, BY_CODE, None)


def _present(
    attendance: Attendance, region: str, participant: str, method: str, session: Session | None
) -> Sequence[Event]:
    guest = method == WALK_IN
    happened: list[Event] = []
    if participant not in (attendance.guests if guest else attendance.persons):
        happened.append(
            AttendanceRecorded(None if guest else participant, participant if guest else None, method, region)
        )
    if session is not None and participant not in attendance.sessions.get(session.id, ()):
        happened.append(SessionAttended(session.id, participant, guest, method, region))
    return happened


def _reply(command: RecordReply, attendance: Attendance) -> Sequence[Event]:
    _takes_place(command.times)
    if not command.times.opens <= command.at <= command.times.closes:
        raise Refused("outside-the-reply-window", "A reply counts only while the lecture is held.")
    if command.person in attendance.persons or command.guest in attendance.guests:
        return []
    return [AttendanceRecorded(command.person, command.guest, BY_REPLY, command.times.region)]


def _note_absence(command: NoteAbsence, attendance: Attendance) -> Sequence[Event]:
    _may_be_recorded(command.at, command.times)
    if command.person in attendance.persons:
        raise Refused("was-there", "This person is recorded as present.")
    if attendance.absences.get(command.person) == command.state:
        return []
    return [AbsenceNoted(command.person, command.state, command.times.region)]


def _within(at: datetime, times: ActivityTimes) -> None:
    _takes_place(times)
    if not times.opens <= at <= times.closes:
        raise Refused("outside-the-code-window", "The code word is valid only around the time of the activity.")


def _may_be_recorded(at: datetime, times: ActivityTimes) -> None:
    _takes_place(times)
    if at < times.opens:
        raise Refused("not-started-yet", "The activity has not started yet.")


def _takes_place(times: ActivityTimes) -> None:
    if times.state == PLANNED:
        raise Refused("not-published-yet", "The activity is not published yet.")
    if times.state == CANCELLED:
        raise Refused("activity-cancelled", "The activity is cancelled.")
