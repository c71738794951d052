"""The regions."""

from __future__ import annotations

from dataclasses import dataclass

from services.heard.members import REGIONS_OPENED, RegionOpened
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View
from services.kernel.views.view_store import Views

HEARD = FactShapes(REGIONS_OPENED)


@dataclass(frozen=True)
class RegionRow:
    region: str
    name: str


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case RegionOpened(name):
            return [Change.put(RegionRow(fact.subject, name))]
    return []


REGIONS = View(name="regions", version=1, row=RegionRow, apply=apply, logs=(INBOX,))


def all_regions(views: Views) -> tuple[str, ...]:
    """The ids of all regions."""
    return tuple(row.region for row in views.all(REGIONS))
