"""Lecture: held in a group's chat at an agreed time, led by the board (R16 to R20).

A lecture has more phases than other kinds: scheduled, announced, opened, presentation, questions, closed, archived. The
life shared by all kinds is ``activity``; ``chat_group`` decides who may post meanwhile, ``question`` keeps the
questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.events.domain import activity
from services.events.domain.activity import CANCELLED, PLANNED, PUBLISHED, Activity
from services.events.domain.chat_group import EARLY, GRACE
from services.events.domain.plan import GUIDE, SPEAKER, Plan, planned
from services.events.domain.rules import RulesInForce
from services.kernel.base.local_time import local
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

KIND = "lecture"

SCHEDULED = "scheduled"
ANNOUNCED = "announced"
OPENED = "opened"
PRESENTATION = "presentation"
QUESTIONS = "questions"
CLOSED = "closed"
ARCHIVED = "archived"
RUNNING = (OPENED, PRESENTATION, QUESTIONS)

BY_HAND = "hand"
DEADLINE = "deadline"

WORK_BEGINS, WORK_ENDS = 7, 15
"""The hours of a school, Monday to Friday."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the time was agreed on: by a ``poll``, or ``otherwise``, in words."""

    poll: str | None = None
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """The group, its channel (telegram or whatsapp), and Telegram's id of the chat."""

    group: str
    channel: str
    chat: str | None = None


@dataclass(frozen=True, slots=True)
class PlanLecture(Command):
    """The plan's place is the group."""

    plan: Plan
    chat: Chat
    agreement: Agreement
    at: datetime
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class OpenLecture(Command):
    """The moderator greets the group; afterwards only posts of the lecture are allowed. ``at`` is the moment of the
    greeting: ``now``, or earlier where the signal was bad.
    """

    at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class BeginPresentation(Command):
    at: datetime


@dataclass(frozen=True, slots=True)
class TakeQuestions(Command):
    at: datetime


@dataclass(frozen=True, slots=True)
class CloseLecture(Command):
    """``why`` is hand or deadline."""

    at: datetime
    why: str


LectureCommand = PlanLecture | OpenLecture | BeginPresentation | TakeQuestions | CloseLecture


@dataclass(frozen=True, slots=True)
class LecturePlanned(Event):
    """``working_hours``: the lecture takes people from their daily work (R20), as the planner knew."""

    plan: Plan
    chat: Chat
    agreement: Agreement
    working_hours: bool
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class LectureAnnounced(Event):
    chat: Chat
    title: str
    starts: datetime
    region: str


@dataclass(frozen=True, slots=True)
class LectureOpened(Event):
    """``until`` is the latest end."""

    chat: Chat
    at: datetime
    until: datetime
    region: str


@dataclass(frozen=True, slots=True)
class PresentationBegun(Event):
    at: datetime


@dataclass(frozen=True, slots=True)
class QuestionsTaken(Event):
    at: datetime


@dataclass(frozen=True, slots=True)
class LectureClosed(Event):
    chat: Chat
    at: datetime
    why: str
    region: str


@dataclass(frozen=True, slots=True)
class LectureArchived(Event):
    region: str


