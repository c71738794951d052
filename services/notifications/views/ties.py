"""The members that guests turned out to be. A guest whose person is not known has no document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.heard.members import GUESTS_TIED, GuestTied
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View
from services.kernel.views.view_store import Views

HEARD = FactShapes(GUESTS_TIED)


@dataclass(frozen=True)
class TieRow:
    guest: str
    person: str


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case GuestTied(guest, person):
            return [Change.put(TieRow(guest, person))]
    return []


TIES = View(name="ties", version=1, row=TieRow, apply=apply, logs=(INBOX,), indexes=([("person", 1)],))


def persons_behind(views: Views, ids: Sequence[str]) -> Mapping[str, str]:
    """Guest → person, for ids of guests whose person is known."""
    found = views.find(TIES, {"_id": {"$in": list(ids)}}, limit=len(ids)).items if ids else []
    return {row.guest: row.person for row in found}


def guests_of(views: Views, person: str) -> list[str]:
    """The ids of the guests that the person was."""
    return [row.guest for row in views.all(TIES, {"person": person})]
