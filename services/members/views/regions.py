"""The regions: ``{_id: region, name, subdistricts: [{id, name, latitude, longitude}]}``."""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.region import RegionOpened


def apply(recorded: Recorded) -> Applied:
    """One document a region."""
    match recorded.event:
        case RegionOpened() as event:
            subdistricts = [
                {"id": known.id, "name": known.name, "latitude": known.latitude, "longitude": known.longitude}
                for known in event.subdistricts
            ]
            return [Change(recorded.stream_id, {"name": event.name, "subdistricts": subdistricts})]
        case _:
            return []


REGIONS = View("regions", 1, apply)
