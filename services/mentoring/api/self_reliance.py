"""Self-reliance: whether those who ask come to answer, and whether a library calls less and less."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import identity
from services.mentoring.api.consultation_shown import require_login
from services.mentoring.parts import ANSWER, Parts
from services.mentoring.views.exchange import EXCHANGE, LIBRARY, PERSON, REGION, THERE
from services.mentoring.views.libraries import LIBRARIES, present_staff

routes = Routes()


class Of(Schema):
    region = identity(required=False)
    library = identity(required=False)


class Month(Schema):
    month = fields.String()
    asked = fields.Integer()


class People(Schema):
    asked = fields.Integer()
    answered = fields.Integer()
    both = fields.Integer(metadata={"description": "who once asked and by now answers"})


class SelfReliance(Schema):
    of = fields.String(metadata={"description": "person, library or region"})
    asked = fields.Integer()
    answered = fields.Integer(metadata={"description": "answers given; none by a library"})
    ratio = fields.Float(allow_none=True, metadata={"description": "answers given to questions asked"})
    months = fields.List(fields.Nested(Month))
    people = fields.Nested(People, allow_none=True, metadata={"description": "of a region alone"})


@routes.get("/v1/self-reliance", query=Of(), answer=SelfReliance(), statuses=(200, 401, 403, 404))
def show_self_reliance(parts: Parts, request: Request) -> Answer:
    """Questions asked and answers given: one's own, a library's, a region's."""
    region, library = request.query.get("region"), request.query.get("library")
    if region and library:
        raise Malformed(errors={"library": ["Ask for a region or a library."]})
    if library:
        return Answer(_of(parts, LIBRARY, [_library(parts, request, library)]))
    if region:
        parts.require_region(region)
        request.actor.require(ANSWER, region)
        return Answer(_of(parts, REGION, [region], region))
    request.actor.require_person()
    return Answer(_of(parts, PERSON, sorted(parts.ids(request.actor))))


def _library(parts: Parts, request: Request, library: str) -> str:
    require_login(request.actor)
    known = parts.views.get(LIBRARIES, library)
    works_there = request.actor.id in present_staff(known)
    if known is None or not (works_there or request.actor.may(ANSWER, known.get("region"))):
        raise NotFound
    return library


def _of(parts: Parts, kind: str, names: list[str], region: str | None = None) -> dict[str, Any]:
    documents = [found for name in names if (found := parts.views.get(EXCHANGE, f"{kind}.{name}")) is not None]
    asked = sum(document.get("asked", 0) for document in documents)
    answered = sum(document.get("answered", 0) for document in documents)
    months: dict[str, int] = {}
    for document in documents:
        for month, count in document.get("months", {}).items():
            months[month] = months.get(month, 0) + count
    return {
        "of": kind,
        "asked": asked,
        "answered": answered,
        "ratio": round(answered / asked, 2) if asked else None,
        "months": [{"month": month, "asked": count} for month, count in sorted(months.items())],
        "people": region and _people(parts, region),
    }


def _people(parts: Parts, region: str) -> dict[str, int]:
    here = {"kind": THERE, "region": region}
    asked, answered = {"asked": {"$gt": 0}}, {"answered": {"$gt": 0}}
    return {
        "asked": parts.views.count(EXCHANGE, here | asked),
        "answered": parts.views.count(EXCHANGE, here | answered),
        "both": parts.views.count(EXCHANGE, here | asked | answered),
    }
