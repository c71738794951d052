"""Lectures: planned by agreement, led step by step, closed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from services.events.domain.activity import Activity, RescheduleActivity
from services.events.domain.chat_group import CHAT_GROUP, BookChat, ChatGroup
from services.events.domain.lecture import (
    BY_HAND,
    KIND,
    LECTURE,
    Agreement,
    BeginPresentation,
    Chat,
    CloseLecture,
    Lecture,
    LectureCommand,
    OpenLecture,
    PlanLecture,
    TakeQuestions,
    in_working_hours,
)
from services.events.domain.plan import GUIDE, LEVELS, Place, Plan
from services.events.domain.poll import POLL
from services.events.parts import PLAN, Parts, Standing
from services.kernel.base.problem import Forbidden, Malformed, NotFound, Refused
from services.kernel.base.times import moment
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity, line, time, truth

routes = Routes()

MOST_LISTENERS = 1000


class NewLecture(Schema):
    """Either ``poll``, whose outcome is its time, or ``agreed_otherwise`` with ``starts`` and ``ends``."""

    title = line()
    region = identity()
    group = identity()
    poll = identity(required=False, load_default=None, allow_none=True)
    agreed_otherwise = line(required=False, longest=1000, load_default=None, allow_none=True)
    starts = time(required=False, load_default=None)
    ends = time(required=False, load_default=None)
    units = fields.List(identity(), load_default=list, validate=Length(max=40))
    levels = fields.List(fields.String(validate=OneOf(LEVELS)), load_default=list, validate=Length(max=3))
    open = truth(required=False, load_default=True)
    past = truth(required=False, load_default=False)


class LectureState(Schema):
    activity = fields.String()
    state = fields.String()
    phase = fields.String()
    starts = fields.String()
    ends = fields.String()
    working_hours = fields.Boolean()


@routes.post("/v1/lectures", body=NewLecture(), answer=LectureState(), statuses=(201, 403, 422))
def plan_lecture(parts: Parts, request: Request) -> Answer:
    """Plan a lecture in a group's chat, at a time that was agreed on."""
    body = request.body
    request.actor.require(PLAN, body["region"])
    parts.require_region(body["region"])
    group, _ = parts.commands.state(CHAT_GROUP, body["group"])
    if not group.channel:
        raise Malformed(errors={"group": ["There is no such group."]})
    _require_chat(group, request.actor)
    starts, ends = _agreed_times(parts, body)
    plan = Plan(
        kind=KIND,
        title=body["title"],
        region=body["region"],
        place=Place(body["group"], group.name, group.channel),
        starts=starts,
        ends=ends,
        capacity=MOST_LISTENERS,
        past=body["past"],
        units=tuple(dict.fromkeys(body["units"])),
        levels=tuple(level for level in LEVELS if level in body["levels"]),
        open=body["open"],
    )
    command = PlanLecture(
        plan=plan,
        chat=Chat(body["group"], group.channel, group.chat),
        agreement=Agreement(body["poll"], body["agreed_otherwise"]),
        at=request.now,
        rules=parts.rules(request.now),
    )
    activity = request.new_id("activity")
    if not plan.past and not _refused(command, Lecture()):
        _book(request, body["group"], BookChat(activity, starts, ends))
    commit = request.take(LECTURE, activity, command, answer=_answer(activity))
    return recorded(commit, 201, location=f"/v1/activities/{activity}")


def book_anew(parts: Parts, request: Request, standing: Standing, command: RescheduleActivity) -> None:
    """Book the chat for a lecture that is to be moved; any other kind has none. Raises ``Refused``: ``chat-is-taken``."""
    lecture = standing.activity
    if isinstance(lecture, Lecture) and lecture.chat is not None and not _refused(command, lecture):
        _require_chat(parts.commands.state(CHAT_GROUP, lecture.chat.group)[0], request.actor)
        _book(request, lecture.chat.group, BookChat(standing.identity, command.starts, command.ends))


def _require_chat(group: ChatGroup, actor: Actor) -> None:
    """A lecture keeps a group from posting, so who says when it is plans in the group's region too. Raises ``Forbidden``."""
    if group.region is not None:
        actor.require(PLAN, group.region)


def _book(request: Request, group: str, booking: BookChat) -> None:
    """Before the lecture is planned or moved there: the chat's own stream decides whose it is.

    What a crash in between leaves is put right by the process ``lecture_room``. Raises ``Refused``: ``chat-is-taken``.
    """
    request.also(CHAT_GROUP, group, booking, "chat")


