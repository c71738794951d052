"""Who may be in the roster twice: the same name at the same library or in the same sub-district.

Two people may share a name, so this only shows them; a contact never has two members to begin with (``identification``).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from marshmallow import Schema, fields

from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import listing, slug
from services.members.domain.library import spelling
from services.members.parts import Parts
from services.members.views.roster import ROSTER

routes = Routes()


class DuplicatesQuery(Schema):
    """A region."""

    region = slug()


class Alike(Schema):
    """Members who may be one."""

    name = fields.String(required=True)
    members = fields.List(fields.String(), required=True)


@routes.get("/v1/duplicates", query=DuplicatesQuery(), answer=listing(Alike, required=True), statuses=(200, 403))
def duplicates(parts: Parts, request: Request) -> Answer:
    """Who may be in a region's roster twice."""
    region = request.query["region"]
    request.actor.require("members.read", region)
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for document in parts.views.all(ROSTER, {"region": region}):
        name = parts.vault.open(document["_id"], document["name"])
        if name is not None:
            names[document["_id"]] = name
            for beside in (f"at {spelling(document['library'])}", f"in {document['subdistrict']}"):
                groups[spelling(name), beside].add(document["_id"])
    alike = {frozenset(members) for members in groups.values() if len(members) > 1}
    # A group that lies within another says nothing more.
    whole = [members for members in alike if not any(members < other for other in alike)]
    items: list[dict[str, Any]] = [{"name": names[min(members)], "members": sorted(members)} for members in whole]
    return Answer({"items": sorted(items, key=lambda one: (one["name"], one["members"])), "next": None})