LectureEvent = (
    LecturePlanned
    | LectureAnnounced
    | LectureOpened
    | PresentationBegun
    | QuestionsTaken
    | LectureClosed
    | LectureArchived
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lecture(Activity):
    """``phase`` is how far the lecture has come, ``chat`` where the lecture is held."""

    phase: str = SCHEDULED
    chat: Chat

    @property
    def running(self) -> bool:
        """Whether the lecture is under way."""
        return self.phase in RUNNING and self.state == PUBLISHED


def decide(command: LectureCommand | activity.ActivityCommand, lecture: Lecture | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown lecture."""
    if isinstance(command, PlanLecture):
        return [] if lecture else _plan(command)
    if lecture is None:
        raise NotFound
    match command:
        case OpenLecture():
            return _open(command, lecture)
        case BeginPresentation(at=at):
            return _next(lecture, after=OPENED, to=PRESENTATION, event=PresentationBegun(at))
        case TakeQuestions(at=at):
            return _next(lecture, after=PRESENTATION, to=QUESTIONS, event=QuestionsTaken(at))
        case CloseLecture():
            return _close(command, lecture)
        case activity.RescheduleActivity() if lecture.phase in {*RUNNING, CLOSED}:
            raise Refused("lecture-has-begun", "The lecture has been opened and can no longer be moved.")
        case activity.PublishActivity() if lecture.state == PLANNED:
            _ready(lecture)
            told = activity.decide(command, lecture)
            return [*told, LectureAnnounced(lecture.chat, lecture.plan.title, lecture.plan.starts, lecture.plan.region)]
        case activity.CompleteActivity() if lecture.state == PUBLISHED:
            return _archive(command, lecture)
        case _:
            pass  # the other commands are decided as for every activity
    return activity.decide(command, lecture)


def evolve(lecture: Lecture | None, event: LectureEvent | activity.ActivityEvent) -> Lecture:
    """The lecture after an event."""
    if isinstance(event, LecturePlanned):
        return Lecture(plan=event.plan, chat=event.chat)
    assert lecture is not None  # a lecture's first event is LecturePlanned
    match event:
        case LectureAnnounced():
            return replace(lecture, phase=ANNOUNCED)
        case LectureOpened():
            return replace(lecture, phase=OPENED)
        case PresentationBegun():
            return replace(lecture, phase=PRESENTATION)
        case QuestionsTaken():
            return replace(lecture, phase=QUESTIONS)
        case LectureClosed():
            return replace(lecture, phase=CLOSED)
        case LectureArchived():
            return replace(lecture, phase=ARCHIVED)
        case _:
            return activity.evolve(lecture, event)


LECTURE: Decider[Lecture | None] = Decider("lecture", None, decide, evolve)


def in_working_hours(starts: datetime, ends: datetime) -> bool:
    """Whether any part falls on a school day between seven and three, local time."""
    begins, finishes = local(starts), local(ends)
    day = begins.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < finishes:
        working = day.weekday() < 5
        if working and begins < day + timedelta(hours=WORK_ENDS) and finishes > day + timedelta(hours=WORK_BEGINS):
            return True
        day += timedelta(days=1)
    return False


def _plan(command: PlanLecture) -> Sequence[Event]:
    if not (command.agreement.poll or command.agreement.otherwise):
        raise Refused(
            "lecture-needs-agreement", "Name the poll that agreed on the time, or say how the time was agreed on."
        )
    plan = planned(command.plan, command.at)
    busy = in_working_hours(plan.starts, plan.ends)
    return [LecturePlanned(plan, command.chat, command.agreement, busy, command.rules)]


def _ready(lecture: Lecture) -> None:
    if not any(speaker.role == SPEAKER for speaker in lecture.speakers):
        raise Refused("lecture-needs-a-speaker", "Assign a speaker first.")
    if not any(speaker.role == GUIDE and speaker.from_board for speaker in lecture.speakers):
        raise Refused(
            "moderator-from-the-board",
            "A lecture is led by a member of the board; assign a member of the board as guide.",
        )


def _open(command: OpenLecture, lecture: Lecture) -> Sequence[Event]:
    plan = lecture.plan
    _is_public(lecture)
    if lecture.phase != ANNOUNCED:
        return [] if lecture.phase == OPENED else _out_of_order(lecture)
    if command.at < plan.starts - EARLY:
        raise Refused("too-early-to-open", "A lecture can be opened from a quarter of an hour before its start.")
    if command.at >= plan.ends:
        raise Refused("lecture-is-over", "The time of the lecture is over; move the lecture to another time.")
    return [LectureOpened(lecture.chat, command.at, max(plan.ends, command.now) + GRACE, plan.region)]


def _next(lecture: Lecture, after: str, to: str, event: Event) -> Sequence[Event]:
    _is_public(lecture)
    if lecture.phase == to:
        return []
    return [event] if lecture.phase == after else _out_of_order(lecture)


def _close(command: CloseLecture, lecture: Lecture) -> Sequence[Event]:
    if lecture.phase in {CLOSED, ARCHIVED} or lecture.state == CANCELLED:
        return []
    if not lecture.running:
        return _out_of_order(lecture)
    return [LectureClosed(lecture.chat, command.at, command.why, lecture.plan.region)]


def _archive(command: activity.CompleteActivity, lecture: Lecture) -> Sequence[Event]:
    if lecture.phase != CLOSED and not lecture.plan.past:
        raise Refused("lecture-not-closed", "Close the lecture first.")
    return [*activity.decide(command, lecture), LectureArchived(lecture.plan.region)]


def _is_public(lecture: Lecture) -> None:
    if lecture.state == CANCELLED:
        raise Refused("activity-cancelled", "The activity is cancelled.")
    if lecture.state == PLANNED:
        raise Refused("not-published-yet", "The activity is not published yet.")


def _out_of_order(lecture: Lecture) -> Sequence[Event]:
    why = "A lecture is opened first, then presented, then takes questions."
    raise Refused("lecture-out-of-order", why, phase=lecture.phase)