def led(parts: Parts, identity_: str, actor: Actor, *, by_speakers: bool = False) -> Standing:
    """The lecture, if the actor may lead it: who plans there, its guide, and, where they may, its speakers.

    Raises ``NotFound``, ``Unauthorized``, ``Forbidden``.
    """
    standing = parts.activity(identity_, actor)
    if not isinstance(standing.activity, Lecture):
        raise NotFound
    actor.require_person()
    leading = [each.person for each in standing.activity.speakers if by_speakers or each.role == GUIDE]
    if not may_lead(actor, standing.plan.region, leading):
        raise Forbidden(permission=PLAN, region=standing.plan.region)
    return standing


def may_lead(actor: Actor, region: str, leading: Collection[str | None]) -> bool:
    """Whether the actor plans there or is one of those who lead it. Another region's board has no say in it."""
    return actor.kind == "person" and (actor.id in leading or actor.may(PLAN, region))


@routes.post("/v1/activities/{activity}/lecture/open", answer=LectureState(), statuses=(200, 403, 404, 422))
def lecture_open(parts: Parts, request: Request) -> Answer:
    """Open it; from now on nobody else posts in the chat."""
    return _taken(request, led(parts, request.path["activity"], request.actor), OpenLecture(request.now, request.now))


@routes.post("/v1/activities/{activity}/lecture/present", answer=LectureState(), statuses=(200, 403, 404, 422))
def lecture_present(parts: Parts, request: Request) -> Answer:
    """The presentation begins."""
    standing = led(parts, request.path["activity"], request.actor, by_speakers=True)
    return _taken(request, standing, BeginPresentation(request.now))


@routes.post("/v1/activities/{activity}/lecture/take-questions", answer=LectureState(), statuses=(200, 403, 404, 422))
def lecture_take_questions(parts: Parts, request: Request) -> Answer:
    """Questions are answered from now on."""
    standing = led(parts, request.path["activity"], request.actor, by_speakers=True)
    return _taken(request, standing, TakeQuestions(request.now))


@routes.post("/v1/activities/{activity}/lecture/close", answer=LectureState(), statuses=(200, 403, 404, 422))
def lecture_close(parts: Parts, request: Request) -> Answer:
    """Close it; the chat is as it was before."""
    standing = led(parts, request.path["activity"], request.actor)
    return _taken(request, standing, CloseLecture(request.now, BY_HAND))


def _agreed_times(parts: Parts, body: dict[str, Any]) -> tuple[datetime, datetime]:
    """The times that a poll agreed on, or else those that were sent."""
    if body["poll"] is None:
        if body["starts"] is None or body["ends"] is None:
            raise Malformed(errors={"starts": ["Name a poll, or the times that were agreed on."]})
        return body["starts"].astimezone(UTC), body["ends"].astimezone(UTC)
    poll, _ = parts.commands.state(POLL, body["poll"])
    if not poll.options:
        raise Malformed(errors={"poll": ["There is no such poll."]})
    if body["starts"] is not None or body["ends"] is not None or body["agreed_otherwise"] is not None:
        raise Malformed(errors={"poll": ["The poll says when it is: send no times beside it."]})
    if poll.agreed is None:
        raise Malformed(errors={"poll": ["The poll has agreed on nothing."]})
    return poll.agreed.starts, poll.agreed.ends


def _refused(command: PlanLecture | RescheduleActivity, lecture: Lecture) -> bool:
    # What will be refused anyway books no chat before it is.
    try:
        LECTURE.decide(command, lecture)
    except Refused:
        return True
    return False


def _taken(request: Request, standing: Standing, command: LectureCommand) -> Answer:
    return recorded(request.take(LECTURE, standing.identity, command, answer=_answer(standing.identity)))


def state_of(identity_: str, lecture: Activity) -> dict[str, Any]:
    """A lecture as the answer to a command shows it."""
    shown: dict[str, Any] = {"activity": identity_, "state": lecture.state}
    if isinstance(lecture, Lecture) and lecture.plan is not None:
        plan = lecture.plan
        times = {"starts": moment(plan.starts), "ends": moment(plan.ends)}
        shown |= {"phase": lecture.phase, **times, "working_hours": in_working_hours(plan.starts, plan.ends)}
    return shown


def _answer(identity_: str) -> Callable[[Activity, object], dict[str, Any]]:
    return lambda lecture, _events: state_of(identity_, lecture)
