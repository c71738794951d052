"""Lecture room: the chat is booked at the planning of a lecture, restricted from the opening on, and freed at the end.

One instance a lecture. The planner's request books the chat first, so that two lectures cannot have the same chat. This
process corrects a crash in between: a booking without a lecture is released, a booking at other times than the
lecture's is moved. A lecture that nobody closes is closed when its time is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.events.domain.activity import ActivityCancelled, ActivityRescheduled
from services.events.domain.chat_group import CHAT_GROUP, BookChat, ChatBooked, ReleaseChat, WantFree, WantRestricted
from services.events.domain.lecture import (
    DEADLINE,
    LECTURE,
    CloseLecture,
    LectureClosed,
    LectureOpened,
    LecturePlanned,
)
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment, read
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS

OVER = "over"
BOOKED = "booked"
BOOKING_TIMEOUT = timedelta(minutes=10)
"""How long a booking may stand without its lecture: the planner's request is repeated until then."""

_LECTURES = f"{LECTURE.name}-"


@dataclass(frozen=True)
class Room:
    """The chat of a lecture; "" stands for unknown. ``booked`` is the group of a booking whose lecture is not planned
    yet; ``group``, ``starts`` and ``ends`` are the planned lecture's; ``until`` is set while the lecture is under way.
    Times are moments.
    """

    booked: str = ""
    group: str = ""
    starts: str = ""
    ends: str = ""
    until: str = ""

    @property
    def closing_deadline(self) -> Mapping[str, datetime]:
        """The deadline that closes a lecture under way."""
        return {OVER: read(self.until)} if self.until else {}


def instances(recorded: Recorded) -> Sequence[str]:
    """The lecture."""
    match recorded.event:
        case ChatBooked(lecture=lecture):
            return [lecture]
        case LecturePlanned() | LectureOpened() | LectureClosed():
            return [recorded.stream_id]
        case ActivityRescheduled() | ActivityCancelled() if recorded.stream.startswith(_LECTURES):
            return [recorded.stream_id]
    return []


def react(state: Room, recorded: Recorded) -> Reaction[Room]:
    event, lecture = recorded.event, recorded.stream_id
    match event:
        case ChatBooked():
            return _booked(state, recorded, event)
        case LecturePlanned(plan=plan, chat=chat):
            planned = Room(group=chat.group, starts=moment(plan.starts), ends=moment(plan.ends))
            booking = Dispatch(CHAT_GROUP, chat.group, BookChat(lecture, plan.starts, plan.ends))
            return Reaction(planned, [] if plan.past else [booking])
        case ActivityRescheduled(starts=starts, ends=ends):
            moved = replace(state, starts=moment(starts), ends=moment(ends))
            return Reaction(moved, [Dispatch(CHAT_GROUP, state.group, BookChat(lecture, starts, ends))])
        case ActivityCancelled():
            return Reaction(state, [Dispatch(CHAT_GROUP, state.group, ReleaseChat(lecture, recorded.at))])
        case LectureOpened(chat=chat, until=until):
            restricting = Dispatch(CHAT_GROUP, chat.group, WantRestricted(lecture, until, event.at))
            return Reaction(replace(state, until=moment(until)), [restricting], {OVER: until})
        case LectureClosed(chat=chat):
            return Reaction(replace(state, until=""), [Dispatch(CHAT_GROUP, chat.group, WantFree(lecture, event.at))])
        case DeadlinePassed():
            return _passed(state, event)
    return Reaction(state)


def _booked(state: Room, recorded: Recorded, event: ChatBooked) -> Reaction[Room]:
    if not state.group:
        return Reaction(Room(booked=recorded.stream_id), deadlines={BOOKED: recorded.at + BOOKING_TIMEOUT})
    if (state.starts, state.ends) == (moment(event.starts), moment(event.ends)):
        return Reaction(state, deadlines=state.closing_deadline)
    return Reaction(state, deadlines={**state.closing_deadline, BOOKED: recorded.at + BOOKING_TIMEOUT})


def _passed(state: Room, event: DeadlinePassed) -> Reaction[Room]:
    lecture, due = event.instance, event.due
    if event.name == OVER:
        free = Dispatch(CHAT_GROUP, state.group, WantFree(lecture, due))
        return Reaction(replace(state, until=""), [free, Dispatch(LECTURE, lecture, CloseLecture(due, DEADLINE))])
    if not state.group:
        return Reaction(state, [Dispatch(CHAT_GROUP, state.booked, ReleaseChat(lecture, due))])
    as_planned = BookChat(lecture, read(state.starts), read(state.ends))
    return Reaction(state, [Dispatch(CHAT_GROUP, state.group, as_planned)], state.closing_deadline)


LECTURE_ROOM = ProcessManager(name="lecture-room", state=Room, instances=instances, react=react, logs=(COMMITS,))
