"""Lectures: planned by agreement, led step by step, closed."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from marshmallow.validate import Length, OneOf

from services.events.dependencies import PLAN, CurrentActivity, Dependencies
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
from services.kernel.base.problem import Forbidden, Malformed, NotFound, Refused
from services.kernel.base.times import moment
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity, Line, up_to

routes = Routes()

MAX_LISTENERS = 1000


@dataclass(frozen=True)
class NewLecture:
    """Either ``poll``, whose outcome is the lecture's time, or ``agreed_otherwise`` with ``starts`` and ``ends``."""

    title: Line
    region: Identity
    group: Annotated[Identity, Described("the chat group in which it is held")]
    poll: Annotated[Identity | None, Described("the poll that agreed on the time")] = None
    agreed_otherwise: Annotated[str | None, up_to(1000), Described("how the time was agreed on without a poll")] = None
    starts: datetime | None = None
    ends: datetime | None = None
    units: Annotated[tuple[Identity, ...], Length(max=40), Described("units of competence that it teaches")] = ()
    levels: Annotated[
        tuple[Annotated[str, OneOf(LEVELS)], ...],
        Length(max=3),
        Described("education levels that it is for; empty: all"),
    ] = ()
    open: Annotated[bool, Described("whether guests may attend")] = True
    past: Annotated[bool, Described("true for a lecture that was held before it was entered")] = False


@dataclass(frozen=True)
class LectureState:
    activity: str
    state: str
    phase: str
    starts: str
    ends: str
    working_hours: bool


@routes.post("/v1/lectures", statuses=(201, 403, 422))
def plan_lecture(deps: Dependencies, request: Request[NewLecture]) -> Answer[LectureState]:
    """Plan a lecture in a registered chat group, at a time agreed by a poll or in another way.

    Needs ``activities.plan`` in the region. Books the chat, so no other lecture can be planned there at this time.
    """
    body = request.body
    request.actor.require(PLAN, body.region)
    deps.require_region(body.region)
    group, _ = deps.commands.state(CHAT_GROUP, body.group)
    if group is None:
        raise Malformed(errors={"group": ["There is no such group."]})
    _require_chat(group, request.actor)
    starts, ends = _agreed_times(deps, body)
    plan = Plan(
        kind=KIND,
        title=body.title,
        region=body.region,
        place=Place(body.group, group.name, group.channel),
        starts=starts,
        ends=ends,
        capacity=MAX_LISTENERS,
        past=body.past,
        units=tuple(dict.fromkeys(body.units)),
        levels=tuple(level for level in LEVELS if level in body.levels),
        open=body.open,
    )
    command = PlanLecture(
        plan=plan,
        chat=Chat(body.group, group.channel, group.chat),
        agreement=Agreement(body.poll, body.agreed_otherwise),
        at=request.now,
        rules=deps.rules(request.now),
    )
    activity = request.new_id("activity")
    if not plan.past and not _refused(command, None):
        _book(request, body.group, BookChat(activity, starts, ends))
    return request.outcome(LECTURE, activity, command, _lecture_state(activity), location=f"/v1/activities/{activity}")


def book_anew(deps: Dependencies, request: Request[Any], current: CurrentActivity, command: RescheduleActivity) -> None:
    """Book the chat for a lecture that moves to another time; other kinds have no chat. Raises ``Refused``:
    ``chat-is-taken``.
    """
    lecture = current.activity
    if isinstance(lecture, Lecture) and not _refused(command, lecture):
        group, _ = deps.commands.state(CHAT_GROUP, lecture.chat.group)
        assert group is not None  # the lecture was planned in it
        _require_chat(group, request.actor)
        _book(request, lecture.chat.group, BookChat(current.identity, command.starts, command.ends))


def _require_chat(group: ChatGroup, actor: Actor) -> None:
    """Require a planner of the group's region: a lecture keeps the group from posting. Raises ``Forbidden``."""
    if group.region is not None:
        actor.require(PLAN, group.region)


def _book(request: Request[Any], group: str, booking: BookChat) -> None:
    """Book the chat before the lecture is planned or moved: the chat's own stream decides which lecture has the chat.

    After a crash in between, the process ``lecture_room`` corrects the booking. Raises ``Refused``: ``chat-is-taken``.
    """
    request.also(CHAT_GROUP, group, booking, "chat")


