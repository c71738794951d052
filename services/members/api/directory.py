"""Who can do something, and lives near: for whoever looks for a speaker, a mentor or a helping hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.problem import Forbidden, Malformed
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import listing, slug
from services.members.api.growth import rating_of, ratings_in
from services.members.api.members import centres
from services.members.domain.competence import SECOND, SELF
from services.members.domain.framework import LEVELS
from services.members.domain.growth import standing
from services.members.domain.place import kilometres
from services.members.frameworks import standing as standing_frameworks
from services.members.parts import Parts
from services.members.views.competence import COMPETENCE_OF
from services.members.views.roster import ROSTER

routes = Routes()

LOOKING = ("activities.plan", "mentorships.lead", "competence.rate", "members.read")
MOST = 50


class DirectoryQuery(Schema):
    """What somebody is to be able to do, where, and at which level at least; ``subdistrict``: near where."""

    unit = slug()
    region = slug()
    subdistrict = slug(required=False)
    level = fields.Integer(load_default=3, validate=validate.OneOf(LEVELS))


class Able(Schema):
    """Somebody of the region. ``rater``: who says so; ``km`` from centre to centre, null where it is not known."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    level = fields.Integer(required=True)
    rater = fields.String(required=True)
    km = fields.Float(required=True, allow_none=True)


@routes.get("/v1/people-who-can", query=DirectoryQuery(), answer=listing(Able, required=True), statuses=(200, 403))
def people_who_can(parts: Parts, request: Request) -> Answer:
    """Who in a region can do something, by skill and distance."""
    query = request.query
    region = query["region"]
    request.actor.require_person()
    if not any(request.actor.may(permission, region) for permission in LOOKING):
        raise Forbidden(permission=LOOKING[0], region=region)
    frameworks = standing_frameworks(parts.commands)
    if frameworks.current is None or frameworks.current.unit(query["unit"]) is None:
        raise Malformed(errors={"unit": ["There is no such unit in the framework that counts."]})
    known = centres(parts)
    here = known.get((region, query.get("subdistrict", "")))
    found: list[dict[str, Any]] = []
    for document in parts.views.all(COMPETENCE_OF, {"region": region}):
        levels = standing(map(rating_of, ratings_in(document).values()), frameworks, request.now)
        said = _word(levels, query["unit"])
        member = parts.views.get(ROSTER, document["_id"]) if said is not None else None
        if said is None or member is None or said[0] < query["level"]:
            continue
        home = known.get((member["region"], member["subdistrict"]))
        km = round(kilometres(home, here), 1) if home is not None and here is not None else None
        name = parts.vault.open(document["_id"], member["name"])
        found.append({"person": document["_id"], "name": name, "level": said[0], "rater": said[1], "km": km})
    found.sort(key=lambda one: (one["rater"] != SECOND, -one["level"], one["km"] is None, one["km"], one["person"]))
    return Answer({"items": found[:MOST], "next": None})


def _word(levels: Mapping[tuple[str, str, str], int], unit: str) -> tuple[int, str] | None:
    """The level in skill, and who says so: a second rater before oneself."""
    for rater in (SECOND, SELF):
        level = levels.get((unit, "skill", rater))
        if level is not None:
            return level, rater
    return None
