"""The holders of each office, as members told. Key: ``<office>.<region or all>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.heard.members import OFFICES_CHANGED, OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View, adding, taking

HEARD = FactShapes(OFFICES_CHANGED)


@dataclass(frozen=True)
class OfficeRow:
    """``region`` is null for an office held for all regions. ``board``: the office belongs to the board. An office for one person has
    one holder at most; ``stand_in`` acts while the office is vacant.
    """

    key: str
    office: str
    region: str | None
    board: bool = False
    holders: tuple[str, ...] = ()
    stand_in: str | None = None


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case OfficeAssumed(office, region, person, board):
            return [_changed(fact, office, region, holders=adding("holders", person), board=board)]
        case OfficeVacated(office, region, person):
            return [_changed(fact, office, region, holders=taking("holders", person))]
        case StandInNamed(office, region, person):
            return [_changed(fact, office, region, stand_in=person)]
        case StandInEnded(office, region):
            return [_changed(fact, office, region, stand_in=None)]
    return []


def _changed(fact: Fact, office: str, region: str | None, **fields: Any) -> Change:
    return Change(fact.subject, {"office": office, "region": region, **fields})


OFFICES = View(name="offices", version=1, row=OfficeRow, apply=apply, logs=(INBOX,), indexes=([("region", 1)],))
