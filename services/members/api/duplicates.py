"""Who may be in the roster twice: the same name at the same library or in the same sub-district.

Two people may share a name, so this only shows them; a contact never has two members to begin with (``identification``).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Annotated

from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Listing, Slug
from services.members.dependencies import Dependencies
from services.members.domain.library import spelling
from services.members.views.roster import ROSTER

routes = Routes()


@dataclass(frozen=True)
class DuplicatesQuery:
    region: Annotated[Slug, Described("the region whose members are compared")]


@dataclass(frozen=True)
class Alike:
    """Members who may be one person."""

    name: str
    members: tuple[str, ...]


@routes.get("/v1/duplicates", statuses=(200, 403))
def duplicates(deps: Dependencies, request: Request[None, DuplicatesQuery]) -> Answer[Listing[Alike]]:
    """List members of a region who may be registered twice.

    Needs ``members.read`` in the region. Compares names together with libraries or sub-districts.
    """
    region = request.query.region
    request.actor.require("members.read", region)
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for row in deps.views.all(ROSTER, {"region": region}):
        name = deps.vault.open(row.member, row.name)
        if name is not None:
            names[row.member] = name
            for beside in (f"at {spelling(row.library)}", f"in {row.subdistrict}"):
                groups[spelling(name), beside].add(row.member)
    alike = {frozenset(members) for members in groups.values() if len(members) > 1}
    # A group that lies within another says nothing more.
    whole = [members for members in alike if not any(members < other for other in alike)]
    items = [Alike(names[min(members)], tuple(sorted(members))) for members in whole]
    return Answer(Listing(tuple(sorted(items, key=lambda alike: (alike.name, alike.members)))))
