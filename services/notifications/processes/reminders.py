"""Reminds who has a seat, some time before it starts.

One instance an activity. Its deadlines are the offsets before the start, set when it is published and again when it is
rescheduled; whoever has a seat when one passes is reminded. A reminder is unique on (activity, start, offset, person),
so a start that was left and taken up again reminds nobody of it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from services.kernel.ids import derived_id
from services.kernel.message import Fact, Recorded
from services.kernel.process import DeadlinePassed, Issue, ProcessManager, Reaction
from services.kernel.view import COMMITS, INBOX
from services.notifications.domain.message import Kind
from services.notifications.processes.hearing import State, added, removed
from services.notifications.processes.telling import Occasion

OFFSETS = (168, 24, 2)
"""Hours before the start, where the community's rules name none."""

HEARD = frozenset(
    f"events.{kind}"
    for kind in (
        "activity-published",
        "activity-rescheduled",
        "activity-cancelled",
        "activity-completed",
        "seat-taken",
        "seat-promoted",
        "seat-released",
    )
)


def instances(heard: Fact | Recorded) -> Sequence[str]:
    """The activity."""
    return [heard.data["activity"]] if isinstance(heard, Fact) and heard.name in HEARD else []


def react(state: State, heard: Fact | Recorded) -> Reaction:
    """``state``: ``activity``, ``title``, ``starts``, ``ends``, ``venue``, ``region``, ``offsets``; ``seats``; ``ahead``,
    the reminders that are to come (offset → time); ``passed``, those that have had their time (start and offset).
    """
    if isinstance(heard, Recorded):
        return _pass(state, heard)
    after, issues = HEAR[heard.type](state, heard)
    return _standing(after, issues)


def _standing(state: State, issues: Sequence[Issue]) -> Reaction:
    deadlines = {name: datetime.fromisoformat(due) for name, due in state.get("ahead", {}).items()}
    return Reaction(state, issues, deadlines)


Heard = tuple[State, Sequence[Issue]]


def _hear_publication(state: State, fact: Fact) -> Heard:
    data = fact.data
    offsets = list((data.get("rules") or {}).get("reminder_hours") or OFFSETS)
    activity = {name: data[name] for name in ("activity", "title", "starts", "ends")}
    venue = (data.get("venue") or {}).get("name", "")
    after = {**state, **activity, "venue": venue, "region": fact.region, "offsets": offsets}
    return {**after, "ahead": _ahead(after, fact.at)}, ()


def _hear_schedule(state: State, fact: Fact) -> Heard:
    after = {**state, "starts": fact.data["starts"], "ends": fact.data["ends"]}
    return {**after, "ahead": _ahead(after, fact.at)}, ()


def _hear_end(state: State, _fact: Fact) -> Heard:
    return {**state, "ahead": {}, "passed": []}, ()


def _hear_seat(state: State, fact: Fact) -> Heard:
    """A seat taken up to a reminder's time and heard of behind it is reminded now: at the very moment the order in which
    the seat and the deadline are heard of makes no difference.
    """
    person = fact.data["person"]
    if person in state.get("seats", []):
        return state, ()
    late = [
        name
        for starts, name in state.get("passed", [])
        if starts == state["starts"] and fact.at <= _due(starts, int(name))
    ]
    issues = [issue for name in late for issue in _remind(state, name, [person], fact.at)]
    return added(state, "seats", person), issues


def _hear_release(state: State, fact: Fact) -> Heard:
    return removed(state, "seats", fact.data["person"]), ()


HEAR: Mapping[str, Callable[[State, Fact], Heard]] = {
    "activity-published": _hear_publication,
    "activity-rescheduled": _hear_schedule,
    "activity-cancelled": _hear_end,
    "activity-completed": _hear_end,
    "seat-taken": _hear_seat,
    "seat-promoted": _hear_seat,
    "seat-released": _hear_release,
}


def _due(starts: str, hours: int) -> datetime:
    return datetime.fromisoformat(starts) - timedelta(hours=hours)


def _ahead(state: State, now: datetime) -> dict[str, str]:
    """The reminders of this start that are to come. One that has had its time has had it, though the start was left
    meanwhile and taken up again.
    """
    dues = {str(hours): _due(state["starts"], hours) for hours in state.get("offsets", OFFSETS)}
    passed = state.get("passed", [])
    return {name: due.isoformat() for name, due in dues.items() if due > now and [state["starts"], name] not in passed}


def _pass(state: State, recorded: Recorded) -> Reaction:
    event = recorded.event
    if not isinstance(event, DeadlinePassed) or state.get("ahead", {}).get(event.name) != event.due.isoformat():
        return _standing(state, ())  # it was moved while this was on its way
    ahead = {name: due for name, due in state["ahead"].items() if name != event.name}
    after = {**state, "ahead": ahead, "passed": [*state.get("passed", []), [state["starts"], event.name]]}
    return _standing(after, _remind(state, event.name, state.get("seats", []), recorded.at))


def _remind(state: State, name: str, people: Sequence[str], now: datetime) -> list[Issue]:
    """Worth sending until the next reminder, or the start, takes its place."""
    nearer = [hours for hours in state["offsets"] if hours < int(name)]
    worth = _due(state["starts"], max(nearer, default=0))
    fact = derived_id("reminder", state["activity"], state["starts"], name)
    occasion = Occasion(fact, now, state["activity"], state["region"])
    shown = {field: state[field] for field in ("title", "starts", "ends", "venue")}
    return occasion.tell(Kind.REMINDER, people, worth, shown, shared=True)


REMINDERS = ProcessManager(name="reminders", instances=instances, react=react, logs=(INBOX, COMMITS), start="now")
