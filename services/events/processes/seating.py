"""Seating: opens the seats of a published activity, and closes registration when the activity starts or is cancelled.

One instance an activity, of any kind. The deadline is the activity's start; rescheduling moves the deadline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.events.domain.activity import (
    CANCELLED,
    ActivityCancelled,
    ActivityPublished,
    ActivityRescheduled,
    CapacityChanged,
)
from services.events.domain.seats import SEATS, STARTED, CloseRegistration, MoveClosing, OpenSeats, ResizeSeats
from services.kernel.base.message import Recorded
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction, Stateless
from services.kernel.declare.view import COMMITS

START = "start"


def instances(recorded: Recorded) -> Sequence[str]:
    """The activity, once it is published: before, it has no seats."""
    match recorded.event:
        case ActivityPublished():
            return [recorded.stream_id]
        case ActivityRescheduled(published=True) | CapacityChanged(published=True) | ActivityCancelled(published=True):
            return [recorded.stream_id]
    return []


def react(state: Stateless, recorded: Recorded) -> Reaction[Stateless]:
    match recorded.event:
        case ActivityPublished(plan=plan):
            seats = OpenSeats(plan.capacity, plan.starts, plan.region)
            return Reaction(state, [Dispatch(SEATS, recorded.stream_id, seats)], _at(plan.starts))
        case ActivityRescheduled(starts=starts):
            return Reaction(state, [Dispatch(SEATS, recorded.stream_id, MoveClosing(starts))], _at(starts))
        case CapacityChanged(capacity=capacity, starts=starts):
            return Reaction(state, [Dispatch(SEATS, recorded.stream_id, ResizeSeats(capacity))], _at(starts))
        case ActivityCancelled():
            return Reaction(state, [Dispatch(SEATS, recorded.stream_id, CloseRegistration(recorded.at, CANCELLED))])
        case DeadlinePassed(instance=activity, due=due):
            return Reaction(state, [Dispatch(SEATS, activity, CloseRegistration(due, STARTED))])
    return Reaction(state)


def _at(starts: datetime) -> Mapping[str, datetime]:
    return {START: starts}


SEATING = ProcessManager(name="seating", state=Stateless, instances=instances, react=react, logs=(COMMITS,))
