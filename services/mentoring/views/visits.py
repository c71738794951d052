"""Visits to libraries. Key: the visit.

``{mentorship, library, day, order, minutes, mode, by, at, staff, units, done, next, internal}``; the last three are notes.
``order`` is the day, and within it the moment of entry.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC

from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View
from services.mentoring.domain.visit import VisitLogged


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    event = recorded.event
    if not isinstance(event, VisitLogged):
        return []
    shown = {
        "mentorship": event.mentorship,
        "library": event.library.id,
        "day": event.day.isoformat(),
        "order": f"{event.day.isoformat()} {recorded.at.astimezone(UTC).isoformat(timespec='milliseconds')}",
        "minutes": event.minutes,
        "mode": event.mode,
        "by": event.visitor,
        "at": moment(recorded.at),
        "staff": list(event.staff),
        "units": list(event.units),
    }
    notes = {"done": event.done, "next": event.next, "internal": event.internal}
    sealed = {name: None if note is None else asdict(note) for name, note in notes.items()}
    return [Change(recorded.stream_id, {**shown, **sealed})]


VISITS = View(name="visits", version=1, apply=apply, indexes=([("mentorship", 1)], [("library", 1)]))
