"""What members lend the community: offered, lent to an activity, back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.message import Command
from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Empty, OptionalPaging, identity, listing, slug, text
from services.members.api.libraries import works_at
from services.members.domain.equipment import (
    EQUIPMENT,
    KINDS,
    Equipment,
    LendEquipment,
    RegisterEquipment,
    ReturnEquipment,
    WithdrawEquipment,
)
from services.members.domain.person import PERSON
from services.members.identity.joining import clean
from services.members.parts import Parts
from services.members.views.equipment import LENT
from services.members.views.occasions import OCCASIONS

routes = Routes()

PLANS = "activities.plan"


class EquipmentBody(Schema):
    """A thing of one's own, or of the library that one works at."""

    name = text(longest=100)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    library = identity(required=False, published_length=80, allow_none=True, load_default=None)


class LoanBody(Schema):
    """Where it goes."""

    activity = identity(published_length=80)


class EquipmentQuery(OptionalPaging):
    """Things of a region, of a kind, only those that are not away; one's own without a region."""

    region = slug(required=False)
    kind = fields.String(validate=validate.OneOf(KINDS))
    free = fields.Boolean(load_default=False)


class LoanAnswer(Schema):
    """One loan; ``title`` of the activity where it is known, ``returned`` null while the thing is there."""

    activity = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    lent = fields.AwareDateTime(required=True, format="iso")
    returned = fields.AwareDateTime(required=True, format="iso", allow_none=True)


class EquipmentAnswer(Schema):
    """A thing, whose it is, and where it is: ``activity`` null with its owner."""

    equipment = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    owner = fields.String(required=True)
    owner_name = fields.String(required=True, allow_none=True)
    library = fields.String(required=True, allow_none=True)
    region = fields.String(required=True)
    offered = fields.Boolean(required=True)
    activity = fields.String(required=True, allow_none=True)
    loans = fields.List(fields.Nested(LoanAnswer), required=True)


class EquipmentId(Schema):
    """The thing."""

    equipment = fields.String(required=True)


@routes.post("/v1/equipment", body=EquipmentBody(), answer=EquipmentId(), statuses=(201, 401, 403))
def register_equipment(parts: Parts, request: Request) -> Answer:
    """Offer a thing that the community may borrow."""
    person = request.actor.require_person()
    member, _ = parts.commands.state(PERSON, person)
    if not member.is_member or member.region is None:
        raise NotFound
    library = request.body["library"]
    if library is not None and not works_at(parts, person, library):
        raise Forbidden("only of a library that one works at")
    thing = request.new_id("equipment")
    command = RegisterEquipment(clean(request.body["name"]), request.body["kind"], person, library, member.region)
    return _take(request, thing, command, 201)


@routes.get(
    "/v1/equipment",
    query=EquipmentQuery(),
    answer=listing(EquipmentAnswer, "EquipmentList", required=True),
    statuses=(200, 403),
)
def equipment(parts: Parts, request: Request) -> Answer:
    """What is lent in a region, or what I lend.

    A region's equipment is shown to those who plan there.
    """
    person, query = request.actor.require_person(), request.query
    where: dict[str, Any] = {"owner": person}
    if "region" in query:
        request.actor.require(PLANS, query["region"])
        where = {"region": query["region"], "offered": True}
    if "kind" in query:
        where["kind"] = query["kind"]
    if query["free"]:
        where["activity"] = None
    page = parts.views.find(LENT, where, limit=query["limit"], after=query.get("after"))
    return Answer({"items": [_shown(parts, document) for document in page.items], "next": page.next})


@routes.post("/v1/equipment/{equipment}/loans", body=LoanBody(), answer=EquipmentId(), statuses=(201, 404, 422))
def lend_equipment(parts: Parts, request: Request) -> Answer:
    """It goes to an activity."""
    thing, person = _of_mine(parts, request)
    return _take(request, thing, LendEquipment(request.body["activity"], person, request.now), 201)


@routes.post("/v1/equipment/{equipment}/return", body=Empty(), answer=EquipmentId(), statuses=(200, 404))
def return_equipment(parts: Parts, request: Request) -> Answer:
    """It is back with its owner."""
    thing, person = _of_mine(parts, request)
    return _take(request, thing, ReturnEquipment(person, request.now))


@routes.post("/v1/equipment/{equipment}/withdrawal", body=Empty(), answer=EquipmentId(), statuses=(200, 404))
def withdraw_equipment(parts: Parts, request: Request) -> Answer:
    """It is lent no more."""
    thing, _ = _of_mine(parts, request)
    return _take(request, thing, WithdrawEquipment(request.now))


def _of_mine(parts: Parts, request: Request) -> tuple[str, str]:
    """A thing of one's own, or of a region that one plans in; for others there is none."""
    person, thing = request.actor.require_person(), request.path["equipment"]
    known: Equipment = parts.commands.state(EQUIPMENT, thing)[0]
    if not known.owner or not (known.owner == person or request.actor.may(PLANS, known.region)):
        raise NotFound
    return thing, person


def _take(request: Request, thing: str, command: Command, status: int = 200) -> Answer:
    answer = {"equipment": thing}
    return recorded(request.take(EQUIPMENT, thing, command, answer=lambda _state, _events: answer), status)


def _shown(parts: Parts, document: Mapping[str, Any]) -> dict[str, Any]:
    loans = [document["loans"][number] for number in sorted(document["loans"], key=int)]
    plain = {name: document[name] for name in ("name", "kind", "owner", "library", "region", "offered", "activity")}
    return {
        "equipment": document["_id"],
        **plain,
        "owner_name": parts.name_of(document["owner"]),
        "loans": [
            {
                "activity": loan["activity"],
                "title": (parts.views.get(OCCASIONS, loan["activity"]) or {}).get("title"),
                "lent": loan["lent"].isoformat(),
                "returned": loan["returned"] and loan["returned"].isoformat(),
            }
            for loan in loans
        ],
    }
