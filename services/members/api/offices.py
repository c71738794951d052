"""Offices: holders, handovers and stand-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol

from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.policy import Held
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity80, Listing, OptionalPageQuery, Slug, fill, paged, paging, where
from services.members.api.regions import Named, named
from services.members.dependencies import Dependencies
from services.members.domain.office import (
    OFFICE,
    AssumeOffice,
    HandOverOffice,
    NameStandIn,
    Office,
    OfficeCommand,
    VacateOffice,
    office_identity,
)
from services.members.domain.office_kinds import OFFICES
from services.members.iso import IsoTime, iso
from services.members.views.offices import OFFICE_HOLDERS, OfficeRow, office_key
from services.members.views.regions import REGIONS

ASSIGN = "offices.assign"
routes = Routes()


@dataclass(frozen=True)
class AssumeBody:
    """Who takes the office. ``from`` is when the term began: now unless given."""

    person: Identity80
    region: Annotated[Slug | None, Described("the region of a regional office")] = None
    since: Annotated[datetime | Unset, Key("from"), Described("since when; now if left out")] = UNSET


@dataclass(frozen=True)
class HandoverBody:
    """Who follows."""

    to: Annotated[Identity80, Described("the successor")]
    region: Annotated[Slug | None, Described("the region of a regional office")] = None


@dataclass(frozen=True)
class StandInBody:
    """Who stands in."""

    person: Identity80
    region: Annotated[Slug | None, Described("the region of a regional office")] = None


@dataclass(frozen=True)
class VacancyBody:
    """``person`` is the holder whose term ends, for an office with many holders."""

    region: Annotated[Slug | None, Described("the region of a regional office")] = None
    person: Annotated[Identity80 | None, Described("the holder, for an office that several people hold")] = None


@dataclass(frozen=True)
class HoldersQuery(OptionalPageQuery):
    region: Annotated[Slug | Unset, Described("only holders for this region")] = UNSET


@dataclass(frozen=True)
class HolderAnswer:
    """A holder of an office with many holders."""

    office: str
    region: str | None
    holder: Named
    since: IsoTime


class HolderList(Listing[HolderAnswer]):
    pass


@dataclass(frozen=True)
class OfficeAnswer:
    """An office as it stands."""

    office: str
    region: str | None
    board: bool
    holder: Named | None
    since: IsoTime | None
    stand_in: Named | None


class OfficeList(Listing[OfficeAnswer]):
    pass


@dataclass(frozen=True)
class OfficeChange:
    """The holder and the stand-in after the change."""

    office: str
    region: str | None
    holder: str | None
    stand_in: str | None


@routes.get("/v1/offices")
def offices(deps: Dependencies, _request: Request) -> Answer[OfficeList]:
    """List the offices that one person holds at a time, with their holders: regional offices once for each region."""
    rows = {row.key: row for row in deps.views.all(OFFICE_HOLDERS)}
    regions = [row.region for row in deps.views.all(REGIONS)]
    wanted = [
        (office, region)
        for office, kind in OFFICES.items()
        if not kind.many
        for region in (regions if kind.regional else [None])
    ]
    shown = (office_shown(deps, office, region, rows.get(office_key(office, region))) for office, region in wanted)
    return Answer(OfficeList(tuple(shown)))


@routes.get("/v1/offices/{office}/holders", statuses=(200, 403, 404))
def office_holders(deps: Dependencies, request: Request[None, HoldersQuery]) -> Answer[HolderList]:
    """List the holders of an office that several people hold, such as mentors.

    Partners are listed only for callers with ``partners.keep``.
    """
    office = request.path["office"]
    if office not in OFFICES or not OFFICES[office].many:
        raise NotFound("There is no such office that several people hold.")
    if office == "partner":
        request.actor.require("partners.keep")
    wanted = where(office=office, held=True, region=request.query.region)
    page = deps.views.find(OFFICE_HOLDERS, wanted, **paging(request))
    return paged(page, lambda row: holder_shown(deps, row), HolderList)


@routes.post("/v1/offices/{office}/holders", statuses=(201, 403, 404, 422))
def assume_office(deps: Dependencies, request: Request[AssumeBody]) -> Answer[OfficeChange]:
    """Put a member into a vacant office, or into an office that several people hold.

    Needs ``offices.assign``.
    """
    request.actor.require(ASSIGN)
    office, region = _office_and_region(deps, request)
    person = request.body.person
    deps.require_member(person)
    command = AssumeOffice(office, region, person, request.body.since or request.now, request.now)
    return _change_office(request, command, person)


@routes.post("/v1/offices/{office}/handover", statuses=(200, 403, 404, 422))
def hand_over_office(deps: Dependencies, request: Request[HandoverBody]) -> Answer[OfficeChange]:
    """Hand an office over to a successor, in one step.

    For the holder of the office, and for callers with ``offices.assign``.
    """
    office, region = _office_and_region(deps, request)
    assigns = request.actor.may(ASSIGN)
    if not assigns and Held(office, region) not in request.actor.offices:
        request.actor.require(ASSIGN)
    to = request.body.to
    deps.require_member(to, "to")
    command = HandOverOffice(office, region, to, request.now, by=None if assigns else request.actor.id)
    return _change_office(request, command, to)


@routes.post("/v1/offices/{office}/vacancy", statuses=(200, 403, 404))
def vacate_office(deps: Dependencies, request: Request[VacancyBody]) -> Answer[OfficeChange]:
    """End the term of an office's holder without a successor.

    Needs ``offices.assign``. ``person`` names the holder if several people hold the office.
    """
    request.actor.require(ASSIGN)
    office, region = _office_and_region(deps, request)
    person = request.body.person
    if OFFICES[office].many != (person is not None):
        raise Malformed(
            errors={"person": ["Name the holder of an office that several people hold, and of no other office."]}
        )
    return _change_office(request, VacateOffice(office, region, request.now), person)


@routes.post("/v1/offices/{office}/stand-in", statuses=(201, 403, 404, 422))
def name_stand_in(deps: Dependencies, request: Request[StandInBody]) -> Answer[OfficeChange]:
    """Name a stand-in, who has the permissions of a vacant office until somebody assumes the office.

    Needs ``offices.assign``.
    """
    request.actor.require(ASSIGN)
    office, region = _office_and_region(deps, request)
    person = request.body.person
    deps.require_member(person)
    return _change_office(request, NameStandIn(office, region, person, request.now), person)


class _ForRegion(Protocol):
    @property
    def region(self) -> str | None: ...


def _office_and_region(deps: Dependencies, request: Request[Any]) -> tuple[str, str | None]:
    body: _ForRegion = request.body
    office = request.path["office"]
    if office not in OFFICES:
        raise NotFound("There is no such office.")
    if body.region is not None:
        deps.require_region(body.region)
    return office, body.region


def _change_office(request: Request[Any], command: OfficeCommand, person: str | None) -> Answer[OfficeChange]:
    """Take the command. ``person`` holds the office before or after it, and is named in the answer."""
    name, region = command.office, command.region

    def changed(office: Office, _events: object) -> OfficeChange:
        return OfficeChange(name, region, office.holder, office.stand_in)

    return request.outcome(OFFICE, office_identity(name, region, person), command, changed)


def holder_shown(deps: Dependencies, row: OfficeRow) -> HolderAnswer:
    assert row.holder is not None  # only offices that are held are asked for
    assert row.since is not None
    holder = Named(row.holder, deps.name_of(row.holder))
    return fill(HolderAnswer, row, holder=holder, since=row.since.isoformat())


def office_shown(deps: Dependencies, office: str, region: str | None, row: OfficeRow | None) -> OfficeAnswer:
    """``row`` is None for an office without a holder since the beginning."""
    return OfficeAnswer(
        office=office,
        region=region,
        board=OFFICES[office].board,
        holder=named(deps, row.holder if row else None),
        since=iso(row.since if row else None),
        stand_in=named(deps, row.stand_in if row else None),
    )
