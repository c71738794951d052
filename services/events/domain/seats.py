"""Seats: a fixed number, then a line, first come first served.

One aggregate for all kinds, keyed by the activity. One decision releases a seat and gives the seat to the first in
line, so the seat is never free in between and never offered without being taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, assert_never

from services.events.domain.activity import CANCELLED, COMPLETED, PLANNED
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused, Unavailable
from services.kernel.commands.decider import Decider

STARTED = "started"
TAKEN = "taken"
IN_LINE = "line"
PROMOTED_AT_ONCE = 300
"""So many people of the line get seats in one decision: a commit holds at most 999 events and 1 MB."""


@dataclass(frozen=True, slots=True)
class OpenSeats(Command):
    """``closes`` is the activity's start."""

    capacity: int
    closes: datetime
    region: str


@dataclass(frozen=True, slots=True)
class TakeSeat(Command):
    """``activity`` is the activity's state as of now. ``stranger``: a person without a membership registers alone,
    which only an ``open`` activity allows. ``guest``: the seat is for a person without a membership, whoever registers
    the person.
    """

    person: str
    at: datetime
    activity: str
    stranger: bool = False
    open: bool = False
    guest: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseSeat(Command):
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ResizeSeats(Command):
    """The number of seats changes; nobody loses a seat."""

    capacity: int


@dataclass(frozen=True, slots=True)
class FillSeats(Command):
    """Give free seats to the next people in line: the next step after a resize that freed more seats than one decision
    can fill.
    """


@dataclass(frozen=True, slots=True)
class MoveClosing(Command):
    """The activity starts at another time."""

    closes: datetime


@dataclass(frozen=True, slots=True)
class CloseRegistration(Command):
    """``why`` is started or cancelled. If the start was moved behind ``at`` meanwhile, registration stays open."""

    at: datetime
    why: str


SeatsCommand = OpenSeats | TakeSeat | ReleaseSeat | ResizeSeats | FillSeats | MoveClosing | CloseRegistration


@dataclass(frozen=True, slots=True)
class SeatsOpened(Event):
    capacity: int
    closes: datetime
    region: str


@dataclass(frozen=True, slots=True)
class SeatTaken(Event):
    """``guest``: the id is a guest's."""

    schema: ClassVar[int] = 2
    person: str
    region: str
    guest: bool = False


@dataclass(frozen=True, slots=True)
class PlacedInLine(Event):
    """``place`` counts from 1, as of joining the line. ``guest``: the id is a guest's."""

    schema: ClassVar[int] = 2
    person: str
    place: int
    region: str
    guest: bool = False


@dataclass(frozen=True, slots=True)
class SeatReleased(Event):
    """``held`` is taken or line."""

    person: str
    held: str
    region: str
    why: str = "cancelled"


@dataclass(frozen=True, slots=True)
class SeatPromoted(Event):
    """The first in line has the seat."""

    person: str
    region: str


@dataclass(frozen=True, slots=True)
class SeatsResized(Event):
    """The number of seats is ``capacity`` now; also the beginning of each further step that fills the seats."""

    capacity: int


@dataclass(frozen=True, slots=True)
class ClosingMoved(Event):
    closes: datetime


@dataclass(frozen=True, slots=True)
class RegistrationClosed(Event):
    why: str


SeatsEvent = (
    SeatsOpened
    | SeatTaken
    | PlacedInLine
    | SeatReleased
    | SeatPromoted
    | SeatsResized
    | ClosingMoved
    | RegistrationClosed
)


@dataclass(frozen=True, slots=True)
class Seats:
    """``taken`` and ``line`` hold persons in the order of registration. ``closed`` says why registration is closed,
    None while registration is open.
    """

    capacity: int
    region: str
    closes: datetime
    closed: str | None = None
    taken: tuple[str, ...] = ()
    line: tuple[str, ...] = ()

    def place_in_line(self, person: str) -> int | None:
        """The person's present place in line, from 1; None for a person outside the line."""
        return self.line.index(person) + 1 if person in self.line else None


