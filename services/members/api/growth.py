"""Growth: how far somebody is and how they came there, as of any time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import identity, time
from services.members.api.libraries import accompanies
from services.members.domain.competence import SECOND, SELF
from services.members.domain.framework import ASPECTS, Frameworks
from services.members.domain.growth import Rating, Standing, standing
from services.members.domain.person import PERSON
from services.members.frameworks import standing as standing_frameworks
from services.members.learned import Learned
from services.members.parts import Parts
from services.members.views.competence import COMPETENCE_OF
from services.members.views.occasions import OCCASIONS

routes = Routes()


class AsOf(Schema):
    """As of this time, now by default. ``activity``: compare with how far they were when it began."""

    as_of = time(required=False)
    activity = identity(required=False, published_length=80)


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


class Before(Schema):
    """How far somebody was when an activity began."""

    activity = fields.String(required=True)
    title = fields.String(required=True)
    at = fields.AwareDateTime(required=True, format="iso")
    areas = fields.List(fields.Nested(AreaUnits), required=True)


class GrowthAnswer(Schema):
    """Where somebody stands, the steps that led there, and what they took part in; the oldest first. ``before`` is null
    where no activity was asked about.
    """

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    as_of = fields.AwareDateTime(required=True, format="iso")
    framework = fields.String(required=True)
    areas = fields.List(fields.Nested(AreaUnits), required=True)
    steps = fields.List(fields.Nested(Step), required=True)
    evidence = fields.List(fields.Nested(Evidence), required=True)
    before = fields.Nested(Before, required=True, allow_none=True)


@routes.get("/v1/competence/{person}", query=AsOf(), answer=GrowthAnswer(), statuses=(200, 404))
def growth(parts: Parts, request: Request) -> Answer:
    """How far somebody is and how they came there.

    Shown to the person, and to those who may rate or read the members of the person's region.
    """
    actor, key = request.actor.require_person(), request.path["person"]
    person, _ = parts.commands.state(PERSON, key)
    if not person.is_member or not (actor == key or accompanies(request.actor, person.region)):
        raise NotFound
    as_of = request.query.get("as_of", request.now)
    frameworks = standing_frameworks(parts.commands)
    document = parts.views.get(COMPETENCE_OF, key) or {}
    ratings = [rating for rating in _in_order(document) if rating["at"] <= as_of]
    learned = Learned(parts, key, as_of, [rating["because"] for rating in ratings if rating["because"]])
    before = None
    if "activity" in request.query:
        before = _before(parts, request.query["activity"], map(rating_of, ratings), frameworks)
    body = {
        "person": key,
        "name": parts.name_of(key),
        "as_of": as_of.isoformat(),
        "framework": current(frameworks),
        "areas": _areas(frameworks, standing(map(rating_of, ratings), frameworks, as_of)),
        "steps": [
            {**rating, "at": rating["at"].isoformat(), "because": learned.reason(rating["because"])}
            for rating in ratings
        ],
        "evidence": learned.evidence(),
        "before": before,
    }
    return Answer(body)


def _before(parts: Parts, activity: str, ratings: Iterable[Rating], frameworks: Frameworks) -> dict[str, Any]:
    occasion = parts.views.get(OCCASIONS, activity)
    if occasion is None or "title" not in occasion:
        raise Malformed(errors={"activity": ["There is no such activity, or it is not known here yet."]})
    begins = occasion["starts"]
    levels = standing((rating for rating in ratings if rating.at < begins), frameworks, begins)
    at = {"activity": activity, "title": occasion["title"], "at": begins.isoformat()}
    return {**at, "areas": _areas(frameworks, levels)}


def _areas(frameworks: Frameworks, levels: Standing) -> list[dict[str, Any]]:
    counts = frameworks.current
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
                for unit in counts.units
                if unit.area == area.area
            ],
        }
        for area in (counts.areas if counts else ())
        if counts
    ]


def _in_order(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [rating for _, rating in sorted(ratings_in(document).items(), key=lambda one: int(one[0]))]


def current(frameworks: Frameworks) -> str:
    """The version that counts."""
    return frameworks.current.version if frameworks.current else ""


def ratings_in(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The ratings in a document of the view, by their numbers."""
    found: Mapping[str, Mapping[str, Any]] = document.get("ratings") or {}
    return found


def rating_of(document: Mapping[str, Any]) -> Rating:
    """A rating of a document of the view."""
    return Rating(
        document["unit"],
        document["aspect"],
        document["level"],
        document["rater"],
        document["framework"],
        document["at"],
    )
