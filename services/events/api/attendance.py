"""Who was there: the code word, and recording people."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

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
from services.events.parts import RECORD, Parts, Standing
from services.events.views.attendance import ATTENDANCE_LISTS
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity, line

routes = Routes()

PRESENT = "present"


class SessionOf(Schema):
    session = identity(required=False, load_default=None)


class Presence(Schema):
    """Exactly one of: the code word, said by oneself; a member, or a guest, recorded by a coordinator. ``session`` is one
    of the agenda, by default the one under way; ``state`` excused or absent is of a member who did not come.
    """

    code = line(required=False, longest=100)
    person = identity(required=False)
    guest = identity(required=False)
    session = identity(required=False, load_default=None)
    state = fields.String(load_default=PRESENT, validate=OneOf([PRESENT, EXCUSED, ABSENT]))
    method = fields.String(validate=OneOf([BY_COORDINATOR, WALK_IN]))

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_options: Any) -> None:
        given = [name for name in ("code", "person", "guest") if name in data]
        if len(given) != 1:
            raise ValidationError("Send one of code, person and guest.")
        fitting = {"code": None, "person": BY_COORDINATOR, "guest": WALK_IN}[given[0]]
        if data.get("method", fitting) != fitting:
            raise ValidationError({"method": [f"Does not fit {given[0]}."]})
        if data["state"] != PRESENT and (given[0] != "person" or data["session"]):
            raise ValidationError({"state": ["Only a member can be missing, and of the whole activity."]})
        if data["session"] and given[0] == "code":
            raise ValidationError({"session": ["The word says which session it is."]})


class CodeShown(Schema):
    activity = fields.String()
    session = fields.String(allow_none=True)
    word = fields.String()
    since = fields.String(data_key="from")
    until = fields.String()


class PresenceShown(Schema):
    activity = fields.String()
    person = fields.String(allow_none=True)
    guest = fields.String(allow_none=True)


class EntryShown(Schema):
    person = fields.String(allow_none=True)
    guest = fields.String(allow_none=True)
    state = fields.String(metadata={"description": "present, excused or absent"})
    method = fields.String(allow_none=True)
    sessions = fields.List(fields.String(), metadata={"description": "of the agenda, those attended"})
    at = fields.String()
    by = fields.String(allow_none=True)


class EntryList(Schema):
    items = fields.List(fields.Nested(EntryShown))
    next = fields.String(allow_none=True)


@routes.post(
    "/v1/activities/{activity}/attendance/code", body=SessionOf(), answer=CodeShown(), statuses=(201, 403, 404, 422)
)
def issue_code_word(parts: Parts, request: Request) -> Answer:
    """The code word for the wall, good around the activity, or around one session of its agenda."""
    standing = parts.planned(request.path["activity"], request.actor)
    held, session = standing.held, request.body["session"]
    of = _named(standing.identity, session)
    word = parts.code_words.word(of)
    command = IssueCodeWord(parts.code_words.digest(of, word), held, session)
    answer = recorded(request.take(ATTENDANCE, standing.identity, command), 201)
    # The word goes into this answer and not into the commit's: it is stored nowhere.
    one = held.session(session, held.starts) if session else None
    window = held.at(one) if one else held
    body = {
        "activity": standing.identity,
        "session": session,
        "word": word,
        "from": moment(window.opens),
        "until": moment(window.closes),
    }
    return Answer(body, answer.status, answer.version, answer.position)


@routes.post(
    "/v1/activities/{activity}/attendance", body=Presence(), answer=PresenceShown(), statuses=(201, 403, 404, 422)
)
def record_attendance(parts: Parts, request: Request) -> Answer:
    """Check in by code word, or record a member or a guest."""
    body = request.body
    standing = parts.activity(request.path["activity"], request.actor)
    who = {"person": body.get("person"), "guest": body.get("guest")}
    if "code" in body:
        who["person"] = request.actor.require_person()
    else:
        request.actor.require(RECORD, standing.plan.region)
    reply = {"activity": standing.identity, **who}
    command = _command(parts, request, standing)
    return recorded(request.take(ATTENDANCE, standing.identity, command, answer=lambda *_: reply), 201)


def _command(parts: Parts, request: Request, standing: Standing) -> AttendanceCommand:
    body, held, now = request.body, standing.held, request.now
    if "code" in body:
        digest = parts.code_words.digest(standing.identity, body["code"])
        digests = {
            session.id: parts.code_words.digest(_named(standing.identity, session.id), body["code"])
            for session in held.sessions
        }
        return CheckIn(request.actor.id, digest, now, held, digests)
    if body["state"] != PRESENT:
        return NoteAbsence(body["person"], body["state"], now, held)
    if "person" in body:
        return RecordMember(body["person"], now, held, body["session"])
    return RecordGuest(body["guest"], now, held, body["session"])


def _named(activity: str, session: str | None) -> str:
    return f"{activity}/{session}" if session else activity


@routes.get("/v1/activities/{activity}/attendance", answer=EntryList(), statuses=(200, 404))
def list_attendance(parts: Parts, request: Request) -> Answer:
    """Who was there: all for those who record it, else one's own entry."""
    person = request.actor.require_person()
    standing = parts.activity(request.path["activity"], request.actor)
    document = parts.views.get(ATTENDANCE_LISTS, standing.identity) or {}
    sessions: dict[str, list[str]] = document.get("sessions", {})
    entries = [
        {**entry, "state": PRESENT, "sessions": sorted(_at(sessions, entry["person"] or entry["guest"]))}
        for entry in document.get("entries", ())
    ]
    entries += [{"guest": None, "method": None, "sessions": [], **entry} for entry in document.get("absences", ())]
    if not request.actor.may(RECORD, standing.plan.region):
        entries = [entry for entry in entries if entry["person"] == person]
    return Answer({"items": entries, "next": None})


def _at(sessions: dict[str, list[str]], participant: str) -> list[str]:
    return [session for session, there in sessions.items() if participant in there]
