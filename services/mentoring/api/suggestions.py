"""Who might go along with a library: a list with reasons; whoever leads the region decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import listing
from services.mentoring.api.standing import Standing, able_unit, found_in, standing
from services.mentoring.domain.case import OPEN
from services.mentoring.domain.matching import Candidate, kilometres, ranked
from services.mentoring.parts import Parts
from services.mentoring.views.frameworks import level_under
from services.mentoring.views.mentorships import MENTORSHIPS
from services.mentoring.views.offices import OFFICES
from services.mentoring.views.practice import PRACTICE
from services.mentoring.views.regions import REGIONS

routes = Routes()

ACCOMPANYING = ("mentor", "regional-coordinator")
"""The offices whose holders accompany libraries."""


class Suggestion(Schema):
    person = fields.String()
    former = fields.Boolean()
    able = fields.Boolean()
    load = fields.Integer(metadata={"description": "open cases"})
    km = fields.Float(allow_none=True)
    reasons = fields.List(fields.String())


@routes.get("/v1/mentorships/{mentorship}/suggestions", answer=listing(Suggestion), statuses=(200, 403, 404))
def suggest_mentors(parts: Parts, request: Request) -> Answer:
    """Who might go along, with reasons; a person decides."""
    found = standing(parts, request.path["mentorship"], request.actor)
    found.require(found.leads)
    offices = [each for office in ACCOMPANYING for each in parts.views.all(OFFICES, {"office": office})]
    people = sorted({person for office in offices for person in office.get("holders", ())})
    known = {document["_id"]: document for document in found_in(parts, PRACTICE, people)}
    former = _former(parts, found)
    centres = {document["_id"]: document for document in parts.views.all(REGIONS)}
    here = _centre(centres, found.known)
    level, names = parts.rules(request.now).pilot_level, able_unit(parts)
    candidates = [
        Candidate(
            person=person,
            former=person in former,
            able=level_under(names, known.get(person, {}).get("levels", {})) >= level,
            load=parts.views.count(MENTORSHIPS, {"mentors": person, "state": OPEN}),
            km=_distance(here, _centre(centres, known.get(person, {}))),
        )
        for person in people
        if person not in found.case.mentors
    ]
    return Answer({"items": [_shown(each) for each in ranked(candidates)], "next": None})


def _former(parts: Parts, found: Standing) -> frozenset[str]:
    cases = parts.views.all(MENTORSHIPS, {"library": found.library.id})
    return frozenset(person for case in cases for person in case.get("mentors_ever", ()))


def _centre(regions: Mapping[str, Any], place: Mapping[str, Any]) -> tuple[float, float] | None:
    known = regions.get(place.get("region") or "", {}).get("subdistricts", ())
    return next(
        ((each["latitude"], each["longitude"]) for each in known if each["id"] == place.get("subdistrict")), None
    )


def _distance(here: tuple[float, float] | None, there: tuple[float, float] | None) -> float | None:
    return None if here is None or there is None else round(kilometres(here, there), 1)


def _shown(candidate: Candidate) -> dict[str, Any]:
    names = ("person", "former", "able", "load", "km")
    return {**{name: getattr(candidate, name) for name in names}, "reasons": list(candidate.reasons)}
