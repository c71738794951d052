"""Growth: how far somebody is and how they came there, as of any time; and how far many are, without names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.kernel.policy import Actor
from services.kernel.problem import Forbidden, NotFound
from services.kernel.route import Answer, Request, Route
from services.members.api.libraries import works_at
from services.members.api.wording import identity, slug, time
from services.members.domain.competence import SECOND, SELF
from services.members.domain.framework import ASPECTS, Frameworks
from services.members.domain.growth import Rating, Standing, area_levels, gained, standing
from services.members.domain.library import LIBRARY
from services.members.domain.person import PERSON
from services.members.frameworks import standing as standing_frameworks
from services.members.learned import Learned
from services.members.parts import Parts
from services.members.views.affiliations import AFFILIATIONS
from services.members.views.competence import COMPETENCE_OF

NOTHING: Mapping[str, Any] = {"ratings": {}}


class AsOf(Schema):
    """As of this time, now by default."""

    as_of = time()


class LevelPair(Schema):
    """The level as one sees oneself and as the second rater sees it; null where nobody has rated."""

    self = fields.Integer(required=True, allow_none=True)
    second = fields.Integer(required=True, allow_none=True)


class UnitLevels(Schema):
    """A unit with its aspects."""

    unit = fields.String(required=True)
    name = fields.String(required=True)
    aspects = fields.Dict(keys=fields.String(), values=fields.Nested(LevelPair), required=True)


class AreaUnits(Schema):
    """An area with all its units."""

    area = fields.String(required=True)
    name = fields.String(required=True)
    units = fields.List(fields.Nested(UnitLevels), required=True)


class Reason(Schema):
    """What a rating follows from; ``title`` of the activity, or the name of the library that was accompanied."""

    kind = fields.String(required=True)
    id = fields.String(required=True, allow_none=True)
    title = fields.String(required=True, allow_none=True)


class Step(Schema):
    """One rating."""

    at = fields.AwareDateTime(required=True, format="iso")
    unit = fields.String(required=True)
    area = fields.String(required=True)
    aspect = fields.String(required=True)
    level = fields.Integer(required=True)
    rater = fields.String(required=True)
    by = fields.String(required=True)
    framework = fields.String(required=True)
    because = fields.Nested(Reason, required=True, allow_none=True)


class Evidence(Schema):
    """Something that taught or exercised units, whether or not a rating followed. ``kind``: activity or visit."""

    kind = fields.String(required=True)
    id = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    units = fields.List(fields.String(), required=True)
    at = fields.AwareDateTime(required=True, format="iso")


class GrowthAnswer(Schema):
    """Where somebody stands, the steps that led there, and what they took part in; the oldest first."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    as_of = fields.AwareDateTime(required=True, format="iso")
    framework = fields.String(required=True)
    areas = fields.List(fields.Nested(AreaUnits), required=True)
    steps = fields.List(fields.Nested(Step), required=True)
    evidence = fields.List(fields.Nested(Evidence), required=True)


class ManyQuery(Schema):
    """Of a region or of a library's staff; ``to`` is now by default, ``from`` a time to compare with."""

    region = slug()
    library = identity()
    since = time(data_key="from")
    until = time(data_key="to")

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


def growth(parts: Parts, request: Request) -> Answer:
    """One person's growth: for themselves, and for who may rate or read the members of their region."""
    actor, key = request.actor.require_person(), request.path["person"]
    person, _ = parts.commands.state(PERSON, key)
    if not person.is_member or not (actor == key or _may_read(request.actor, person.region)):
        raise NotFound
    as_of = request.query.get("as_of", request.now)
    frameworks = standing_frameworks(parts.commands)
    document = parts.views.get(COMPETENCE_OF, key) or NOTHING
    ratings = [rating for rating in _in_order(document) if rating["at"] <= as_of]
    learned = Learned(parts, key, as_of, [rating["because"] for rating in ratings if rating["because"]])
    body = {
        "person": key,
        "name": parts.name_of(key),
        "as_of": as_of.isoformat(),
        "framework": _current(frameworks),
        "areas": _areas(frameworks, standing(map(_rating, ratings), frameworks, as_of)),
        "steps": [
            {**rating, "at": rating["at"].isoformat(), "because": learned.reason(rating["because"])}
            for rating in ratings
        ],
        "evidence": learned.evidence(),
    }
    return Answer(body)


def many(parts: Parts, request: Request) -> Answer:
    """How far the people of a region or the staff of a library are, and how far they were."""
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
            "framework": _current(frameworks),
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
        documents = [parts.views.get(COMPETENCE_OF, person) or {"_id": person, **NOTHING} for person in people]
    else:
        documents = list(parts.everything(COMPETENCE_OF, {"region": region}))
    found = {
        document["_id"]: standing(map(_rating, document["ratings"].values()), frameworks, at) for document in documents
    }
    return {person: levels for person, levels in found.items() if levels}


def _staff(parts: Parts, library: str, at: datetime) -> list[str]:
    return [
        document["person"]
        for document in parts.everything(AFFILIATIONS, {"library": library})
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


def _areas(frameworks: Frameworks, levels: Standing) -> list[dict[str, Any]]:
    current = frameworks.current
    return [
        {
            "area": area.area,
            "name": area.name,
            "units": [
                {
                    "unit": unit.unit,
                    "name": unit.name,
                    "aspects": {
                        aspect: {rater: levels.get((unit.unit, aspect, rater)) for rater in (SELF, SECOND)}
                        for aspect in ASPECTS
                    },
                }
                for unit in current.units
                if unit.area == area.area
            ],
        }
        for area in (current.areas if current else ())
        if current
    ]


def _current(frameworks: Frameworks) -> str:
    return frameworks.current.version if frameworks.current else ""


def _in_order(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [document["ratings"][number] for number in sorted(document["ratings"], key=int)]


def _rating(document: Mapping[str, Any]) -> Rating:
    return Rating(
        document["unit"],
        document["aspect"],
        document["level"],
        document["rater"],
        document["framework"],
        document["at"],
    )


def _may_read(actor: Actor, region: str | None) -> bool:
    return actor.may("members.read", region) or actor.may("competence.rate", region)


def _require_may_count(parts: Parts, request: Request, region: str | None, library: str | None) -> None:
    actor = request.actor.require_person()
    if library is not None:
        known, _ = parts.commands.state(LIBRARY, library)
        if not known.is_known:
            raise NotFound("there is no such library")
        if works_at(parts, actor, library):
            return
        region = known.region
    if not _may_read(request.actor, region):
        raise Forbidden(permission="competence.rate", region=region)


ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/v1/competence",
        many,
        name="competence-of-many",
        summary="How far the people of a region or a library are, without names",
        query=ManyQuery(),
        answer=ManyAnswer(),
        statuses=(200, 403, 404),
    ),
    Route(
        "GET",
        "/v1/competence/{person}",
        growth,
        name="growth",
        summary="How far somebody is and how they came there",
        query=AsOf(),
        answer=GrowthAnswer(),
        statuses=(200, 404),
    ),
)
