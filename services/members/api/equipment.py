"""The things that members lend the community: offered, lent to an activity, returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow.validate import OneOf

from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import (
    Identity80,
    Listing,
    NoFields,
    OptionalPageQuery,
    Slug,
    fill,
    not_blank,
    paged,
    paging,
    where,
)
from services.members.api.libraries import works_at
from services.members.dependencies import Dependencies
from services.members.domain.equipment import (
    EQUIPMENT,
    KINDS,
    EquipmentCommand,
    LendEquipment,
    RegisterEquipment,
    ReturnEquipment,
    WithdrawEquipment,
)
from services.members.identity.joining import clean
from services.members.iso import IsoTime, iso
from services.members.views.equipment import EQUIPMENT_LIST, EquipmentRow
from services.members.views.occasions import OCCASIONS

routes = Routes()

PLAN = "activities.plan"


@dataclass(frozen=True)
class EquipmentBody:
    """``library`` is the owner's place of work, where the thing belongs to the library."""

    name: Annotated[str, not_blank(100)]
    kind: Annotated[str, OneOf(KINDS)]
    library: Annotated[
        Identity80 | None, Described("the library that owns the equipment; left out for the member's own")
    ] = None


@dataclass(frozen=True)
class LoanBody:
    """The activity that the thing goes to."""

    activity: Annotated[Identity80, Described("the activity that borrows the equipment")]


@dataclass(frozen=True)
class EquipmentQuery(OptionalPageQuery):
    """Things of a region, or the caller's own without a region. ``free``: only things at home with their owner."""

    region: Annotated[Slug | Unset, Described("the region; without it the caller's own equipment")] = UNSET
    kind: Annotated[str | Unset, OneOf(KINDS), Described("only equipment of this kind")] = UNSET
    free: Annotated[bool, Described("only equipment that is not lent at present")] = False


@dataclass(frozen=True)
class LoanAnswer:
    """``title`` is null where the activity is not known here, ``returned`` while the thing is away."""

    activity: str
    title: str | None
    lent: IsoTime
    returned: IsoTime | None


@dataclass(frozen=True)
class EquipmentAnswer:
    """``activity`` is where the thing is now, null while the owner has it."""

    equipment: str
    name: str
    kind: str
    owner: str
    owner_name: str | None
    library: str | None
    region: str
    offered: bool
    activity: str | None
    loans: tuple[LoanAnswer, ...]


class EquipmentList(Listing[EquipmentAnswer]):
    pass


@dataclass(frozen=True)
class EquipmentId:
    equipment: str


@routes.post("/v1/equipment", statuses=(201, 401, 403))
def register_equipment(deps: Dependencies, request: Request[EquipmentBody]) -> Answer[EquipmentId]:
    """Offer a piece of equipment that activities of the community may borrow.

    For every member. Equipment of a ``library`` is offered by somebody who works there.
    """
    person, body = request.actor.require_person(), request.body
    member = deps.member(person)
    if member is None:
        raise NotFound
    if body.library is not None and not works_at(deps, person, body.library):
        raise Forbidden("You can offer equipment only of a library where you work.")
    thing = request.new_id("equipment")
    command = RegisterEquipment(clean(body.name), body.kind, person, body.library, member.region)
    return _change_equipment(request, thing, command)


@routes.get("/v1/equipment", statuses=(200, 403))
def equipment(deps: Dependencies, request: Request[None, EquipmentQuery]) -> Answer[EquipmentList]:
    """List the equipment that members of a region lend; without ``region``, the caller's own equipment.

    A region's equipment is listed for callers with ``activities.plan`` in the region.
    """
    person, query = request.actor.require_person(), request.query
    wanted = where(kind=query.kind, activity=None if query.free else UNSET)
    if query.region is UNSET:
        wanted["owner"] = person
    else:
        request.actor.require(PLAN, query.region)
        wanted |= {"region": query.region, "offered": True}
    page = deps.views.find(EQUIPMENT_LIST, wanted, **paging(request))
    return paged(page, lambda row: equipment_shown(deps, row), EquipmentList)


@routes.post("/v1/equipment/{equipment}/loans", statuses=(201, 404, 422))
def lend_equipment(deps: Dependencies, request: Request[LoanBody]) -> Answer[EquipmentId]:
    """Record that a piece of equipment is lent to an activity.

    For the owner, and for callers with ``activities.plan`` in the region.
    """
    thing, person = _thing_in_reach(deps, request)
    return _change_equipment(request, thing, LendEquipment(request.body.activity, person, request.now))


@routes.post("/v1/equipment/{equipment}/return", statuses=(200, 404))
def return_equipment(deps: Dependencies, request: Request[NoFields]) -> Answer[EquipmentId]:
    """Record that a lent piece of equipment is back with its owner.

    For the owner, and for callers with ``activities.plan`` in the region.
    """
    thing, person = _thing_in_reach(deps, request)
    return _change_equipment(request, thing, ReturnEquipment(person, request.now))


@routes.post("/v1/equipment/{equipment}/withdrawal", statuses=(200, 404))
def withdraw_equipment(deps: Dependencies, request: Request[NoFields]) -> Answer[EquipmentId]:
    """Stop offering a piece of equipment.

    For the owner, and for callers with ``activities.plan`` in the region.
    """
    thing, _ = _thing_in_reach(deps, request)
    return _change_equipment(request, thing, WithdrawEquipment(request.now))


def _thing_in_reach(deps: Dependencies, request: Request[Any]) -> tuple[str, str]:
    """The thing in the path and the caller. Raises ``NotFound`` unless the caller owns the thing or plans activities in
    its region.
    """
    person, thing = request.actor.require_person(), request.path["equipment"]
    known, _ = deps.commands.state(EQUIPMENT, thing)
    if known is None or not (known.owner == person or request.actor.may(PLAN, known.region)):
        raise NotFound
    return thing, person


def _change_equipment(request: Request[Any], thing: str, command: EquipmentCommand) -> Answer[EquipmentId]:
    return request.outcome(EQUIPMENT, thing, command, lambda *_: EquipmentId(thing))


def equipment_shown(deps: Dependencies, row: EquipmentRow) -> EquipmentAnswer:
    loans = tuple(
        LoanAnswer(loan.activity, _title(deps, loan.activity), loan.lent.isoformat(), iso(loan.returned))
        for loan in row.loans_in_order()
    )
    return fill(EquipmentAnswer, row, owner_name=deps.name_of(row.owner), loans=loans)


def _title(deps: Dependencies, activity: str) -> str | None:
    occasion = deps.views.get(OCCASIONS, activity)
    return occasion.title if occasion else None
