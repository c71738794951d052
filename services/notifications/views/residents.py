"""Who belongs to which region. From members' facts."""

from __future__ import annotations

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, Remove, View
from services.kernel.views.view_store import Views


def apply(fact: Fact) -> Applied:
    """One document a member: ``{_id: person, region}``."""
    match fact.name:
        case "members.member-joined" | "members.member-changed" if fact.region:
            return [Change(fact.data["person"], {"region": fact.region})]
        case "members.member-erased":
            return [Remove(identity) for identity in fact.data["ids"]]
    return []


RESIDENTS = View("residents", 1, apply, logs=(INBOX,), indexes=([("region", 1)],))


def region_of(views: Views, person: str) -> str | None:
    """Where a person belongs; None for who is no member."""
    found = views.get(RESIDENTS, person)
    return found["region"] if found else None
