"""The venue book, and asking a host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from marshmallow.validate import OneOf, Range

from services.events.dependencies import KEEP, PLAN, Dependencies
from services.events.domain.venue import CAFE, OTHER, SCHOOL, VENUE, AddVenue, AskVenue, RecordAnswer, Site, Venue
from services.events.views.venues import VENUES, VenueRow
from services.kernel.base.problem import NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Line, Listing, PageQuery, fill, paged, paging, where

routes = Routes()


@dataclass(frozen=True)
class NewVenue:
    name: Line
    kind: Annotated[str, OneOf([CAFE, SCHOOL, OTHER])]
    region: Identity
    subdistrict: Identity
    capacity: Annotated[int, Range(1, 5000)] | None = None
    power: Annotated[bool | None, Described("whether there is electricity for computers")] = None
    projector: bool | None = None
    signal: Annotated[bool | None, Described("whether there is a mobile signal")] = None
    library: Annotated[Line | None, Described("the name of the library, at a school")] = None


@dataclass(frozen=True)
class NewRequest:
    activity: Identity


@dataclass(frozen=True)
class HostAnswer:
    confirmed: Annotated[bool, Described("whether the host agrees")]
    by: Annotated[Line | None, Described("who answered for the host")] = None


@dataclass(frozen=True)
class VenueFilter(PageQuery):
    region: Annotated[Identity | Unset, Described("only venues of this region")] = UNSET


@dataclass(frozen=True)
class VenueRef:
    venue: str


@dataclass(frozen=True)
class VenueRequestShown:
    venue: str
    activity: str
    state: str


@dataclass(frozen=True)
class VenueShown:
    """``requests`` is for planners of the venue's region; for other callers the field is left out."""

    venue: str
    name: str
    kind: str
    region: str
    subdistrict: str | None
    capacity: int | None
    power: bool | None
    projector: bool | None
    signal: bool | None
    library: str | None
    # Published as objects without named fields, which the description keeps.
    requests: tuple[Mapping[str, Any], ...] | Unset = UNSET


@routes.post("/v1/venues", statuses=(201, 403))
def add_venue(deps: Dependencies, request: Request[NewVenue]) -> Answer[VenueRef]:
    """Add a venue to the venue book.

    Needs ``venues.keep`` in the region.
    """
    body = request.body
    request.actor.require(KEEP, body.region)
    deps.require_region(body.region, body.subdistrict)
    venue = request.new_id("venue")
    command = AddVenue(Site(**asdict(body)))
    return request.outcome(VENUE, venue, command, lambda *_: VenueRef(venue), location=f"/v1/venues/{venue}")


@routes.get("/v1/venues")
def list_venues(deps: Dependencies, request: Request[None, VenueFilter]) -> Answer[Listing[VenueShown]]:
    """List the venues of the venue book."""
    page = deps.views.find(VENUES, where(region=request.query.region), **paging(request))
    return paged(page, lambda row: venue_shown(deps, request.actor, row))


@routes.get("/v1/venues/{venue}", statuses=(200, 404))
def show_venue(deps: Dependencies, request: Request) -> Answer[VenueShown]:
    """Show one venue."""
    row = deps.views.get(VENUES, request.path["venue"])
    if row is None:
        raise NotFound
    return Answer(venue_shown(deps, request.actor, row), version=row.version)


@routes.post("/v1/venues/{venue}/requests", statuses=(201, 403, 404, 422))
def ask_venue(deps: Dependencies, request: Request[NewRequest]) -> Answer[VenueRequestShown]:
    """Record that the host of a venue was asked whether an activity may be held there.

    Needs ``activities.plan`` in the activity's region.
    """
    activity = request.body.activity
    current = deps.activity_to_plan(activity, request.actor)
    here = current.plan.place.venue == request.path["venue"]
    return _changed_request(request, activity, AskVenue(activity, here))


@routes.post("/v1/venues/{venue}/requests/{activity}/answer", statuses=(200, 403, 404, 422))
def answer_for_host(deps: Dependencies, request: Request[HostAnswer]) -> Answer[VenueRequestShown]:
    """Record the host's answer to a request for a venue.

    Needs ``activities.plan`` in the activity's region. An activity at a school can be published only after the school
    has confirmed.
    """
    activity = request.path["activity"]
    deps.activity_to_plan(activity, request.actor)
    by = request.body.by and deps.vault.seal(request.path["venue"], request.body.by)
    return _changed_request(request, activity, RecordAnswer(activity, request.body.confirmed, by))


def _changed_request(
    request: Request[Any], activity: str, command: AskVenue | RecordAnswer
) -> Answer[VenueRequestShown]:
    venue = request.path["venue"]

    def state_of(state: Venue | None, _events: object) -> VenueRequestShown:
        assert state is not None  # the command was taken, so the venue is in the book
        return VenueRequestShown(venue, activity, state.requests[activity])

    return request.outcome(VENUE, venue, command, state_of)


def venue_shown(deps: Dependencies, actor: Actor, row: VenueRow) -> VenueShown:
    requests = _requests(deps, row) if actor.may(PLAN, row.region) else UNSET
    return fill(VenueShown, row, requests=requests)


def _requests(deps: Dependencies, row: VenueRow) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"activity": activity, "state": state, "by": deps.vault.open(row.venue, row.by.get(activity))}
        for activity, state in row.requests.items()
    )
