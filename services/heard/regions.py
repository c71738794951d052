"""The regions and their sub-districts, as members told: a view that a service reads from its own inbox."""

from __future__ import annotations

from dataclasses import dataclass

from services.heard.members import REGIONS_OPENED, RegionOpened, Subdistrict
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View

HEARD = FactShapes(REGIONS_OPENED)


@dataclass(frozen=True)
class RegionRow:
    region: str
    name: str
    subdistricts: tuple[Subdistrict, ...]


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case RegionOpened(name, subdistricts):
            return [Change.put(RegionRow(fact.subject, name, subdistricts))]
    return []


REGIONS = View(name="regions", version=1, row=RegionRow, apply=apply, logs=(INBOX,))
