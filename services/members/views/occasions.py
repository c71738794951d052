"""What one can learn at, as events and mentoring told it: ``{_id: id, kind, title, library, units, starts}``.

``kind`` is ``activity``, with its title, units and beginning, or ``mentorship``, with its library.
"""

from __future__ import annotations

from datetime import datetime

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, View


def apply(fact: Fact) -> Applied:
    """One document an activity or mentorship."""
    match fact.name:
        case "events.activity-published":
            published = {
                "kind": "activity",
                "title": fact.data["title"],
                "units": list(fact.data.get("units") or ()),
                "starts": datetime.fromisoformat(fact.data["starts"]),
            }
            return [Change(str(fact.data["activity"]), published)]
        case "events.activity-rescheduled":
            return [Change(str(fact.data["activity"]), {"starts": datetime.fromisoformat(fact.data["starts"])})]
        case "mentoring.mentorship-opened":
            opened = {"kind": "mentorship", "library": str(fact.data["library"])}
            return [Change(str(fact.data["mentorship"]), opened)]
        case _:
            return []


OCCASIONS = View("occasions", 1, apply, logs=(INBOX,))
