"""What is lent: ``{_id: thing, name, kind, owner, library, region, offered, activity, loans}``.

``offered``: whether it may be asked for at all; ``activity`` where it is now, None with its owner. ``loans`` maps a loan's
number to ``{activity, lent, returned}``.
"""

from __future__ import annotations

from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.equipment import (
    EquipmentLent,
    EquipmentRegistered,
    EquipmentReturned,
    EquipmentWithdrawn,
)


def apply(recorded: Recorded) -> Applied:
    """One document a thing."""
    match recorded.event:
        case EquipmentRegistered() as event:
            registered: dict[str, Any] = {
                "name": event.name,
                "kind": event.kind,
                "owner": event.owner,
                "library": event.library,
                "region": event.region,
                "offered": True,
                "activity": None,
                "loans": {},
            }
            return [Change(recorded.stream_id, registered)]
        case EquipmentLent() as event:
            loan = {"activity": event.activity, "lent": event.at, "returned": None}
            return [Change(recorded.stream_id, {"activity": event.activity, f"loans.{event.loan}": loan})]
        case EquipmentReturned() as event:
            return [Change(recorded.stream_id, {"activity": None, f"loans.{event.loan}.returned": event.at})]
        case EquipmentWithdrawn():
            return [Change(recorded.stream_id, {"offered": False})]
        case _:
            return []


LENT = View("equipment", 1, apply, indexes=[[("region", 1), ("offered", 1)], [("owner", 1)]])
