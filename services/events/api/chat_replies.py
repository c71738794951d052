"""What people write into a chat during a lecture, brought by the gateway: that they are there, and questions.

The chat says which lecture. In a group that nobody may post in people write to the bot itself; then it is the one
lecture that is held at this moment.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.events.api.chat_groups import group_of
from services.events.api.parts import Parts
from services.events.api.questions import LONGEST, QuestionState, asked, lecture
from services.events.domain.attendance import ATTENDANCE, RecordReply
from services.events.domain.chat_group import CHAT_GROUP, EARLY, GRACE, TELEGRAM
from services.events.domain.lecture import RUNNING
from services.events.views.lectures import LECTURES
from services.kernel.policy import Actor
from services.kernel.problem import Refused
from services.kernel.route import Answer, Request, Routes, recorded
from services.kernel.shapes import identity, line, time

routes = Routes()

GATEWAY = "gateway"


class Reply(Schema):
    """Exactly one of ``person`` and ``guest``. ``at`` is when it was written; now, unless given."""

    chat = line(required=False, longest=32, load_default=None, allow_none=True)
    person = identity(required=False)
    guest = identity(required=False)
    at = time(required=False, load_default=None, allow_none=True)

    @validates_schema
    def _one_participant(self, data: dict[str, Any], **_options: Any) -> None:
        if ("person" in data) == ("guest" in data):
            raise ValidationError("Send one of person and guest.")


class ReplyWithText(Reply):
    text = line(longest=LONGEST)


class PresenceRecorded(Schema):
    activity = fields.String()
    title = fields.String()
    person = fields.String(allow_none=True)
    guest = fields.String(allow_none=True)


@routes.post(
    "/internal/lectures/presence", body=Reply(), answer=PresenceRecorded(), public=False, statuses=(201, 403, 422)
)
def record_presence_by_reply(parts: Parts, request: Request) -> Answer:
    """Somebody replied to be there."""
    activity, at = _held(parts, request)
    standing, _ = lecture(parts, activity, request.actor)
    person, guest = request.body.get("person"), request.body.get("guest")
    reply = {"activity": activity, "title": standing.plan.title, "person": person, "guest": guest}
    command = RecordReply(person, guest, at, standing.held)
    return recorded(request.take(ATTENDANCE, activity, command, answer=lambda *_: reply), 201)


@routes.post(
    "/internal/lectures/questions", body=ReplyWithText(), answer=QuestionState(), public=False, statuses=(201, 403, 422)
)
def ask_question_in_chat(parts: Parts, request: Request) -> Answer:
    """Somebody asked in a chat."""
    activity, _ = _held(parts, request)
    standing, held = lecture(parts, activity, request.actor)
    asker = request.body.get("person") or request.body["guest"]
    return asked(parts, request, standing.identity, held, asker)


def _held(parts: Parts, request: Request) -> tuple[str, datetime]:
    """The lecture that a reply belongs to, and when it was written. Raises ``Refused`` where there is none."""
    _only_gateway(request.actor)
    written = request.body["at"]
    at = request.now if written is None else min(written, request.now)
    if request.body["chat"] is None:
        return _the_only_one(parts), at
    group, _ = parts.commands.state(CHAT_GROUP, group_of(request.body["chat"]))
    for activity, (starts, ends) in group.bookings.items():
        if starts - EARLY <= at <= ends + GRACE:
            return activity, at
    raise Refused("no-lecture-in-this-chat", "No lecture is held in this chat at that time.")


def _the_only_one(parts: Parts) -> str:
    found = [
        document["_id"]
        for phase in RUNNING
        for document in parts.views.find(LECTURES, {"phase": phase}, limit=10).items
        if document["group"]["channel"] == TELEGRAM and not document["cancelled"]
    ]
    if not found:
        raise Refused("no-lecture-in-this-chat", "No lecture is held at this time.")
    if len(found) > 1:
        raise Refused("which-lecture", "Several lectures are held at this moment; write in the group of yours.")
    return str(found[0])


def _only_gateway(actor: Actor) -> None:
    actor.require_service(GATEWAY)
