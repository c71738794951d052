"""The partners, as they are listed. From the own log."""

from __future__ import annotations

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


def apply(recorded: Recorded) -> Applied:
    """One document a partner: ``{_id, name, kind, regions, state}``."""
    identity = recorded.stream_id
    match recorded.event:
        case PartnerAdded(name, kind, regions):
            return [Change(identity, {"name": name, "kind": kind, "regions": list(regions), "state": LEAD})]
        case PartnerChanged(name, kind, regions):
            return [Change(identity, {"name": name, "kind": kind, "regions": list(regions)})]
        case PartnerActivated():
            return [Change(identity, {"state": ACTIVE})]
        case PartnerRested():
            return [Change(identity, {"state": DORMANT})]
    return []


PARTNERS = View("partners", 1, apply, indexes=([("name", 1)], [("state", 1)]))
