"""The libraries: ``{_id: library, name, spelling, kind, level, region, subdistrict, size, interest}``.

``spelling`` is the name as it is searched.
"""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.library import LibraryDescribed, LibraryInterestChanged, LibraryRegistered, spelling


def apply(recorded: Recorded) -> Applied:
    """One document a library."""
    match recorded.event:
        case LibraryRegistered() as event:
            registered = {
                "name": event.name,
                "spelling": spelling(event.name),
                "kind": event.kind,
                "level": event.level,
                "region": event.region,
                "subdistrict": event.subdistrict,
                "size": event.size,
                "interest": "none",
            }
            return [Change(recorded.stream_id, registered)]
        case LibraryDescribed() as event:
            described = {"kind": event.kind, "level": event.level, "subdistrict": event.subdistrict, "size": event.size}
            return [Change(recorded.stream_id, described)]
        case LibraryInterestChanged() as event:
            return [Change(recorded.stream_id, {"interest": event.interest})]
        case _:
            return []


LIBRARIES = View("libraries", 1, apply, indexes=[[("region", 1), ("spelling", 1)], [("spelling", 1)]])
