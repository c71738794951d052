"""The list of partners."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.notifications.domain.partner import (
    ACTIVE,
    DORMANT,
    LEAD,
    PartnerActivated,
    PartnerAdded,
    PartnerChanged,
    PartnerRested,
)


@dataclass(frozen=True)
class PartnerRow:
    """``state`` is lead, active or dormant."""

    partner: str
    name: str
    kind: str
    regions: tuple[str, ...]
    state: str


def apply(recorded: Recorded) -> Applied:
    partner = recorded.stream_id
    match recorded.event:
        case PartnerAdded(name, kind, regions):
            return [Change.put(PartnerRow(partner, name, kind, regions, LEAD))]
        case PartnerChanged(name, kind, regions):
            return [Change(partner, {"name": name, "kind": kind, "regions": list(regions)})]
        case PartnerActivated():
            return [Change(partner, {"state": ACTIVE})]
        case PartnerRested():
            return [Change(partner, {"state": DORMANT})]
    return []


PARTNERS = View(name="partners", version=1, row=PartnerRow, apply=apply, indexes=([("name", 1)], [("state", 1)]))
