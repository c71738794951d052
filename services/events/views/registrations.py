"""Who has a seat and who stands in line, in order. Key: the activity.

``{region, capacity, closes, closed, taken: [persons], line: [persons], guests: [ids], version}``; a person's place in line is the place
in the list, so leaving the line closes ranks by itself. ``guests`` are those among them who are nobody's members.
"""

from __future__ import annotations

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


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
        case SeatsOpened():
            closes = moment(event.closes)
            opened = {"region": event.region, "capacity": event.capacity, "closes": closes, "closed": None}
            return {**opened, "taken": [], "line": []}
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
        case ClosingMoved(closes=closes_at):
            return {"closes": moment(closes_at), "closed": None}
        case RegistrationClosed(why=why):
            return {"closed": why}
    return None


def _guest(person: str, *, guest: bool) -> dict[str, Any]:
    return {"guests": adding("guests", person)} if guest else {}


REGISTRATIONS = View(name="registrations", version=2, apply=apply)