def decide(command: SeatsCommand, seats: Seats | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``Unavailable`` between publishing and the opening of the seats."""
    if isinstance(command, OpenSeats):
        return [] if seats else [SeatsOpened(command.capacity, command.closes, command.region)]
    if isinstance(command, TakeSeat):
        return _take(command, seats)
    if seats is None:
        return []
    match command:
        case ReleaseSeat():
            return _release(command, seats)
        case ResizeSeats(capacity=capacity):
            return [] if capacity == seats.capacity else _resize(capacity, seats)
        case FillSeats():
            return _resize(seats.capacity, seats) if seats.line and len(seats.taken) < seats.capacity else []
        case MoveClosing(closes=closes):
            changes = seats.closes != closes and seats.closed != CANCELLED
            return [ClosingMoved(closes)] if changes else []
        case CloseRegistration():
            return _close(command, seats)
        case _:
            assert_never(command)


def evolve(seats: Seats | None, event: SeatsEvent) -> Seats:
    """The seats after an event."""
    if isinstance(event, SeatsOpened):
        return Seats(event.capacity, event.region, event.closes)
    assert seats is not None  # the first event of any seats is SeatsOpened
    match event:
        case SeatTaken(person=person):
            return replace(seats, taken=(*seats.taken, person))
        case PlacedInLine(person=person):
            return replace(seats, line=(*seats.line, person))
        case SeatReleased(person=person):
            return replace(seats, taken=_without(seats.taken, person), line=_without(seats.line, person))
        case SeatPromoted(person=person):
            return replace(seats, taken=(*seats.taken, person), line=_without(seats.line, person))
        case SeatsResized(capacity=capacity):
            return replace(seats, capacity=capacity)
        case ClosingMoved(closes=closes):
            return replace(seats, closes=closes, closed=None)
        case RegistrationClosed(why=why):
            return replace(seats, closed=why)
        case _:
            assert_never(event)


SEATS: Decider[Seats | None] = Decider("seats", None, decide, evolve)


def _take(command: TakeSeat, seats: Seats | None) -> Sequence[Event]:
    if seats and command.person in {*seats.taken, *seats.line}:
        return []
    if command.activity == PLANNED:
        raise Refused("not-published-yet", "The activity is not published yet.")
    if command.activity == CANCELLED:
        raise Refused("activity-cancelled", "The activity is cancelled.")
    if command.activity == COMPLETED:
        raise Refused("registration-closed", "The activity is over.")
    if command.stranger and not command.open:
        raise Refused("members-only", "This activity is for members only; joining the community is free.")
    if seats is None:
        raise Unavailable("seats are being opened this moment")
    _while_open(command.at, seats)
    if len(seats.taken) < seats.capacity and not seats.line:
        return [SeatTaken(command.person, seats.region, command.guest)]
    return [PlacedInLine(command.person, len(seats.line) + 1, seats.region, command.guest)]


def _release(command: ReleaseSeat, seats: Seats) -> Sequence[Event]:
    if command.person in seats.line:
        _while_open(command.at, seats)
        return [SeatReleased(command.person, IN_LINE, seats.region)]
    if command.person not in seats.taken:
        return []
    _while_open(command.at, seats)
    released: list[Event] = [SeatReleased(command.person, TAKEN, seats.region)]
    follows = seats.line and len(seats.taken) <= seats.capacity
    return [*released, SeatPromoted(seats.line[0], seats.region)] if follows else released


def _resize(capacity: int, seats: Seats) -> Sequence[Event]:
    if seats.closed:
        return []
    free = min(max(0, capacity - len(seats.taken)), PROMOTED_AT_ONCE)
    return [SeatsResized(capacity), *(SeatPromoted(person, seats.region) for person in seats.line[:free])]


def _close(command: CloseRegistration, seats: Seats) -> Sequence[Event]:
    if seats.closed in {CANCELLED, command.why}:
        return []
    if command.why == STARTED and command.at < seats.closes:
        return []
    return [RegistrationClosed(command.why)]


def _while_open(at: datetime, seats: Seats) -> None:
    # The hour is judged here too: the closing event comes only when its deadline is noticed.
    if seats.closed or at >= seats.closes:
        raise Refused("registration-closed", "Registration is closed.", why=seats.closed or STARTED)


def _without(people: Sequence[str], person: str) -> tuple[str, ...]:
    return tuple(one for one in people if one != person)
