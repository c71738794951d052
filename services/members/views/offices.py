"""Who holds which office: ``{_id: <office>.<region or all>, office, region, board, holder, since, stand_in}``.

``holder``, ``since`` (of the term) and ``stand_in`` are None where there is nobody.
"""

from __future__ import annotations

from services.kernel.message import Recorded
from services.kernel.view import Applied, Change, View
from services.members.domain.office import OFFICES, OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed


def apply(recorded: Recorded) -> Applied:
    """One document an office and region."""
    match recorded.event:
        case OfficeAssumed() as event:
            return [_change(event.office, event.region, holder=event.person, since=event.since)]
        case OfficeVacated() as event:
            return [_change(event.office, event.region, holder=None, since=None)]
        case StandInNamed() as event:
            return [_change(event.office, event.region, stand_in=event.person)]
        case StandInEnded() as event:
            return [_change(event.office, event.region, stand_in=None)]
        case _:
            return []


def office_key(office: str, region: str | None) -> str:
    """The document's key."""
    return f"{office}.{region or 'all'}"


def _change(office: str, region: str | None, **fields: object) -> Change:
    kind = OFFICES.get(office)
    common = {"office": office, "region": region, "board": kind is not None and kind.board}
    return Change(office_key(office, region), {**common, **fields})


OFFICE_HOLDERS = View("office_holders", 1, apply, indexes=[[("holder", 1)], [("stand_in", 1)], [("region", 1)]])
