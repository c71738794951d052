"""Regions, and the people to ask in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import Length, Range

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import Listing, OptionalPageQuery, Slug, Text, fill, paged, paging
from services.members.dependencies import Dependencies
from services.members.domain.region import REGION, OpenRegion, Subdistrict
from services.members.identity.joining import clean
from services.members.views.offices import OFFICE_HOLDERS, office_key
from services.members.views.regions import REGIONS, RegionRow

routes = Routes()


@dataclass(frozen=True)
class Named:
    """A person whose name is public because of an office; ``name`` is null after an erasure."""

    person: str
    name: str | None


@dataclass(frozen=True)
class SubdistrictBody:
    """A sub-district and its centre, in degrees."""

    id: Slug
    name: Text
    latitude: Annotated[float, Range(-90, 90)]
    longitude: Annotated[float, Range(-180, 180)]


@dataclass(frozen=True)
class RegionBody:
    """A region to open."""

    region: Slug
    name: Text
    subdistricts: Annotated[tuple[SubdistrictBody, ...], Length(1, 200)]


@dataclass(frozen=True)
class RegionAnswer:
    """``vacant``: nobody holds the region's coordinator's office; ``stand_in`` may act meanwhile."""

    region: str
    name: str
    subdistricts: tuple[SubdistrictBody, ...]
    coordinator: Named | None
    stand_in: Named | None
    vacant: bool


class RegionList(Listing[RegionAnswer]):
    pass


@dataclass(frozen=True)
class RegionOpenedAnswer:
    """The region that is open now."""

    region: str


@routes.post("/v1/regions", statuses=(201, 403, 422))
def open_region(_deps: Dependencies, request: Request[RegionBody]) -> Answer[RegionOpenedAnswer]:
    """Open a region with its sub-districts.

    Needs ``regions.open``.
    """
    request.actor.require("regions.open")
    region = request.body.region
    subdistricts = tuple(fill(Subdistrict, each, name=clean(each.name)) for each in request.body.subdistricts)
    command = OpenRegion(clean(request.body.name), subdistricts)
    return request.outcome(
        REGION, region, command, lambda *_: RegionOpenedAnswer(region), location=f"/v1/regions/{region}"
    )


@routes.get("/v1/regions")
def regions(deps: Dependencies, request: Request[None, OptionalPageQuery]) -> Answer[RegionList]:
    """List the regions."""
    page = deps.views.find(REGIONS, **paging(request))
    return paged(page, lambda row: region_shown(deps, row), RegionList)


@routes.get("/v1/regions/{region}", statuses=(200, 404))
def region(deps: Dependencies, request: Request) -> Answer[RegionAnswer]:
    """Show one region with its sub-districts and its regional coordinator."""
    row = deps.views.get(REGIONS, request.path["region"])
    if row is None:
        raise NotFound
    return Answer(region_shown(deps, row))


def region_shown(deps: Dependencies, row: RegionRow) -> RegionAnswer:
    office = deps.views.get(OFFICE_HOLDERS, office_key("regional-coordinator", row.region))
    holder = office.holder if office else None
    return fill(
        RegionAnswer,
        row,
        subdistricts=tuple(fill(SubdistrictBody, each) for each in row.subdistricts),
        coordinator=named(deps, holder),
        stand_in=named(deps, office.stand_in if office else None),
        vacant=holder is None,
    )


def named(deps: Dependencies, person: str | None) -> Named | None:
    """A holder of an office by name, which is public; None for None."""
    return None if person is None else Named(person, deps.name_of(person))
