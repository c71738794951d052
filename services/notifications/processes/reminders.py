"""Reminds all people who have a seat, some hours before the activity starts.

One instance for each activity. Its deadlines are offsets before the start: they are set when the activity is published, and
set anew when the activity is rescheduled. When a deadline passes, the people who have a seat are reminded. A reminder is
unique on (activity, start, offset, person), so nobody is reminded twice of a start that was given up and taken up again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.heard.events import ActivityPublished, ActivityRescheduled
from services.kernel.base.ids import derived_id
from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.notifications.domain.message import Kind
from services.notifications.processes.occasion import Occasion, activity_variables
from services.notifications.processes.people import People, added, removed

OFFSETS = (168, 24, 2)
"""Hours before the start."""


@dataclass(frozen=True)
class ActivityOver:
    """The activity was cancelled or completed."""

    activity: str


@dataclass(frozen=True)
class SeatTaken:
    """A person has a seat, at once or from the line."""

    activity: str
    person: str


@dataclass(frozen=True)
class SeatReleased:
    activity: str
    person: str


HEARD = FactShapes(
    {
        "events.activity-published": ActivityPublished,
        "events.activity-rescheduled": ActivityRescheduled,
        "events.activity-cancelled": ActivityOver,
        "events.activity-completed": ActivityOver,
        "events.seat-taken": SeatTaken,
        "events.seat-promoted": SeatTaken,
        "events.seat-released": SeatReleased,
    }
)


@dataclass(frozen=True, slots=True)
class ReminderState:
    """One activity, its seats and its reminders. ``starts`` and ``ends`` are RFC 3339 texts as the fact told them.

    ``offsets`` are hours before the start. ``ahead`` maps an offset to the time of a coming reminder; ``passed`` are
    (start, offset) of reminders whose time has passed. In both an offset is a text.
    """

    activity: str = ""
    title: str = ""
    starts: str = ""
    ends: str = ""
    venue: str = ""
    region: str | None = None
    offsets: tuple[int, ...] = OFFSETS
    seats: People = ()
    ahead: Mapping[str, str] = field(default_factory=dict)
    passed: tuple[tuple[str, str], ...] = ()

    @property
    def deadlines(self) -> Mapping[str, datetime]:
        """Offset → the time of a reminder that is to come."""
        return {offset: datetime.fromisoformat(due) for offset, due in self.ahead.items()}


def instances(heard: Fact | Recorded) -> Sequence[str]:
    """The activity of a fact. Passed deadlines reach their instance without this function."""
    told = HEARD.read(heard) if isinstance(heard, Fact) else None
    return [] if told is None else [told.activity]


def react(state: ReminderState, heard: Fact | Recorded) -> Reaction[ReminderState]:
    """Remember the activity and its seats, remind when a deadline passes, and set the deadlines of the reminders to come."""
    if isinstance(heard, Recorded):
        return _pass_deadline(state, heard)
    match HEARD.read(heard):
        case ActivityPublished() as published:
            return _without_issues(_with_reminders(_published(state, published, heard.region), heard.at))
        case ActivityRescheduled(_, starts, ends):
            return _without_issues(_with_reminders(replace(state, starts=starts, ends=ends), heard.at))
        case ActivityOver():
            return _without_issues(replace(state, ahead={}, passed=()))
        case SeatTaken(_, person) if person not in state.seats:
            after = replace(state, seats=added(state.seats, person))
            return Reaction(after, _late_reminders(state, person, heard.at), after.deadlines)
        case SeatReleased(_, person):
            return _without_issues(replace(state, seats=removed(state.seats, person)))
    return _without_issues(state)


def _without_issues(state: ReminderState) -> Reaction[ReminderState]:
    return Reaction(state, deadlines=state.deadlines)


def _published(state: ReminderState, published: ActivityPublished, region: str | None) -> ReminderState:
    return replace(
        state,
        activity=published.activity,
        title=published.title,
        starts=published.starts,
        ends=published.ends,
        venue=published.venue.name if published.venue else "",
        region=region,
        offsets=OFFSETS,
    )


def _with_reminders(state: ReminderState, now: datetime) -> ReminderState:
    """Set ``ahead`` to the coming reminders of the present start, without passed reminders."""
    dues = {str(hours): _due(state.starts, hours) for hours in state.offsets}
    ahead = {
        offset: due.isoformat()
        for offset, due in dues.items()
        if due > now and (state.starts, offset) not in state.passed
    }
    return replace(state, ahead=ahead)


def _due(starts: str, hours: int) -> datetime:
    return datetime.fromisoformat(starts) - timedelta(hours=hours)


def _late_reminders(state: ReminderState, person: str, taken: datetime) -> list[Dispatch]:
    """The reminders whose time passed after the seat was taken and before the seat was heard of: they are sent now."""
    late = [offset for starts, offset in state.passed if starts == state.starts and taken <= _due(starts, int(offset))]
    return [dispatch for offset in late for dispatch in _remind(state, offset, [person], taken)]


def _pass_deadline(state: ReminderState, recorded: Recorded) -> Reaction[ReminderState]:
    event = recorded.event
    if not isinstance(event, DeadlinePassed) or state.ahead.get(event.name) != event.due.isoformat():
        return _without_issues(state)  # the reminder was moved while its deadline was on the way
    ahead = {offset: due for offset, due in state.ahead.items() if offset != event.name}
    after = replace(state, ahead=ahead, passed=(*state.passed, (state.starts, event.name)))
    return Reaction(after, _remind(state, event.name, state.seats, recorded.at), after.deadlines)


def _remind(state: ReminderState, offset: str, people: Sequence[str], now: datetime) -> list[Dispatch]:
    """The messages of one reminder, worth sending until the next reminder or the start."""
    if not state.activity:
        raise LookupError("an activity was rescheduled and never published")
    nearer = [hours for hours in state.offsets if hours < int(offset)]
    worth = _due(state.starts, max(nearer, default=0))
    fact = derived_id("reminder", state.activity, state.starts, offset)
    occasion = Occasion(fact, now, state.activity, state.region)
    return occasion.messages(Kind.REMINDER, people, worth, activity_variables(state), shared=True)


REMINDERS = ProcessManager(
    name="reminders",
    state=ReminderState,
    instances=instances,
    react=react,
    logs=(INBOX, COMMITS),
    start="now",
)
