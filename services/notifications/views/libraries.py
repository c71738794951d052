"""Who works in which library, of which level and region. From members' facts."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, View, adding, taking
from services.kernel.views.view_store import Views


def apply(fact: Fact) -> Applied:
    """One document a library: ``{_id: library, region, level, people: [ids]}``."""
    match fact.name:
        case "members.library-registered":
            return [Change(fact.data["library"], {"region": fact.region, "level": fact.data["level"]})]
        case "members.affiliation-started":
            return [Change(fact.data["library"], {"people": adding("people", fact.data["person"])})]
        case "members.affiliation-ended":
            return [Change(fact.data["library"], {"people": taking("people", fact.data["person"])})]
    return []


LIBRARIES = View("libraries", 1, apply, logs=(INBOX,), indexes=([("region", 1), ("level", 1)],))


def staff_of(views: Views, regions: Sequence[str], levels: Sequence[str]) -> set[str]:
    """Who works in libraries of these levels in these regions."""
    where = {"region": {"$in": list(regions)}, "level": {"$in": list(levels)}}
    return {person for library in views.all(LIBRARIES, where) for person in library.get("people", ())}
