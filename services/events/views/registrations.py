"""Seats and the line of an activity, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.events.domain.seats import (
    ClosingMoved,
    PlacedInLine,
    RegistrationClosed,
    SeatPromoted,
    SeatReleased,
    SeatsOpened,
    SeatsResized,
    SeatTaken,
)
from services.kernel.base.message import Event, Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View, adding
from services.kernel.views.arrays import appending, dropping


@dataclass(frozen=True)
class RegistrationsRow:
    """``closes`` is a moment; ``closed`` says why registration is closed, None while registration is open. ``taken``
    and ``line`` are persons in order: a person's place in line is the place in the list, so when a person leaves, the
    next people move up. ``guests`` are the ids in both lists that belong to no member.
    """

    activity: str
    region: str
    capacity: int
    closes: str
    closed: str | None
    taken: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    version: int = 0


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case SeatsOpened(capacity=capacity, closes=closes, region=region):
            activity, version = recorded.stream_id, recorded.version
            return [Change.put(RegistrationsRow(activity, region, capacity, moment(closes), None, version=version))]
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
        case SeatTaken(person=person, guest=guest):
            return {"taken": appending("taken", person), **_guest(person, guest=guest)}
        case PlacedInLine(person=person, guest=guest):
            return {"line": appending("line", person), **_guest(person, guest=guest)}
        case SeatReleased(person=person):
            return {"taken": dropping("taken", person), "line": dropping("line", person)}
        case SeatPromoted(person=person):
            return {"taken": appending("taken", person), "line": dropping("line", person)}
        case SeatsResized(capacity=capacity):
            return {"capacity": capacity}
        case ClosingMoved(closes=closes):
            return {"closes": moment(closes), "closed": None}
        case RegistrationClosed(why=why):
            return {"closed": why}
    return None


def _guest(person: str, *, guest: bool) -> dict[str, Any]:
    return {"guests": adding("guests", person)} if guest else {}


REGISTRATIONS = View(name="registrations", version=2, row=RegistrationsRow, apply=apply)
