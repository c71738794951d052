"""Attendance: the code word, and recording people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from marshmallow import ValidationError
from marshmallow.validate import OneOf

from services.events.dependencies import RECORD, CurrentActivity, Dependencies
from services.events.domain.attendance import (
    ABSENT,
    ATTENDANCE,
    BY_COORDINATOR,
    EXCUSED,
    WALK_IN,
    AttendanceCommand,
    CheckIn,
    IssueCodeWord,
    NoteAbsence,
    RecordGuest,
    RecordMember,
)
from services.events.views.attendance import ATTENDANCE_LISTS, AttendanceRow
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity, Listing, fill, up_to

routes = Routes()

PRESENT = "present"


@dataclass(frozen=True)
class SessionOf:
    session: Annotated[Identity | None, Described("the session of the agenda; left out for the whole activity")] = None


@dataclass(frozen=True)
class Presence:
    """Exactly one of ``code``, said by the caller, ``person`` and ``guest``, recorded by a coordinator. ``session`` is
    a session of the agenda, by default the session under way. ``state`` excused or absent is for a member who did not
    come.
    """

    code: Annotated[str | Unset, up_to(100), Described("the code word, to check in oneself")] = UNSET
    person: Annotated[Identity | Unset, Described("the member who is recorded")] = UNSET
    guest: Annotated[Identity | Unset, Described("the guest who is recorded")] = UNSET
    session: Annotated[Identity | None, Described("the session of the agenda; the session under way if left out")] = (
        None
    )
    state: Annotated[str, OneOf([PRESENT, EXCUSED, ABSENT]), Described("present, or why not")] = PRESENT
    method: Annotated[str | Unset, OneOf([BY_COORDINATOR, WALK_IN]), Described("how the recorder knows")] = UNSET

    def __post_init__(self) -> None:
        given = [name for name in ("code", "person", "guest") if getattr(self, name) is not UNSET]
        if len(given) != 1:
            raise ValidationError("Send one of code, person and guest.")
        fitting = {"code": None, "person": BY_COORDINATOR, "guest": WALK_IN}[given[0]]
        if self.method is not UNSET and self.method != fitting:
            raise ValidationError({"method": [f"Does not fit {given[0]}."]})
        if self.state != PRESENT and (given[0] != "person" or self.session):
            raise ValidationError({"state": ["Only a member can be missing, and of the whole activity."]})
        if self.session and given[0] == "code":
            raise ValidationError({"session": ["The word says which session it is."]})


@dataclass(frozen=True)
class CodeShown:
    activity: str
    session: str | None
    word: str
    since: Annotated[str, Key("from")]
    until: str


@dataclass(frozen=True)
class PresenceShown:
    activity: str
    person: str | None
    guest: str | None


@dataclass(frozen=True)
class EntryShown:
    person: str | None
    guest: str | None
    state: Annotated[str, Described("present, excused or absent")]
    method: str | None
    sessions: Annotated[tuple[str, ...], Described("of the agenda, those attended")]
    at: str
    by: str | None


class EntryList(Listing[EntryShown]):
    pass


@routes.post("/v1/activities/{activity}/attendance/code", statuses=(201, 403, 404, 422))
def issue_code_word(deps: Dependencies, request: Request[SessionOf]) -> Answer[CodeShown]:
    """Issue the code word that participants type to check in, for the whole activity or for one session.

    Needs ``activities.plan`` in the region. The word is valid around the activity or the session; the answer says from
    when to when. Show the word in the room.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    times, session = current.times, request.body.session
    name = _code_name(current.identity, session)
    word = deps.code_words.word(name)
    command = IssueCodeWord(deps.code_words.digest(name, word), times, session)
    answer = recorded(request.take(ATTENDANCE, current.identity, command), request.success)
    on_agenda = times.session(session, times.starts) if session else None
    window = times.for_session(on_agenda) if on_agenda else times
    code = CodeShown(current.identity, session, word, moment(window.opens), moment(window.closes))
    # The word is stored nowhere, so it goes into this answer and not into the commit's.
    return replace(answer, body=code)


@routes.post("/v1/activities/{activity}/attendance", statuses=(201, 403, 404, 422))
def record_attendance(deps: Dependencies, request: Request[Presence]) -> Answer[PresenceShown]:
    """Check in with a code word, or record that a member or a guest attended.

    A member checks in with ``code``. To record somebody else, send ``person`` or ``guest``, which needs
    ``attendance.record`` in the region.
    """
    body = request.body
    current = deps.activity(request.path["activity"], request.actor)
    if body.code is UNSET:
        request.actor.require(RECORD, current.plan.region)
        shown = PresenceShown(current.identity, body.person or None, body.guest or None)
    else:
        shown = PresenceShown(current.identity, request.actor.require_person(), None)
    command = _attendance_command(deps, request, current)
    return request.outcome(ATTENDANCE, current.identity, command, lambda *_: shown)


def _attendance_command(deps: Dependencies, request: Request[Presence], current: CurrentActivity) -> AttendanceCommand:
    body, times, now = request.body, current.times, request.now
    match body:
        case Presence(code=str(code)):
            digest = deps.code_words.digest(current.identity, code)
            digests = {
                session.id: deps.code_words.digest(_code_name(current.identity, session.id), code)
                for session in times.sessions
            }
            return CheckIn(request.actor.id, digest, now, times, digests)
        case Presence(person=str(person), state=state) if state != PRESENT:
            return NoteAbsence(person, state, now, times)
        case Presence(person=str(person), session=session):
            return RecordMember(person, now, times, session)
        case Presence(guest=guest, session=session):
            assert guest  # ``Presence`` has one of code, person and guest
            return RecordGuest(guest, now, times, session)


def _code_name(activity: str, session: str | None) -> str:
    """The text from which a code word is derived: the activity, or one session of its agenda."""
    return f"{activity}/{session}" if session else activity


@routes.get("/v1/activities/{activity}/attendance", statuses=(200, 404))
def list_attendance(deps: Dependencies, request: Request) -> Answer[EntryList]:
    """List who attended an activity and who was absent.

    Callers with ``attendance.record`` in the region get all entries, other members only their own entry.
    """
    person = request.actor.require_person()
    current = deps.activity(request.path["activity"], request.actor)
    row = deps.views.get(ATTENDANCE_LISTS, current.identity) or AttendanceRow(current.identity)
    entries = [
        fill(EntryShown, each, state=PRESENT, sessions=_attended(row.sessions, each.participant))
        for each in row.entries
    ]
    entries += [fill(EntryShown, each, guest=None, method=None, sessions=()) for each in row.absences]
    if not request.actor.may(RECORD, current.plan.region):
        entries = [entry for entry in entries if entry.person == person]
    return Answer(EntryList(tuple(entries)))


def _attended(sessions: Mapping[str, tuple[str, ...]], participant: str) -> tuple[str, ...]:
    return tuple(sorted(session for session, there in sessions.items() if participant in there))
