"""The libraries."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.library import LibraryDescribed, LibraryInterestChanged, LibraryRegistered, spelling


@dataclass(frozen=True)
class LibraryRow:
    """``spelling`` is the name as it is searched."""

    library: str
    name: str
    spelling: str
    kind: str
    level: str
    region: str
    subdistrict: str | None
    size: str | None
    interest: str


def apply(recorded: Recorded) -> Applied:
    library = recorded.stream_id
    match recorded.event:
        case LibraryRegistered() as event:
            return [Change.put(LibraryRow(library, **asdict(event), spelling=spelling(event.name), interest="none"))]
        case LibraryDescribed() as event:
            described = {"kind": event.kind, "level": event.level, "subdistrict": event.subdistrict, "size": event.size}
            return [Change(library, described)]
        case LibraryInterestChanged() as event:
            return [Change(library, {"interest": event.interest})]
    return []


LIBRARIES = View(
    name="libraries",
    version=1,
    row=LibraryRow,
    apply=apply,
    indexes=([("region", 1), ("spelling", 1)], [("spelling", 1)]),
)
