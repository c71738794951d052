"""The life that all kinds of activity share: planned, published, then completed or cancelled.

Each kind has its own module (``gathering``, ``workshop``, ``lecture``) with its events of planning and its rules. The
kind judges a command first and then calls ``decide`` here. Seats and attendance are aggregates of their own (``seats``,
``attendance``), keyed by the activity and the same for all kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, TypeVar, assert_never

from services.events.domain.plan import BOARD, GUIDE, Plan, Session, Speaker, planned
from services.events.domain.rules import RulesInForce
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused

PLANNED = "planned"
PUBLISHED = "published"
CANCELLED = "cancelled"
COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """An activity of any kind, once planned. ``topic`` is None for kinds without a topic."""

    plan: Plan
    state: str = PLANNED
    topic: str | None = None
    speakers: tuple[Speaker, ...] = ()


ActivityT = TypeVar("ActivityT", bound=Activity)


@dataclass(frozen=True, slots=True)
class AssignSpeaker(Command):
    """``from_board`` and ``rules`` hold as of now."""

    person: str
    role: str
    from_board: bool
    rules: RulesInForce
    category: str | None = None
    competence: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class WithdrawSpeaker(Command):
    """The person does not lead or speak after all."""

    person: str


@dataclass(frozen=True, slots=True)
class ChangeCapacity(Command):
    """Another number of seats."""

    capacity: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PublishActivity(Command):
    """``venue_confirmed``: the host has said yes to this activity."""

    at: datetime
    rules: RulesInForce
    venue_confirmed: bool


@dataclass(frozen=True, slots=True)
class RescheduleActivity(Command):
    starts: datetime
    ends: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelActivity(Command):
    reason: str


@dataclass(frozen=True, slots=True)
class CompleteActivity(Command):
    """``present`` and ``guests`` count the people recorded by now, members and guests apart."""

    at: datetime
    present: int
    guests: int


ActivityCommand = (
    AssignSpeaker | WithdrawSpeaker | ChangeCapacity
    | PublishActivity | RescheduleActivity | CancelActivity | CompleteActivity
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpeakerAssigned(Event):
    """A guide takes the former guide's place; speakers stand beside each other."""

    schema: ClassVar[int] = 2
    speaker: Speaker
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class SpeakerWithdrawn(Event):
    """The person neither leads nor speaks any more."""

    person: str


@dataclass(frozen=True, slots=True)
class CapacityChanged(Event):
    """``published``: the seats are open and follow. ``starts`` is the activity's start, unchanged."""

    capacity: int
    starts: datetime
    published: bool


@dataclass(frozen=True, slots=True)
class ActivityPublished(Event):
    """The plan as published, and the rules in force at the publishing. ``topic`` is "" for kinds without a topic."""

    schema: ClassVar[int] = 2
    plan: Plan
    topic: str
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class ActivityRescheduled(Event):
    """``was`` is the former start, ``sessions`` the agenda at the new times. Other services hear of the change only if
    ``published``.
    """

    schema: ClassVar[int] = 2
    starts: datetime
    ends: datetime
    was: datetime
    region: str
    published: bool
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityCancelled(Event):
    reason: str
    topic: str
    region: str
    published: bool


@dataclass(frozen=True, slots=True)
class ActivityCompleted(Event):
    topic: str
    region: str
    present: int
    guests: int


ActivityEvent = (
    SpeakerAssigned | SpeakerWithdrawn | CapacityChanged
    | ActivityPublished | ActivityRescheduled | ActivityCancelled | ActivityCompleted
)  # fmt: skip


def decide(command: ActivityCommand, activity: Activity) -> Sequence[Event]:
    """The resulting events, for an activity of any kind. Raises ``Refused``."""
    match command:
        case AssignSpeaker():
            return _assign(command, activity)
        case WithdrawSpeaker(person=person):
            _still_open(activity)
            return [SpeakerWithdrawn(person)] if any(each.person == person for each in activity.speakers) else []
        case ChangeCapacity():
            return _change_capacity(command, activity, activity.plan)
        case PublishActivity():
            return _publish(command, activity, activity.plan)
        case RescheduleActivity():
            return _reschedule(command, activity, activity.plan)
        case CancelActivity():
            return _cancel(command, activity, activity.plan)
        case CompleteActivity():
            return _complete(command, activity, activity.plan)
        case _:
            assert_never(command)


