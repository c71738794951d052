"""The region of each member."""

from __future__ import annotations

from dataclasses import dataclass

from services.heard.members import MEMBERS_ERASED, MEMBERS_PLACED, MemberErased, MemberPlaced
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, Remove, View
from services.kernel.views.view_store import Views

HEARD = FactShapes({**MEMBERS_PLACED, **MEMBERS_ERASED})


@dataclass(frozen=True)
class ResidentRow:
    person: str
    region: str


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case MemberPlaced(person) if fact.region:
            return [Change.put(ResidentRow(person, fact.region))]
        case MemberErased(ids=ids):
            return [Remove(identity) for identity in ids]
    return []


RESIDENTS = View(name="residents", version=1, row=ResidentRow, apply=apply, logs=(INBOX,), indexes=([("region", 1)],))


def region_of(views: Views, person: str) -> str | None:
    """The person's region; None for a person who is no member."""
    found = views.get(RESIDENTS, person)
    return found.region if found else None
