"""Libraries and staff, as members told.

A person who left stays in ``staff`` with the date, for the hand-over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.heard.members import LIBRARIES_STAFFED, AffiliationEnded, AffiliationStarted, LibraryRegistered
from services.kernel.base.message import Fact
from services.kernel.base.times import moment
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, Expression, View

HEARD = FactShapes(LIBRARIES_STAFFED)


@dataclass(frozen=True)
class StaffRow:
    """``until`` is null while the person works at the library; ``left`` is when a person who came back had left. Members tell
    another role as an end and a beginning at one moment, which is no leaving.
    """

    role: str | None = None
    since: str | None = None
    until: str | None = None
    left: str | None = None


@dataclass(frozen=True)
class LibraryRow:
    """``staff`` by person. Everything else is missing until the library is registered."""

    library: str
    name: str | None = None
    kind: str | None = None
    level: str | None = None
    region: str | None = None
    subdistrict: str | None = None
    staff: Mapping[str, StaffRow] = field(default_factory=dict)

    @property
    def present_staff(self) -> list[str]:
        """The persons who work at the library now, sorted."""
        return sorted(person for person, entry in self.staff.items() if entry.until is None)


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case LibraryRegistered(library, name, kind, level, subdistrict):
            known = {"name": name, "kind": kind, "level": level, "subdistrict": subdistrict}
            return [Change(library, {**known, "region": fact.region})]
        case AffiliationStarted(library, person, role):
            entry, since = f"staff.{person}", moment(fact.at)
            ended, left = {"$ifNull": [f"${entry}.until", None]}, {"$ifNull": [f"${entry}.left", None]}
            gone = {"$and": [{"$ne": [ended, None]}, {"$lt": [ended, since]}]}
            fresh = {f"{entry}.role": role, f"{entry}.since": since, f"{entry}.until": None}
            last = Expression({"$cond": [gone, ended, left]})
            return [Change(library, {**fresh, f"{entry}.left": last})]
        case AffiliationEnded(library, person):
            return [Change(library, {f"staff.{person}.until": moment(fact.at)})]
    return []


LIBRARIES = View(name="libraries", version=2, row=LibraryRow, apply=apply, logs=(INBOX,), indexes=([("region", 1)],))
