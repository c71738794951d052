"""Who holds which office: ``{_id: <office>.<region or all>, office, region, board, holder, since, stand_in}``.

An office that many hold has a document for each of them, under ``<office>.<region or all>.<person>``. ``held`` says
whether there is a holder; ``holder``, ``since`` (of the term) and ``stand_in`` are None where there is nobody.
"""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.office import OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.members.domain.office_kinds import OFFICES


def apply(recorded: Recorded) -> Applied:
    """One document an office and region."""
    match recorded.event:
        case OfficeAssumed() as event:
            return [
                _change(event.office, event.region, event.person, holder=event.person, held=True, since=event.since)
            ]
        case OfficeVacated() as event:
            return [_change(event.office, event.region, event.person, holder=None, held=False, since=None)]
        case StandInNamed() as event:
            return [_change(event.office, event.region, event.person, stand_in=event.person)]
        case StandInEnded() as event:
            return [_change(event.office, event.region, event.person, stand_in=None)]
        case _:
            return []


def office_key(office: str, region: str | None, person: str | None = None) -> str:
    """The document's key; ``person`` counts for an office that many hold."""
    kind = OFFICES.get(office)
    return f"{office}.{region or 'all'}.{person}" if kind is not None and kind.many else f"{office}.{region or 'all'}"


def _change(office: str, region: str | None, person: str, **fields: object) -> Change:
    kind = OFFICES.get(office)
    common = {"office": office, "region": region, "board": kind is not None and kind.board}
    return Change(office_key(office, region, person), {**common, **fields})


OFFICE_HOLDERS = View(
    "office_holders",
    2,
    apply,
    indexes=[[("holder", 1)], [("stand_in", 1)], [("region", 1)], [("office", 1), ("held", 1)]],
)
