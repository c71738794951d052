"""Which activities are gatherings, as events told it: being at one is what a pilot asks for. Key: the activity.

``{region, starts}``
"""

from __future__ import annotations

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, Remove, View


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    match fact.name:
        case "events.activity-published" if fact.data["kind"] == "gathering":
            return [Change(str(fact.data["activity"]), {"region": fact.region, "starts": str(fact.data["starts"])})]
        case "events.activity-cancelled":
            return [Remove(str(fact.data["activity"]))]
    return []


GATHERINGS = View(name="gatherings", version=1, apply=apply, logs=(INBOX,))
