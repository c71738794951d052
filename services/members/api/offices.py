"""Offices: who holds them, and how they pass on."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.message import Command
from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.policy import Held
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import OptionalPaging, identity, listing, slug, time
from services.members.api.regions import Named, named
from services.members.domain.office import (
    OFFICE,
    AssumeOffice,
    HandOverOffice,
    NameStandIn,
    VacateOffice,
    office_identity,
)
from services.members.domain.office_kinds import OFFICES
from services.members.domain.person import PERSON
from services.members.domain.region import REGION
from services.members.parts import Parts
from services.members.views.offices import OFFICE_HOLDERS, office_key
from services.members.views.regions import REGIONS

routes = Routes()


class AssumeBody(Schema):
    """Who takes the office. ``from`` is when the term began, now by default."""

    person = identity(published_length=80)
    region = slug(required=False, allow_none=True, load_default=None)
    since = time(required=False, data_key="from")


class HandoverBody(Schema):
    """Who follows."""

    region = slug(required=False, allow_none=True, load_default=None)
    to = identity(published_length=80)


class StandInBody(Schema):
    """Who stands in."""

    region = slug(required=False, allow_none=True, load_default=None)
    person = identity(published_length=80)


class VacancyBody(Schema):
    """Which of a regional office's, and whose where many hold it."""

    region = slug(required=False, allow_none=True, load_default=None)
    person = identity(required=False, published_length=80, allow_none=True, load_default=None)


class HoldersQuery(OptionalPaging):
    """Those of one region."""

    region = slug(required=False)


class HolderAnswer(Schema):
    """One of those who hold an office side by side."""

    office = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    holder = fields.Nested(Named, required=True)
    since = fields.AwareDateTime(required=True, format="iso")


class OfficeAnswer(Schema):
    """An office as it stands."""

    office = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    board = fields.Boolean(required=True)
    holder = fields.Nested(Named, required=True, allow_none=True)
    since = fields.AwareDateTime(required=True, format="iso", allow_none=True)
    stand_in = fields.Nested(Named, required=True, allow_none=True)


class OfficeChange(Schema):
    """Who holds the office now, and who stands in."""

    office = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    holder = fields.String(required=True, allow_none=True)
    stand_in = fields.String(required=True, allow_none=True)


@routes.get("/v1/offices", answer=listing(OfficeAnswer, "OfficeList", required=True))
def offices(parts: Parts, _request: Request) -> Answer:
    """Who holds which office.

    Shows the offices that one person holds: those for the whole community, and each regional office for every region.
    """
    standing = {document["_id"]: document for document in parts.views.all(OFFICE_HOLDERS)}
    regions: list[str] = [document["_id"] for document in parts.views.all(REGIONS)]
    single = [(office, kind) for office, kind in OFFICES.items() if not kind.many]
    wanted = [(office, region) for office, kind in single for region in (regions if kind.regional else [None])]
    items = [_shown(parts, office, region, standing.get(office_key(office, region), {})) for office, region in wanted]
    return Answer({"items": items, "next": None})


@routes.get(
    "/v1/offices/{office}/holders",
    query=HoldersQuery(),
    answer=listing(HolderAnswer, "HolderList", required=True),
    statuses=(200, 403, 404),
)
def office_holders(parts: Parts, request: Request) -> Answer:
    """Who holds an office that many hold.

    Partners are shown only to those who may read members.
    """
    office = request.path["office"]
    if office not in OFFICES or not OFFICES[office].many:
        raise NotFound("there is no such office that many hold")
    if office == "partner":
        request.actor.require("partners.keep")
    region = request.query.get("region")
    where = {"office": office, "held": True, **({"region": region} if region else {})}
    page = parts.views.find(OFFICE_HOLDERS, where, limit=request.query["limit"], after=request.query.get("after"))
    items = [
        {
            "office": office,
            "region": document["region"],
            "holder": named(parts, document["holder"]),
            "since": document["since"].isoformat(),
        }
        for document in page.items
    ]
    return Answer({"items": items, "next": page.next})


@routes.post("/v1/offices/{office}/holders", body=AssumeBody(), answer=OfficeChange(), statuses=(201, 403, 404, 422))
def assume_office(parts: Parts, request: Request) -> Answer:
    """Take a vacant office, or one that many hold."""
    request.actor.require("offices.assign")
    office, region = _office(parts, request)
    person = _member(parts, "person", request.body["person"])
    since = request.body.get("since", request.now)
    return _take(
        request, AssumeOffice(office, region, person, since, request.now), office, region, person=person, status=201
    )


@routes.post("/v1/offices/{office}/handover", body=HandoverBody(), answer=OfficeChange(), statuses=(200, 403, 404, 422))
def hand_over_office(parts: Parts, request: Request) -> Answer:
    """Pass an office on, in one act.

    The holder may do so too.
    """
    office, region = _office(parts, request)
    assigns = request.actor.may("offices.assign")
    if not assigns and Held(office, region) not in request.actor.offices:
        request.actor.require("offices.assign")
    to = _member(parts, "to", request.body["to"])
    command = HandOverOffice(office, region, to, request.now, by=None if assigns else request.actor.id)
    return _take(request, command, office, region, person=to)


@routes.post("/v1/offices/{office}/vacancy", body=VacancyBody(), answer=OfficeChange(), statuses=(200, 403, 404))
def vacate_office(parts: Parts, request: Request) -> Answer:
    """End a term without a successor."""
    request.actor.require("offices.assign")
    office, region = _office(parts, request)
    person = request.body["person"]
    if OFFICES[office].many != (person is not None):
        raise Malformed(errors={"person": ["Name who, for an office that many hold and for no other."]})
    return _take(request, VacateOffice(office, region, request.now), office, region, person=person)


@routes.post("/v1/offices/{office}/stand-in", body=StandInBody(), answer=OfficeChange(), statuses=(201, 403, 404, 422))
def name_stand_in(parts: Parts, request: Request) -> Answer:
    """Name who acts while an office is vacant."""
    request.actor.require("offices.assign")
    office, region = _office(parts, request)
    person = _member(parts, "person", request.body["person"])
    return _take(request, NameStandIn(office, region, person, request.now), office, region, person=person, status=201)


def _office(parts: Parts, request: Request) -> tuple[str, str | None]:
    office, region = request.path["office"], request.body["region"]
    if office not in OFFICES:
        raise NotFound("there is no such office")
    if region is not None and not parts.commands.state(REGION, region)[0].is_open:
        raise Malformed(errors={"region": ["There is no such region."]})
    return office, region


def _member(parts: Parts, field: str, person: str) -> str:
    # Read from the person's own stream: who is a member once stays one, so this cannot be overtaken.
    if not parts.commands.state(PERSON, person)[0].is_member:
        raise Malformed(errors={field: ["There is no such member."]})
    return person


def _take(request: Request, command: Command, office: str, region: str | None, **whose: Any) -> Answer:
    """``person``: whose office it is or becomes. ``status`` of the answer, 200 by default."""
    commit = request.take(
        OFFICE,
        office_identity(office, region, whose["person"]),
        command,
        answer=lambda state, _: {
            "office": office, "region": region, "holder": state.holder, "stand_in": state.stand_in
        },
    )  # fmt: skip
    return recorded(commit, whose.get("status", 200))


def _shown(parts: Parts, office: str, region: str | None, document: dict[str, Any]) -> dict[str, Any]:
    since = document.get("since")
    return {
        "office": office,
        "region": region,
        "board": OFFICES[office].board,
        "holder": named(parts, document.get("holder")),
        "since": since and since.isoformat(),
        "stand_in": named(parts, document.get("stand_in")),
    }
