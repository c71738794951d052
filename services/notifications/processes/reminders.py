"""Reminds everybody who has a seat, some hours before the activity starts.

One instance an activity. Its deadlines are offsets before the start: they are set when it is published and set anew when it is
rescheduled, and whoever has a seat when a deadline passes is reminded. A reminder is unique on (activity, start, offset,
person), so nobody is reminded twice of a start that was given up and taken up again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import DeadlinePassed, Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.notifications.domain.message import Kind
from services.notifications.processes.occasion import Occasion, shown
from services.notifications.processes.stored_state import People, StoredState, added, removed

OFFSETS = (168, 24, 2)
"""Hours before the start, where the community's rules name none."""


@dataclass(frozen=True, slots=True)
class ReminderState:
    """One activity, its seats and its reminders. ``starts`` and ``ends`` are RFC 3339 texts as the fact told them.

    ``offsets`` are hours before the start. ``ahead`` maps an offset to the time of a reminder that is to come; ``passed``
    are (start, offset) of the reminders that have had their time. In both an offset is a text.
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


REMINDER_STATE = StoredState(ReminderState, sparse=False)
Heard = tuple[ReminderState, Sequence[Issue]]


def _with_reminders(state: ReminderState, now: datetime) -> ReminderState:
    """Set ``ahead`` to the reminders of this start that are to come, without those that have had their time."""
    dues = {str(hours): _due(state.starts, hours) for hours in state.offsets}
    ahead = {
        offset: due.isoformat()
        for offset, due in dues.items()
        if due > now and (state.starts, offset) not in state.passed
    }
    return replace(state, ahead=ahead)


def _due(starts: str, hours: int) -> datetime:
    return datetime.fromisoformat(starts) - timedelta(hours=hours)


def _hear_publication(state: ReminderState, fact: Fact) -> Heard:
    data = fact.data
    after = replace(
        state,
        activity=data["activity"],
        title=data["title"],
        starts=data["starts"],
        ends=data["ends"],
        venue=(data.get("venue") or {}).get("name", ""),
        region=fact.region,
        offsets=tuple((data.get("rules") or {}).get("reminder_hours") or OFFSETS),
    )
    return _with_reminders(after, fact.at), ()


def _hear_schedule(state: ReminderState, fact: Fact) -> Heard:
    return _with_reminders(replace(state, starts=fact.data["starts"], ends=fact.data["ends"]), fact.at), ()


def _hear_end(state: ReminderState, _fact: Fact) -> Heard:
    return replace(state, ahead={}, passed=()), ()


def _hear_seat(state: ReminderState, fact: Fact) -> Heard:
    """Add the seat. A seat taken up to a reminder's time and heard of after it is reminded now: the order in which the seat
    and the deadline are heard of makes no difference.
    """
    person = fact.data["person"]
    if person in state.seats:
        return state, ()
    late = [
        offset for starts, offset in state.passed if starts == state.starts and fact.at <= _due(starts, int(offset))
    ]
    issues = [issue for offset in late for issue in _remind(state, offset, [person], fact.at)]
    return replace(state, seats=added(state.seats, person)), issues


def _hear_release(state: ReminderState, fact: Fact) -> Heard:
    return replace(state, seats=removed(state.seats, fact.data["person"])), ()


HEARS: Mapping[str, Callable[[ReminderState, Fact], Heard]] = {
    "events.activity-published": _hear_publication,
    "events.activity-rescheduled": _hear_schedule,
    "events.activity-cancelled": _hear_end,
    "events.activity-completed": _hear_end,
    "events.seat-taken": _hear_seat,
    "events.seat-promoted": _hear_seat,
    "events.seat-released": _hear_release,
}


def _pass_deadline(state: ReminderState, recorded: Recorded) -> Heard:
    event = recorded.event
    if not isinstance(event, DeadlinePassed) or state.ahead.get(event.name) != event.due.isoformat():
        return state, ()  # the reminder was moved while this was on its way
    ahead = {offset: due for offset, due in state.ahead.items() if offset != event.name}
    after = replace(state, ahead=ahead, passed=(*state.passed, (state.starts, event.name)))
    return after, _remind(state, event.name, state.seats, recorded.at)


def _remind(state: ReminderState, offset: str, people: Sequence[str], now: datetime) -> list[Issue]:
    """The messages of one reminder, worth sending until the next reminder or the start."""
    if not state.activity:
        raise LookupError("an activity was rescheduled and never published")
    nearer = [hours for hours in state.offsets if hours < int(offset)]
    worth = _due(state.starts, max(nearer, default=0))
    fact = derived_id("reminder", state.activity, state.starts, offset)
    occasion = Occasion(fact, now, state.activity, state.region)
    return occasion.messages(Kind.REMINDER, people, worth, shown(state), shared=True)


def instances(heard: Fact | Recorded) -> Sequence[str]:
    """The activity, for a fact that has a row."""
    return [heard.data["activity"]] if isinstance(heard, Fact) and heard.name in HEARS else []


def react(document: Mapping[str, Any], heard: Fact | Recorded) -> Reaction:
    """What an activity's state becomes, the reminders that are due, and the deadlines of those to come. Pure."""
    state = REMINDER_STATE.read(document)
    hear = _pass_deadline(state, heard) if isinstance(heard, Recorded) else HEARS[heard.name](state, heard)
    after, issues = hear
    deadlines = {offset: datetime.fromisoformat(due) for offset, due in after.ahead.items()}
    return Reaction(REMINDER_STATE.write(after, document), issues, deadlines)


REMINDERS = ProcessManager(name="reminders", instances=instances, react=react, logs=(INBOX, COMMITS), start="now")
