"""Messages that people write into a chat during a lecture, brought by the gateway: presence, and questions.

The chat says which lecture. Where nobody may post in the group, people write to the bot; then the message belongs to
the only lecture under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from marshmallow import ValidationError

from services.events.api.chat_groups import group_of
from services.events.api.questions import MAX_QUESTION_LENGTH, QuestionState, current_lecture, put_question
from services.events.dependencies import Dependencies
from services.events.domain.attendance import ATTENDANCE, RecordReply
from services.events.domain.chat_group import CHAT_GROUP, EARLY, GRACE, TELEGRAM
from services.events.domain.lecture import RUNNING
from services.events.views.lectures import LECTURES
from services.kernel.base.problem import Refused
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Unset
from services.kernel.declare.shapes import Identity, up_to

GATEWAY = "gateway"
routes = Routes()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """Exactly one of ``person`` and ``guest``. ``at`` is when the message was written, by default now."""

    chat: Annotated[str, up_to(32)] | None = None
    person: Identity | Unset = UNSET
    guest: Identity | Unset = UNSET
    at: datetime | None = None

    def __post_init__(self) -> None:
        if (self.person is UNSET) == (self.guest is UNSET):
            raise ValidationError("Send one of person and guest.")

    @property
    def participant(self) -> str:
        return self.person or self.guest or ""


@dataclass(frozen=True, kw_only=True)
class ReplyWithText(Reply):
    text: Annotated[str, up_to(MAX_QUESTION_LENGTH)]


@dataclass(frozen=True)
class PresenceRecorded:
    activity: str
    title: str
    person: str | None
    guest: str | None


@routes.post("/internal/lectures/presence", public=False, statuses=(201, 403, 422))
def record_presence_by_reply(deps: Dependencies, request: Request[Reply]) -> Answer[PresenceRecorded]:
    """Record that somebody attends a lecture, because the person replied to its message in the chat.

    Only the gateway may call this.
    """
    activity, at = _lecture_of_reply(deps, request)
    current, _ = current_lecture(deps, activity, request.actor)
    person, guest = request.body.person or None, request.body.guest or None
    shown = PresenceRecorded(activity, current.plan.title, person, guest)
    command = RecordReply(person, guest, at, current.times)
    return request.outcome(ATTENDANCE, activity, command, lambda *_: shown)


@routes.post("/internal/lectures/questions", public=False, statuses=(201, 403, 422))
def ask_question_in_chat(deps: Dependencies, request: Request[ReplyWithText]) -> Answer[QuestionState]:
    """Add a question that somebody asked in a lecture's chat to the lecture's queue of questions.

    Only the gateway may call this.
    """
    activity, _ = _lecture_of_reply(deps, request)
    current, held = current_lecture(deps, activity, request.actor)
    asker, text = request.body.participant, request.body.text
    return put_question(deps, request, current.identity, held, asker=asker, text=text)


def _lecture_of_reply(deps: Dependencies, request: Request[Any]) -> tuple[str, datetime]:
    """The lecture that a reply belongs to, and when the reply was written. Raises ``Refused`` where no lecture is under
    way.
    """
    _only_gateway(request.actor)
    written = request.body.at
    at = request.now if written is None else min(written, request.now)
    if request.body.chat is None:
        return _only_lecture_under_way(deps), at
    group, _ = deps.commands.state(CHAT_GROUP, group_of(request.body.chat))
    for activity, (starts, ends) in (group.bookings if group else {}).items():
        if starts - EARLY <= at <= ends + GRACE:
            return activity, at
    raise Refused("no-lecture-in-this-chat", "No lecture is held in this chat at that time.")


def _only_lecture_under_way(deps: Dependencies) -> str:
    found = [
        row.activity
        for phase in RUNNING
        for row in deps.views.find(LECTURES, {"phase": phase}, limit=10).items
        if row.group.channel == TELEGRAM and not row.cancelled
    ]
    if not found:
        raise Refused("no-lecture-in-this-chat", "No lecture is held at this time.")
    if len(found) > 1:
        raise Refused("which-lecture", "Several lectures are held at this moment; write in the group of the lecture.")
    return found[0]


def _only_gateway(actor: Actor) -> None:
    actor.require_service(GATEWAY)
