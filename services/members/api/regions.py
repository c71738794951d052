"""Regions, and whom to ask in each."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import OptionalPaging, listing, slug, text
from services.members.domain.region import REGION, OpenRegion, Subdistrict
from services.members.identity.joining import clean
from services.members.parts import Parts
from services.members.views.offices import OFFICE_HOLDERS, office_key
from services.members.views.regions import REGIONS

routes = Routes()


class Named(Schema):
    """A person whose name is public, for the office they hold; null where it is erased."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)


class SubdistrictBody(Schema):
    """A sub-district and its centre, in degrees."""

    id = slug()
    name = text()
    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))


class RegionBody(Schema):
    """A region to open."""

    region = slug()
    name = text()
    subdistricts = fields.List(fields.Nested(SubdistrictBody), required=True, validate=validate.Length(1, 200))


class RegionAnswer(Schema):
    """A region. ``vacant``: nobody holds its coordinator's office; ``stand_in`` may act meanwhile."""

    region = fields.String(required=True)
    name = fields.String(required=True)
    subdistricts = fields.List(fields.Nested(SubdistrictBody), required=True)
    coordinator = fields.Nested(Named, required=True, allow_none=True)
    stand_in = fields.Nested(Named, required=True, allow_none=True)
    vacant = fields.Boolean(required=True)


class RegionOpenedAnswer(Schema):
    """The region that stands open now."""

    region = fields.String(required=True)


@routes.post("/v1/regions", body=RegionBody(), answer=RegionOpenedAnswer(), statuses=(201, 403, 422))
def open_region(_parts: Parts, request: Request) -> Answer:
    """Open a region."""
    request.actor.require("regions.open")
    region = request.body["region"]
    subdistricts = tuple(
        Subdistrict(given["id"], clean(given["name"]), given["latitude"], given["longitude"])
        for given in request.body["subdistricts"]
    )
    command = OpenRegion(clean(request.body["name"]), subdistricts)
    commit = request.take(REGION, region, command, answer=lambda _state, _events: {"region": region})
    return recorded(commit, 201, location=f"/v1/regions/{region}")


@routes.get("/v1/regions", query=OptionalPaging(), answer=listing(RegionAnswer, "RegionList", required=True))
def regions(parts: Parts, request: Request) -> Answer:
    """The regions."""
    page = parts.views.find(REGIONS, limit=request.query["limit"], after=request.query.get("after"))
    return Answer({"items": [_shown(parts, document) for document in page.items], "next": page.next})


@routes.get("/v1/regions/{region}", answer=RegionAnswer(), statuses=(200, 404))
def region(parts: Parts, request: Request) -> Answer:
    """A region, and whom to ask there."""
    document = parts.views.get(REGIONS, request.path["region"])
    if document is None:
        raise NotFound
    return Answer(_shown(parts, document))


def _shown(parts: Parts, document: dict[str, Any]) -> dict[str, Any]:
    office = parts.views.get(OFFICE_HOLDERS, office_key("regional-coordinator", document["_id"])) or {}
    return {
        "region": document["_id"],
        "name": document["name"],
        "subdistricts": document["subdistricts"],
        "coordinator": named(parts, office.get("holder")),
        "stand_in": named(parts, office.get("stand_in")),
        "vacant": office.get("holder") is None,
    }


def named(parts: Parts, person: str | None) -> dict[str, Any] | None:
    """A holder of an office by name, which is public; None where there is none."""
    return None if person is None else {"person": person, "name": parts.name_of(person)}