def lecture_to_lead(deps: Dependencies, identity: str, actor: Actor, *, by_speakers: bool = False) -> CurrentActivity:
    """The lecture, if the actor may lead it: a planner of the region, the guide, and with ``by_speakers`` a speaker.

    Raises ``NotFound``, ``Unauthorized``, ``Forbidden``.
    """
    current = deps.activity(identity, actor)
    if not isinstance(current.activity, Lecture):
        raise NotFound
    actor.require_person()
    leading = [each.person for each in current.activity.speakers if by_speakers or each.role == GUIDE]
    if not may_lead(actor, current.plan.region, leading):
        raise Forbidden(permission=PLAN, region=current.plan.region)
    return current


def may_lead(actor: Actor, region: str, leading: Collection[str | None]) -> bool:
    """Whether the actor plans in the region or is among ``leading``. The board of another region may not lead."""
    return actor.kind == "person" and (actor.id in leading or actor.may(PLAN, region))


@routes.post("/v1/activities/{activity}/lecture/open", statuses=(200, 403, 404, 422))
def lecture_open(deps: Dependencies, request: Request) -> Answer[LectureState]:
    """Open a lecture; until it is closed only moderators can post in its chat.

    For callers with ``activities.plan`` in the region and for the lecture's guide, from a quarter of an hour before the
    start. On WhatsApp the chat is not changed; the run sheet says what to do.
    """
    return _changed_lecture(
        request, lecture_to_lead(deps, request.path["activity"], request.actor), OpenLecture(request.now, request.now)
    )


@routes.post("/v1/activities/{activity}/lecture/present", statuses=(200, 403, 404, 422))
def lecture_present(deps: Dependencies, request: Request) -> Answer[LectureState]:
    """Begin the presentation of an open lecture.

    For callers with ``activities.plan`` in the region, the guide, and the speakers.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor, by_speakers=True)
    return _changed_lecture(request, current, BeginPresentation(request.now))


@routes.post("/v1/activities/{activity}/lecture/take-questions", statuses=(200, 403, 404, 422))
def lecture_take_questions(deps: Dependencies, request: Request) -> Answer[LectureState]:
    """Begin the questions after the presentation of a lecture.

    For callers with ``activities.plan`` in the region, the guide, and the speakers.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor, by_speakers=True)
    return _changed_lecture(request, current, TakeQuestions(request.now))


@routes.post("/v1/activities/{activity}/lecture/close", statuses=(200, 403, 404, 422))
def lecture_close(deps: Dependencies, request: Request) -> Answer[LectureState]:
    """Close a lecture; the chat gets back the permissions that it had before.

    For callers with ``activities.plan`` in the region and for the lecture's guide. A lecture that nobody closes closes
    itself.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor)
    return _changed_lecture(request, current, CloseLecture(request.now, BY_HAND))


def _agreed_times(deps: Dependencies, body: NewLecture) -> tuple[datetime, datetime]:
    """The times that a poll agreed on, or else the times in the body."""
    if body.poll is None:
        if body.starts is None or body.ends is None:
            raise Malformed(errors={"starts": ["Name a poll, or the times that were agreed on."]})
        return body.starts.astimezone(UTC), body.ends.astimezone(UTC)
    poll, _ = deps.commands.state(POLL, body.poll)
    if poll is None:
        raise Malformed(errors={"poll": ["There is no such poll."]})
    if body.starts is not None or body.ends is not None or body.agreed_otherwise is not None:
        raise Malformed(errors={"poll": ["Send no times with a poll; the poll has them."]})
    if poll.agreed is None:
        raise Malformed(errors={"poll": ["The poll has not agreed on a time."]})
    return poll.agreed.starts, poll.agreed.ends


def _refused(command: PlanLecture | RescheduleActivity, lecture: Lecture | None) -> bool:
    # A command that will be refused books no chat before.
    try:
        LECTURE.decide(command, lecture)
    except Refused:
        return True
    return False


def _changed_lecture(request: Request, current: CurrentActivity, command: LectureCommand) -> Answer[LectureState]:
    return request.outcome(LECTURE, current.identity, command, _lecture_state(current.identity))


def lecture_state(identity: str, lecture: Activity | None) -> LectureState:
    """A lecture as the answer to a command shows it."""
    assert isinstance(lecture, Lecture)  # the command was taken, so the lecture is planned
    plan = lecture.plan
    return LectureState(
        activity=identity,
        state=lecture.state,
        phase=lecture.phase,
        starts=moment(plan.starts),
        ends=moment(plan.ends),
        working_hours=in_working_hours(plan.starts, plan.ends),
    )


def _lecture_state(identity: str) -> Callable[[Activity | None, object], LectureState]:
    return lambda lecture, _events: lecture_state(identity, lecture)
