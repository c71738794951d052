"""How far many are, without names: the people of a region or the staff of a library, now and at a time before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import identity, slug, time
from services.members.api.growth import current, rating_of, ratings_in
from services.members.api.libraries import accompanies, works_at
from services.members.domain.competence import SECOND, SELF
from services.members.domain.framework import Frameworks
from services.members.domain.growth import Standing, area_levels, gained, standing
from services.members.domain.library import LIBRARY
from services.members.frameworks import standing as standing_frameworks
from services.members.parts import Parts
from services.members.views.affiliations import AFFILIATIONS
from services.members.views.competence import COMPETENCE_OF

routes = Routes()


class ManyQuery(Schema):
    """Of a region or of a library's staff; ``to`` is now by default, ``from`` a time to compare with."""

    region = slug(required=False)
    library = identity(required=False, published_length=80)
    since = time(required=False, data_key="from")
    until = time(required=False, data_key="to")

    @validates_schema
    def of_one(self, data: dict[str, Any], **_options: Any) -> None:
        """One of both."""
        if ("region" in data) == ("library" in data):
            raise ValidationError("Give a region or a library.", "region")


class AreaCount(Schema):
    """How many people are rated in an area, and how many of them are at each level."""

    area = fields.String(required=True)
    name = fields.String(required=True)
    people = fields.Integer(required=True)
    levels = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class CountAt(Schema):
    """How far they were at a time. ``people``: of whom something was rated."""

    at = fields.AwareDateTime(required=True, format="iso")
    people = fields.Integer(required=True)
    areas = fields.List(fields.Nested(AreaCount), required=True)


class Gained(Schema):
    """Levels gained between both times, by rater, of those who were there at both."""

    self = fields.Integer(required=True)
    second = fields.Integer(required=True)


class ManyAnswer(Schema):
    """How far many are, without names."""

    framework = fields.String(required=True)
    before = fields.Nested(CountAt, required=True, allow_none=True, data_key="from")
    after = fields.Nested(CountAt, required=True, data_key="to")
    gained = fields.Nested(Gained, required=True, allow_none=True)


@routes.get("/v1/competence", query=ManyQuery(), answer=ManyAnswer(), statuses=(200, 403, 404))
def competence_of_many(parts: Parts, request: Request) -> Answer:
    """How far the people of a region or a library are, without names.

    Where the query names a beginning, the answer also says how far they were then.
    """
    region, library = request.query.get("region"), request.query.get("library")
    _require_may_count(parts, request, region, library)
    frameworks = standing_frameworks(parts.commands)
    after = request.query.get("until", request.now)
    before = request.query.get("since")
    at_end = _standings(parts, frameworks, region, library, after)
    at_beginning = None if before is None else _standings(parts, frameworks, region, library, before)
    steps = None
    if at_beginning is not None:
        steps = {SELF: 0, SECOND: 0}
        for person in at_beginning.keys() & at_end.keys():
            for rater, levels in gained(at_beginning[person], at_end[person]).items():
                steps[rater] += levels
    return Answer(
        {
            "framework": current(frameworks),
            "from": None if before is None else _counted(frameworks, before, (at_beginning or {}).values()),
            "to": _counted(frameworks, after, at_end.values()),
            "gained": steps,
        }
    )


def _standings(
    parts: Parts, frameworks: Frameworks, region: str | None, library: str | None, at: datetime
) -> Mapping[str, Standing]:
    if library is not None:
        people = _staff(parts, library, at)
        documents = [parts.views.get(COMPETENCE_OF, person) or {"_id": person} for person in people]
    else:
        documents = list(parts.views.all(COMPETENCE_OF, {"region": region}))
    found = {
        document["_id"]: standing(map(rating_of, ratings_in(document).values()), frameworks, at)
        for document in documents
    }
    return {person: levels for person, levels in found.items() if levels}


def _staff(parts: Parts, library: str, at: datetime) -> list[str]:
    return [
        document["person"]
        for document in parts.views.all(AFFILIATIONS, {"library": library})
        if any(
            term["since"] <= at and (term["until"] is None or at < term["until"]) for term in document["terms"].values()
        )
    ]


def _counted(frameworks: Frameworks, at: datetime, people: Iterable[Standing]) -> dict[str, Any]:
    known = list(people)
    names = {area.area: area.name for area in frameworks.current.areas} if frameworks.current else {}
    areas = [
        {
            "area": count.area,
            "name": names[count.area],
            "people": count.people,
            "levels": {str(level): people for level, people in count.levels.items()},
        }
        for count in area_levels(known, frameworks)
    ]
    return {"at": at.isoformat(), "people": len(known), "areas": areas}


def _require_may_count(parts: Parts, request: Request, region: str | None, library: str | None) -> None:
    actor = request.actor.require_person()
    if library is not None:
        known, _ = parts.commands.state(LIBRARY, library)
        if not known.is_known:
            raise NotFound("there is no such library")
        if works_at(parts, actor, library):
            return
        region = known.region
    if not accompanies(request.actor, region):
        raise Forbidden(permission="competence.rate", region=region)
