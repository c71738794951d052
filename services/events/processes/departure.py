"""Departure: when a person is erased, the person's seats go to the next people in line.

One instance a person or guest. The seats decide whether an activity has begun already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.events.domain.seats import SEATS, PlacedInLine, ReleaseSeat, SeatPromoted, SeatReleased, SeatTaken
from services.heard.members import MEMBERS_ERASED
from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX

HEARD = FactShapes(MEMBERS_ERASED)


@dataclass(frozen=True)
class Holder:
    """A person's seats and places in line, by activity."""

    person: str = ""
    seats: tuple[str, ...] = ()
    erased: bool = False


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """The holder of the seat; for an erasure, all ids of the erased person."""
    if isinstance(fact, Fact):
        erased = HEARD.read(fact)
        return [] if erased is None else erased.ids
    match fact.event:
        case SeatTaken(person=person) | PlacedInLine(person=person) | SeatPromoted(person=person):
            return [person]
        case SeatReleased(person=person):
            return [person]
    return []


def react(state: Holder, fact: Recorded | Fact) -> Reaction[Holder]:
    """Remember the seats, and release the seats of an erased holder."""
    if isinstance(fact, Fact):
        released = [Dispatch(SEATS, activity, ReleaseSeat(state.person, fact.at)) for activity in state.seats]
        return Reaction(replace(state, seats=(), erased=True), released)
    match fact.event:
        case SeatReleased():
            return Reaction(replace(state, seats=tuple(each for each in state.seats if each != fact.stream_id)))
        case SeatTaken(person=person) | PlacedInLine(person=person) | SeatPromoted(person=person):
            if state.erased:
                # Heard of the erasure first: the two logs have no common order.
                return Reaction(state, [Dispatch(SEATS, fact.stream_id, ReleaseSeat(person, fact.at))])
            return Reaction(replace(state, person=person, seats=tuple(sorted({*state.seats, fact.stream_id}))))
    return Reaction(state)


DEPARTURE = ProcessManager(name="departure", state=Holder, instances=instances, react=react, logs=(COMMITS, INBOX))
