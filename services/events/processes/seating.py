"""Seating: opens the seats of what is published, and closes registration when it starts or is cancelled.

One instance an activity, of any kind. Its deadline is the start; rescheduling moves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.events.domain.activity import (
    CANCELLED,
    ActivityCancelled,
    ActivityPublished,
    ActivityRescheduled,
    CapacityChanged,
)
from services.events.domain.seats import SEATS, STARTED, CloseRegistration, MoveClosing, OpenSeats, ResizeSeats
from services.kernel.base.message import Recorded
from services.kernel.declare.process import DeadlinePassed, Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS

START = "start"


def instances(recorded: Recorded) -> Sequence[str]:
    """The activity; what is only planned has no seats yet."""
    match recorded.event:
        case ActivityPublished():
            return [recorded.stream_id]
        case ActivityRescheduled(published=True) | CapacityChanged(published=True) | ActivityCancelled(published=True):
            return [recorded.stream_id]
    return []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """What follows; ``state`` is empty, for all that is needed stands in the events."""
    match recorded.event:
        case ActivityPublished(plan=plan):
            seats = OpenSeats(plan.capacity, plan.starts, plan.region)
            return Reaction(state, [Issue(SEATS, recorded.stream_id, seats)], _at(plan.starts))
        case ActivityRescheduled(starts=starts):
            return Reaction(state, [Issue(SEATS, recorded.stream_id, MoveClosing(starts))], _at(starts))
        case CapacityChanged(capacity=capacity, starts=starts):
            return Reaction(state, [Issue(SEATS, recorded.stream_id, ResizeSeats(capacity))], _at(starts))
        case ActivityCancelled():
            return Reaction(state, [Issue(SEATS, recorded.stream_id, CloseRegistration(recorded.at, CANCELLED))])
        case DeadlinePassed(instance=activity, due=due):
            return Reaction(state, [Issue(SEATS, activity, CloseRegistration(due, STARTED))])
    return Reaction(state)


def _at(starts: datetime) -> dict[str, datetime]:
    return {START: starts}


SEATING = ProcessManager(name="seating", instances=instances, react=react, logs=(COMMITS,))