def evolve(activity: ActivityT, event: ActivityEvent) -> ActivityT:
    """The activity after an event."""
    match event:
        case SpeakerAssigned(speaker=speaker):
            return replace(activity, speakers=(*_without(activity.speakers, speaker), speaker))
        case SpeakerWithdrawn(person=person):
            return replace(activity, speakers=tuple(each for each in activity.speakers if each.person != person))
        case CapacityChanged(capacity=capacity):
            return replace(activity, plan=replace(activity.plan, capacity=capacity))
        case ActivityPublished(plan=plan):
            return replace(activity, state=PUBLISHED, plan=plan)
        case ActivityRescheduled(starts=starts, ends=ends):
            return replace(activity, plan=activity.plan.moved(starts, ends))
        case ActivityCancelled():
            return replace(activity, state=CANCELLED)
        case ActivityCompleted():
            return replace(activity, state=COMPLETED)
        case _:
            assert_never(event)


def _assign(command: AssignSpeaker, activity: Activity) -> Sequence[Event]:
    _still_open(activity)
    category = command.category or (BOARD if command.from_board else "practitioner")
    if category == BOARD and not command.from_board:
        raise Refused("not-of-the-board", "This person holds no office of the board.")
    speaker = Speaker(command.person, command.role, category, command.from_board, command.competence, command.name)
    if speaker in activity.speakers:
        return []
    return [SpeakerAssigned(speaker, command.rules)]


def _change_capacity(command: ChangeCapacity, activity: Activity, plan: Plan) -> Sequence[Event]:
    _still_open(activity)
    if command.capacity == plan.capacity:
        return []
    if activity.state == PUBLISHED and plan.starts <= command.at:
        raise Refused("registration-closed", "Registration is closed.")
    return [CapacityChanged(command.capacity, plan.starts, activity.state == PUBLISHED)]


def _publish(command: PublishActivity, activity: Activity, plan: Plan) -> Sequence[Event]:
    if activity.state == PUBLISHED:
        return []
    _still_open(activity)
    if plan.starts <= command.at and not plan.past:
        raise Refused("starts-in-the-past", "The start is in the past; record a past activity instead.")
    return [ActivityPublished(plan, activity.topic or "", command.rules)]


def _reschedule(command: RescheduleActivity, activity: Activity, plan: Plan) -> Sequence[Event]:
    _still_open(activity)
    moved = planned(plan.moved(command.starts, command.ends), command.at)
    if plan.sessions and moved.ends - moved.starts != plan.ends - plan.starts:
        raise Refused(
            "agenda-moves-whole", "The new time must be as long as the old time, because the agenda moves as a whole."
        )
    if moved == plan:
        return []
    if not plan.past and plan.starts <= command.at and activity.state == PUBLISHED:
        raise Refused("already-started", "The activity has started and can no longer be moved.")
    if not plan.past and moved.starts <= command.at:
        raise Refused("starts-in-the-past", "The activity cannot be moved into the past.")
    published = activity.state == PUBLISHED
    return [ActivityRescheduled(moved.starts, moved.ends, plan.starts, plan.region, published, moved.sessions)]


def _cancel(command: CancelActivity, activity: Activity, plan: Plan) -> Sequence[Event]:
    if activity.state == CANCELLED:
        return []
    _still_open(activity)
    return [ActivityCancelled(command.reason, activity.topic or "", plan.region, activity.state == PUBLISHED)]


def _complete(command: CompleteActivity, activity: Activity, plan: Plan) -> Sequence[Event]:
    if activity.state == COMPLETED:
        return []
    _still_open(activity)
    if activity.state != PUBLISHED:
        raise Refused("not-published-yet", "The activity is not published; only a published activity can be completed.")
    if command.at < plan.starts:
        raise Refused("not-started-yet", "The activity has not started yet.")
    return [ActivityCompleted(activity.topic or "", plan.region, command.present, command.guests)]


def _still_open(activity: Activity) -> None:
    if activity.state == CANCELLED:
        raise Refused("activity-cancelled", "The activity is cancelled.")
    if activity.state == COMPLETED:
        raise Refused("activity-completed", "The activity is completed.")


def _without(speakers: Sequence[Speaker], newcomer: Speaker) -> Sequence[Speaker]:
    return [
        standing
        for standing in speakers
        if standing.role != newcomer.role or (newcomer.role != GUIDE and standing.person != newcomer.person)
    ]
