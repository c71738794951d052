"""What members and libraries lend the community."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.equipment import (
    EquipmentLent,
    EquipmentRegistered,
    EquipmentReturned,
    EquipmentWithdrawn,
)


@dataclass(frozen=True)
class LoanRow:
    """``returned`` is None while the thing is away."""

    activity: str
    lent: datetime
    returned: datetime | None


@dataclass(frozen=True)
class EquipmentRow:
    """``offered``: whether the thing may be asked for. ``activity`` is where the thing is now, None with its owner. ``loans``
    holds every loan by its number.
    """

    equipment: str
    name: str
    kind: str
    owner: str
    library: str | None
    region: str
    offered: bool
    activity: str | None
    loans: Mapping[str, LoanRow]

    def loans_in_order(self) -> list[LoanRow]:
        """The loans from first to last."""
        return [self.loans[number] for number in sorted(self.loans, key=int)]


def apply(recorded: Recorded) -> Applied:
    thing = recorded.stream_id
    match recorded.event:
        case EquipmentRegistered() as event:
            return [Change.put(EquipmentRow(thing, **asdict(event), offered=True, activity=None, loans={}))]
        case EquipmentLent() as event:
            loan = LoanRow(event.activity, event.at, None)
            return [Change(thing, {"activity": event.activity, f"loans.{event.loan}": loan})]
        case EquipmentReturned() as event:
            return [Change(thing, {"activity": None, f"loans.{event.loan}.returned": event.at})]
        case EquipmentWithdrawn():
            return [Change(thing, {"offered": False})]
    return []


EQUIPMENT_LIST = View(
    name="equipment",
    version=1,
    row=EquipmentRow,
    apply=apply,
    indexes=([("region", 1), ("offered", 1)], [("owner", 1)]),
)
