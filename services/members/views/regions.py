"""The regions."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.shapes import fill
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.region import RegionOpened


@dataclass(frozen=True)
class SubdistrictRow:
    """The point is the sub-district's centre, in degrees."""

    id: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class RegionRow:
    region: str
    name: str
    subdistricts: tuple[SubdistrictRow, ...]


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case RegionOpened(name, subdistricts):
            rows = tuple(fill(SubdistrictRow, each) for each in subdistricts)
            return [Change.put(RegionRow(recorded.stream_id, name, rows))]
    return []


REGIONS = View(name="regions", version=1, row=RegionRow, apply=apply)
