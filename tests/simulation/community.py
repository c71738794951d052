"""The two services of the simulation, small but with every kind of part: ``desk`` tells facts, ``hall`` hears them.

The hall holds seats for people. When the desk tells that a person left, the hall's manager ``departure`` releases all
seats of that person: a manager of two logs, whose own commands change its state. ``copying`` copies each item that the
desk tells, and ``closing`` sets a deadline for each hold. ``World.broken`` names subjects whose facts fail, as a
mistake in the code would let them fail, until an operator has mended the code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.kernel.base.message import Command, Event, Fact, FactDraft, Recorded
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction
from services.kernel.declare.service import Definition
from services.kernel.declare.view import COMMITS, INBOX, Change, View, adding, increment
from services.kernel.log.registry import Registry

ROOM = 3
HOLD = timedelta(seconds=2)
"""How long a seat is held at most: short, so that deadlines pass while faults come."""
BROKEN: set[str] = set()
"""Subjects whose facts fail in views and managers at present."""


class Broken(Exception):
    """What a mistake in a view or manager raises."""


def _fail(subject: str, where: str) -> None:
    if f"{where}:{subject}" in BROKEN:
        raise Broken(subject)


# The desk: items are added, people leave.


@dataclass(frozen=True)
class AddItems(Command):
    names: tuple[str, ...]


@dataclass(frozen=True)
class Leave(Command):
    people: tuple[str, ...]


@dataclass(frozen=True)
class ItemAdded(Event):
    name: str


@dataclass(frozen=True)
class PersonLeft(Event):
    people: tuple[str, ...]


def _desk_decide(command: Command, items: tuple[str, ...]) -> Sequence[Event]:
    match command:
        case AddItems(names):
            if len(items) >= ROOM:
                raise Refused("desk-is-full", "The desk is full.")
            return [ItemAdded(name) for name in names if name not in items]
        case Leave(people):
            return [PersonLeft(people)]
    raise AssertionError(command)


def _desk_evolve(items: tuple[str, ...], event: Event) -> tuple[str, ...]:
    return (*items, event.name) if isinstance(event, ItemAdded) else items


def desk_tell(recorded: Recorded) -> FactDraft | None:
    match recorded.event:
        case ItemAdded(name):
            return FactDraft(recorded.id, "item-added", recorded.stream_id, {"name": name})
        case PersonLeft(people):
            return FactDraft(recorded.id, "person-left", recorded.stream_id, {"people": list(people)})
    return None


DESK: Decider[tuple[str, ...]] = Decider("desk", (), _desk_decide, _desk_evolve)
DESK_EVENTS = Registry()
DESK_EVENTS.register(ItemAdded, PersonLeft, DeadlinePassed)


def _desk_items(item: Recorded) -> Sequence[Change]:
    match item.event:
        case ItemAdded(name):
            _fail(item.stream_id, "items")
            return [Change(item.stream_id, {"count": increment("count"), "names": adding("names", name)})]
    return []


ITEMS = View("items", 1, _desk_items, (COMMITS,))


def desk() -> Definition:
    """The service that tells facts."""
    return Definition("desk", DESK_EVENTS, desk_tell, (), views=(ITEMS,))


# The hall: seats are held and released, items are copied.


@dataclass(frozen=True)
class HoldSeat(Command):
    person: str


@dataclass(frozen=True)
class ReleaseSeat(Command):
    person: str


@dataclass(frozen=True)
class CopyItem(Command):
    name: str


@dataclass(frozen=True)
class SeatHeld(Event):
    person: str


@dataclass(frozen=True)
class SeatReleased(Event):
    person: str


@dataclass(frozen=True)
class ItemCopied(Event):
    name: str


@dataclass(frozen=True)
class Seat:
    holders: tuple[str, ...] = ()


def _seat_decide(command: Command, seat: Seat) -> Sequence[Event]:
    match command:
        case HoldSeat(person):
            if seat.holders and person not in seat.holders:
                raise Refused("seat-is-taken", "Another person holds the seat.")
            return [] if person in seat.holders else [SeatHeld(person)]
        case ReleaseSeat(person):
            return [SeatReleased(person)] if person in seat.holders else []
    raise AssertionError(command)


def _seat_evolve(seat: Seat, event: Event) -> Seat:
    match event:
        case SeatHeld(person):
            return replace(seat, holders=(*seat.holders, person))
        case SeatReleased(person):
            return replace(seat, holders=tuple(each for each in seat.holders if each != person))
    return seat


def _copy_decide(command: Command, _copies: tuple[str, ...]) -> Sequence[Event]:
    assert isinstance(command, CopyItem)
    return [ItemCopied(command.name)]  # a second copy would show: nothing here forgives a repeated command


SEAT: Decider[Seat] = Decider("seat", Seat(), _seat_decide, _seat_evolve)
COPY: Decider[tuple[str, ...]] = Decider("copy", (), _copy_decide, lambda copies, event: (*copies, event.name))
HALL_EVENTS = Registry()
HALL_EVENTS.register(SeatHeld, SeatReleased, ItemCopied, DeadlinePassed)


def _departure_concerns(item: Recorded | Fact) -> Sequence[str]:
    people: Sequence[str] = ()
    if isinstance(item, Fact):
        people = [str(person) for person in item.data["people"]] if item.type == "person-left" else ()
    elif isinstance(item.event, SeatHeld | SeatReleased):
        people = [item.event.person]
    for person in people:
        _fail(person, "whom")
    return people


def _departure(state: Mapping[str, Any], item: Recorded | Fact) -> Reaction:
    """Release all seats of a person who left, also a seat that is held afterwards."""
    seats, left = list(state.get("seats", [])), bool(state.get("left"))
    if isinstance(item, Fact):
        for person in item.data["people"]:
            _fail(person, "departure")
        return Reaction({**state, "left": True}, [_release(seat, state["person"]) for seat in seats])
    match item.event:
        case SeatHeld(person):
            seats = sorted({*seats, item.stream_id})
            releases = [_release(item.stream_id, person)] if left else []
            return Reaction({"seats": seats, "left": left, "person": person}, releases)
        case SeatReleased(person):
            seats = [seat for seat in seats if seat != item.stream_id]
            return Reaction({"seats": seats, "left": left, "person": person})
    return Reaction(state)


def _release(seat: str, person: str) -> Dispatch:
    return Dispatch(SEAT, seat, ReleaseSeat(person))


DEPARTURE: ProcessManager[Any] = ProcessManager("departure", _departure_concerns, _departure, (COMMITS, INBOX))


def _copying(state: Mapping[str, Any], item: Fact) -> Reaction:
    """Copy each item; the state counts the copies, so that a fact that is taken twice would show."""
    _fail(item.data["name"], "copying")
    count = int(state.get("count", 0)) + 1
    return Reaction({"count": count}, [Dispatch(COPY, item.subject, CopyItem(f"{item.data['name']}#{count}"))])


COPYING: ProcessManager[Any] = ProcessManager(
    "copying",
    lambda item: [item.subject] if isinstance(item, Fact) and item.type == "item-added" else [],
    _copying,
    (INBOX,),
)


def _closing(state: Mapping[str, Any], item: Recorded) -> Reaction:
    """Release a seat some time after it was held."""
    match item.event:
        case SeatHeld(person):
            return Reaction({"person": person}, deadlines={"release": item.at + HOLD})
        case SeatReleased():
            return Reaction({})
        case DeadlinePassed():
            _fail(item.event.instance, "closing")
            person = state.get("person", "")
            return Reaction({}, [Dispatch(SEAT, item.event.instance, ReleaseSeat(person))] if person else [])
    return Reaction(state)


CLOSING: ProcessManager[Any] = ProcessManager(
    "closing",
    lambda item: [item.stream_id] if isinstance(item.event, SeatHeld | SeatReleased) else [],
    _closing,
    (COMMITS,),
)


def _heard(item: Fact) -> Sequence[Change]:
    if item.type != "item-added":
        return []
    _fail(item.subject, "heard")
    return [Change(item.subject, {"count": increment("count"), "last": item.data["name"]})]


def _people(item: Recorded | Fact) -> Sequence[Change]:
    """One document per person, from both logs: how often she held a seat, and whether she left."""
    if isinstance(item, Fact):
        people = item.data["people"] if item.type == "person-left" else []
        return [Change(str(person), {"left": True}) for person in people]
    match item.event:
        case SeatHeld(person):
            _fail(person, "people")
            return [Change(person, {"held": increment("held"), "seats": adding("seats", item.stream_id)})]
    return []


HEARD = View("heard", 1, _heard, (INBOX,))
PEOPLE = View("people", 1, _people, (COMMITS, INBOX))


def hall() -> Definition:
    """The service that hears the desk's facts and acts on them."""
    return Definition(
        "hall",
        HALL_EVENTS,
        lambda _recorded: None,
        (),
        views=(HEARD, PEOPLE),
        managers=(DEPARTURE, COPYING, CLOSING),
        sources=("desk",),
    )
