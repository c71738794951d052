"""Who holds which office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.office import OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.members.domain.office_kinds import OFFICES


@dataclass(frozen=True)
class OfficeRow:
    """An office, or each term of an office that many hold; ``office_key`` makes the key. ``board``: whether the office belongs
    to the board. ``held``: whether there is a holder. ``since`` is when the holder's term began.
    """

    key: str
    office: str
    region: str | None
    board: bool
    holder: str | None = None
    held: bool = False
    since: datetime | None = None
    stand_in: str | None = None


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case OfficeAssumed(office, region, person, since):
            return [_office_change(office, region, person, holder=person, held=True, since=since)]
        case OfficeVacated(office, region, person):
            return [_office_change(office, region, person, holder=None, held=False, since=None)]
        case StandInNamed(office, region, person):
            return [_office_change(office, region, person, stand_in=person)]
        case StandInEnded(office, region, person):
            return [_office_change(office, region, person, stand_in=None)]
    return []


def office_key(office: str, region: str | None, person: str | None = None) -> str:
    """The document's key: ``<office>.<region or all>``, and ``.<person>`` for an office that many hold."""
    kind = OFFICES.get(office)
    return f"{office}.{region or 'all'}.{person}" if kind is not None and kind.many else f"{office}.{region or 'all'}"


def _office_change(office: str, region: str | None, person: str, **fields: object) -> Change:
    kind = OFFICES.get(office)
    common = {"office": office, "region": region, "board": kind is not None and kind.board}
    return Change(office_key(office, region, person), {**common, **fields})


OFFICE_HOLDERS = View(
    name="office_holders",
    version=2,
    row=OfficeRow,
    apply=apply,
    indexes=([("holder", 1)], [("stand_in", 1)], [("region", 1)], [("office", 1), ("held", 1)]),
)
