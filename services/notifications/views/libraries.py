"""The libraries with level, region and staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.heard.members import LIBRARIES_STAFFED, AffiliationEnded, AffiliationStarted, LibraryRegistered
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View, adding, taking
from services.kernel.views.view_store import Views

HEARD = FactShapes(LIBRARIES_STAFFED)


@dataclass(frozen=True)
class LibraryRow:
    """``people`` work in the library."""

    library: str
    region: str | None = None
    level: str = ""
    people: tuple[str, ...] = ()


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case LibraryRegistered(library, level=level):
            return [Change(library, {"region": fact.region, "level": level})]
        case AffiliationStarted(library, person):
            return [Change(library, {"people": adding("people", person)})]
        case AffiliationEnded(library, person):
            return [Change(library, {"people": taking("people", person)})]
    return []


LIBRARIES = View(
    name="libraries", version=1, row=LibraryRow, apply=apply, logs=(INBOX,), indexes=([("region", 1), ("level", 1)],)
)


def staff_of(views: Views, regions: Sequence[str], levels: Sequence[str]) -> set[str]:
    """The people who work in the regions' libraries of the given levels."""
    wanted = {"region": {"$in": list(regions)}, "level": {"$in": list(levels)}}
    return {person for library in views.all(LIBRARIES, wanted) for person in library.people}
