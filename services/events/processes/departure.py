"""Departure: the seats of somebody who is erased go to those who come next.

One instance a person or guest. State: ``{person, seats: [activities]}``; what has begun already is judged by the seats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.events.domain.seats import SEATS, PlacedInLine, ReleaseSeat, SeatPromoted, SeatReleased, SeatTaken
from services.kernel.message import Fact, Recorded
from services.kernel.process import Issue, ProcessManager, Reaction
from services.kernel.view import COMMITS, INBOX

ERASED = "members.member-erased"


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """The person whose seat it is; every id of somebody who is erased."""
    if isinstance(fact, Fact):
        return [str(identity) for identity in fact.data["ids"]] if fact.name == ERASED else []
    match fact.event:
        case SeatTaken(person=person) | PlacedInLine(person=person) | SeatPromoted(person=person):
            return [person]
        case SeatReleased(person=person):
            return [person]
    return []


def react(state: Mapping[str, Any], fact: Recorded | Fact) -> Reaction:
    """Remember the seats, and release them when their holder is gone."""
    seats: list[str] = list(state.get("seats", []))
    if isinstance(fact, Fact):
        released = [Issue(SEATS, activity, ReleaseSeat(state["person"], fact.at)) for activity in seats]
        return Reaction({**state, "seats": [], "erased": True}, released)
    match fact.event:
        case SeatReleased():
            return Reaction({**state, "seats": [activity for activity in seats if activity != fact.stream_id]})
        case SeatTaken(person=person) | PlacedInLine(person=person) | SeatPromoted(person=person):
            if state.get("erased"):
                # Heard of the erasure first: the two logs have no common order.
                return Reaction(state, [Issue(SEATS, fact.stream_id, ReleaseSeat(person, fact.at))])
            return Reaction({**state, "person": person, "seats": sorted({*seats, fact.stream_id})})
    return Reaction(state)


DEPARTURE = ProcessManager(name="departure", instances=instances, react=react, logs=(COMMITS, INBOX))
