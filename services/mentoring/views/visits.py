"""Visits to libraries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC

from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View
from services.mentoring.domain.case import Note
from services.mentoring.domain.visit import VisitLogged


@dataclass(frozen=True)
class VisitRow:
    """``order`` sorts the visits: the day, and within a day the moment of entry."""

    visit: str
    mentorship: str
    library: str
    day: str
    order: str
    minutes: int
    mode: str
    by: str
    at: str
    staff: tuple[str, ...]
    units: tuple[str, ...]
    done: Note
    next: Note | None
    internal: Note | None


def apply(recorded: Recorded) -> Applied:
    event = recorded.event
    if not isinstance(event, VisitLogged):
        return []
    row = VisitRow(
        visit=recorded.stream_id,
        mentorship=event.mentorship,
        library=event.library.id,
        day=event.day.isoformat(),
        order=f"{event.day.isoformat()} {recorded.at.astimezone(UTC).isoformat(timespec='milliseconds')}",
        minutes=event.minutes,
        mode=event.mode,
        by=event.visitor,
        at=moment(recorded.at),
        staff=event.staff,
        units=event.units,
        done=event.done,
        next=event.next,
        internal=event.internal,
    )
    return [Change.put(row)]


VISITS = View(name="visits", version=1, row=VisitRow, apply=apply, indexes=([("mentorship", 1)], [("library", 1)]))
