"""The regions and sub-districts, as members told."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View


@dataclass(frozen=True)
class Subdistrict:
    """Its centre is given in degrees."""

    id: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class RegionOpened:
    name: str
    subdistricts: tuple[Subdistrict, ...]


HEARD = FactShapes({"members.region-opened": RegionOpened})


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
