"""What people took part in: ``{_id: person or guest, person, attended, visits}``.

``attended`` maps an activity to when presence was recorded; ``visits`` a visit to ``{mentorship, units, at}``. ``person`` is
the member that a guest turned out to be, in the guest's own document: what either took part in stays where it was heard.
"""

from __future__ import annotations

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.view import COMMITS, INBOX, Applied, Change, View
from services.members.domain.guest import GuestTied


def apply(told: Recorded | Fact) -> Applied:
    """One document a person or guest. Each log changes fields of its own, so their order does not matter."""
    if isinstance(told, Recorded):
        match told.event:
            case GuestTied() as event:
                return [Change(told.stream_id, {"person": event.person})]
            case _:
                return []
    match told.name:
        case "events.attendance-recorded":
            who = told.data.get("person") or told.data.get("guest")
            return [Change(str(who), {f"attended.{told.data['activity']}": told.at})] if who else []
        case "mentoring.visit-logged":
            visit = {
                "mentorship": str(told.data["mentorship"]),
                "units": list(told.data.get("units") or ()),
                "at": told.at,
            }
            staff = dict.fromkeys(told.data.get("staff") or ())
            return [Change(str(person), {f"visits.{told.data['visit']}": visit}) for person in staff]
        case _:
            return []


LEARNING = View("learning", 1, apply, logs=(COMMITS, INBOX), indexes=[[("person", 1)]])
