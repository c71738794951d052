"""Who was there: the code word, and recording people."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

from services.events.api.parts import RECORD, Parts
from services.events.api.schemas import identity, line
from services.events.domain.attendance import (
    ATTENDANCE,
    BY_COORDINATOR,
    WALK_IN,
    CheckIn,
    IssueCodeWord,
    RecordGuest,
    RecordMember,
)
from services.events.times import moment
from services.events.views.attendance import ATTENDANCE_LISTS
from services.kernel.route import Answer, Request, Route, recorded


class Presence(Schema):
    """Exactly one of: the code word, said by oneself; a member, or a guest, recorded by a coordinator."""

    code = line(required=False, longest=100)
    person = identity(required=False)
    guest = identity(required=False)
    method = fields.String(validate=OneOf([BY_COORDINATOR, WALK_IN]))

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_options: Any) -> None:
        given = [name for name in ("code", "person", "guest") if name in data]
        if len(given) != 1:
            raise ValidationError("Send one of code, person and guest.")
        fitting = {"code": None, "person": BY_COORDINATOR, "guest": WALK_IN}[given[0]]
        if data.get("method", fitting) != fitting:
            raise ValidationError({"method": [f"Does not fit {given[0]}."]})


class CodeShown(Schema):
    activity = fields.String()
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
    method = fields.String()
    at = fields.String()
    by = fields.String(allow_none=True)


class EntryList(Schema):
    items = fields.List(fields.Nested(EntryShown))
    next = fields.String(allow_none=True)


def issue_code(parts: Parts, request: Request) -> Answer:
    standing = parts.planned(request.path["activity"], request.actor)
    held = standing.held
    word = parts.code_words.word(standing.identity)
    command = IssueCodeWord(parts.code_words.digest(standing.identity, word), held)
    answer = recorded(request.take(ATTENDANCE, standing.identity, command), 201)
    # The word goes into this answer and not into the commit's: it is stored nowhere.
    body = {
        "activity": standing.identity,
        "word": word,
        "from": moment(held.opens),
        "until": moment(held.closes),
    }
    return Answer(body, answer.status, answer.version, answer.position)


def record_attendance(parts: Parts, request: Request) -> Answer:
    body = request.body
    standing = parts.activity(request.path["activity"], request.actor)
    command: CheckIn | RecordMember | RecordGuest
    if "code" in body:
        digest = parts.code_words.digest(standing.identity, body["code"])
        command = CheckIn(request.actor.require_person(), digest, request.now, standing.held)
        who = {"person": command.person, "guest": None}
    else:
        request.actor.require(RECORD, standing.plan.region)
        who = {"person": body.get("person"), "guest": body.get("guest")}
        if "person" in body:
            command = RecordMember(body["person"], request.now, standing.held)
        else:
            command = RecordGuest(body["guest"], request.now, standing.held)
    reply = {"activity": standing.identity, **who}
    return recorded(request.take(ATTENDANCE, standing.identity, command, answer=lambda *_: reply), 201)


def list_attendance(parts: Parts, request: Request) -> Answer:
    person = request.actor.require_person()
    standing = parts.activity(request.path["activity"], request.actor)
    document = parts.views.get(ATTENDANCE_LISTS, standing.identity) or {"entries": []}
    entries = document["entries"]
    if not request.actor.may(RECORD, standing.plan.region):
        entries = [entry for entry in entries if entry["person"] == person]
    return Answer({"items": entries, "next": None})


ROUTES = (
    Route(
        "POST",
        "/v1/activities/{activity}/attendance/code",
        issue_code,
        "issue-code-word",
        "The code word for the wall, good around the activity",
        answer=CodeShown(),
        statuses=(201, 403, 404, 422),
    ),
    Route(
        "POST",
        "/v1/activities/{activity}/attendance",
        record_attendance,
        "record-attendance",
        "Check in by code word, or record a member or a guest",
        body=Presence(),
        answer=PresenceShown(),
        statuses=(201, 403, 404, 422),
    ),
    Route(
        "GET",
        "/v1/activities/{activity}/attendance",
        list_attendance,
        "list-attendance",
        "Who was there: all for those who record it, else one's own entry",
        answer=EntryList(),
        statuses=(200, 404),
    ),
)
