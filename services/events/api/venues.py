"""The venue book, and asking a host."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.events.api.parts import KEEP, PLAN, Parts
from services.events.domain.venue import CAFE, OTHER, SCHOOL, VENUE, AddVenue, AskVenue, RecordAnswer, Site, Venue
from services.events.views.venues import VENUES
from services.kernel.policy import Actor
from services.kernel.problem import NotFound
from services.kernel.route import Answer, Request, Routes, recorded
from services.kernel.shapes import Paging, identity, line, listing, number, paged, paging, truth

routes = Routes()

FACILITIES = ("power", "projector", "signal")


class NewVenue(Schema):
    name = line()
    kind = fields.String(required=True, validate=OneOf([CAFE, SCHOOL, OTHER]))
    region = identity()
    subdistrict = identity()
    capacity = number(1, 5000, required=False, load_default=None)
    power = truth(required=False, load_default=None)
    projector = truth(required=False, load_default=None)
    signal = truth(required=False, load_default=None)
    library = line(required=False, load_default=None)


class NewRequest(Schema):
    activity = identity()


class HostAnswer(Schema):
    confirmed = truth()
    by = line(required=False, load_default=None)


class VenueFilter(Paging):
    region = identity(required=False)


class VenueRef(Schema):
    venue = fields.String()


class VenueRequestShown(Schema):
    venue = fields.String()
    activity = fields.String()
    state = fields.String()


class VenueShown(Schema):
    venue = fields.String()
    name = fields.String()
    kind = fields.String()
    region = fields.String()
    subdistrict = fields.String(allow_none=True)
    capacity = fields.Integer(allow_none=True)
    power = fields.Boolean(allow_none=True)
    projector = fields.Boolean(allow_none=True)
    signal = fields.Boolean(allow_none=True)
    library = fields.String(allow_none=True)
    requests = fields.List(fields.Dict())


@routes.post("/v1/venues", body=NewVenue(), answer=VenueRef(), statuses=(201, 403))
def add_venue(parts: Parts, request: Request) -> Answer:
    """Add a venue to the book."""
    body = request.body
    request.actor.require(KEEP, body["region"])
    parts.require_region(body["region"], body["subdistrict"])
    venue = request.new_id("venue")
    command = AddVenue(Site(**body))
    commit = request.take(VENUE, venue, command, answer=lambda _state, _events: {"venue": venue})
    return recorded(commit, 201, location=f"/v1/venues/{venue}")


@routes.get("/v1/venues", query=VenueFilter(), answer=listing(VenueShown))
def list_venues(parts: Parts, request: Request) -> Answer:
    """The venue book."""
    where = {"region": request.query["region"]} if "region" in request.query else {}
    page = parts.views.find(VENUES, where, **paging(request))
    return paged(page, lambda document: _shown(parts, request.actor, document))


@routes.get("/v1/venues/{venue}", answer=VenueShown(), statuses=(200, 404))
def show_venue(parts: Parts, request: Request) -> Answer:
    """One venue."""
    document = parts.views.get(VENUES, request.path["venue"])
    if document is None:
        raise NotFound
    return Answer(_shown(parts, request.actor, document), version=document["version"])


@routes.post(
    "/v1/venues/{venue}/requests", body=NewRequest(), answer=VenueRequestShown(), statuses=(201, 403, 404, 422)
)
def ask_venue(parts: Parts, request: Request) -> Answer:
    """Ask whether an activity may be held there."""
    activity = request.body["activity"]
    standing = parts.planned(activity, request.actor)
    here = standing.plan.place.venue == request.path["venue"]
    return _about(request, activity, AskVenue(activity, here), 201)


@routes.post(
    "/v1/venues/{venue}/requests/{activity}/answer",
    body=HostAnswer(),
    answer=VenueRequestShown(),
    statuses=(200, 403, 404, 422),
)
def answer_for_host(parts: Parts, request: Request) -> Answer:
    """Record what the host answered."""
    activity = request.path["activity"]
    parts.planned(activity, request.actor)
    by = request.body["by"] and parts.vault.seal(request.path["venue"], request.body["by"])
    return _about(request, activity, RecordAnswer(activity, request.body["confirmed"], by))


def _about(request: Request, activity: str, command: AskVenue | RecordAnswer, status: int = 200) -> Answer:
    venue = request.path["venue"]

    def answer(state: Venue, _events: object) -> dict[str, Any]:
        return {"venue": venue, "activity": activity, "state": state.requests.get(activity)}

    return recorded(request.take(VENUE, venue, command, answer=answer), status)


def _shown(parts: Parts, actor: Actor, document: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "kind", "region", "subdistrict", "capacity", *FACILITIES, "library")
    shown = {"venue": document["_id"], **{name: document[name] for name in names}}
    if actor.may(PLAN, document["region"]):
        shown["requests"] = [
            {
                "activity": activity,
                "state": state,
                "by": parts.vault.open(document["_id"], document["by"].get(activity)),
            }
            for activity, state in document["requests"].items()
        ]
    return shown
