"""Materials of activities: publish, withdraw, and search by topic and words."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Annotated

from marshmallow.validate import URL, Length, OneOf

from services.events.dependencies import PLAN, CurrentActivity, Dependencies
from services.events.domain.material import (
    LICENCES,
    MATERIAL,
    PARTICIPANTS,
    PUBLIC,
    PublishMaterial,
    Sheet,
    WithdrawMaterial,
)
from services.events.views.materials import MATERIALS, MaterialRow
from services.kernel.base.problem import NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity, Line, Listing, PageQuery, fill, paged, paging, up_to, where

routes = Routes()

MAX_WORDS = 8
"""How many words of a search count."""


@dataclass(frozen=True)
class NewMaterial:
    """A link or a text, or both. Links only: nothing is uploaded."""

    title: Line
    licence: Annotated[str, OneOf(LICENCES)]
    url: Annotated[str, URL(schemes={"https"}, require_tld=True), Length(max=2000)] | None = None
    text: Annotated[str, up_to(20_000)] | None = None
    visibility: Annotated[str, OneOf([PUBLIC, PARTICIPANTS])] = PUBLIC


@dataclass(frozen=True)
class MaterialFilter(PageQuery):
    activity: Annotated[Identity | Unset, Described("only materials of this activity")] = UNSET
    topic: Annotated[Identity | Unset, Described("only materials about this topic")] = UNSET
    region: Annotated[Identity | Unset, Described("only materials of this region")] = UNSET
    words: Annotated[
        str | Unset, Length(1, 200), Key("q"), Described("only materials that contain all of these words")
    ] = UNSET


@dataclass(frozen=True)
class MaterialRef:
    material: str


@dataclass(frozen=True)
class MaterialShown:
    material: str
    activity: str
    title: str
    url: str | None
    text: str | None
    licence: str
    visibility: str
    topic: str | None
    region: str
    at: str


@routes.post("/v1/activities/{activity}/materials", statuses=(201, 403, 404, 422))
def publish_material(deps: Dependencies, request: Request[NewMaterial]) -> Answer[MaterialRef]:
    """Publish a link or a text as material of an activity.

    For speakers of the activity and for callers with ``activities.plan`` in the region.
    """
    current = deps.activity(request.path["activity"], request.actor)
    _require_maker(current, request.actor)
    topic, region = current.activity.topic, current.plan.region
    sheet = Sheet(activity=current.identity, topic=topic, region=region, **asdict(request.body))
    material = request.new_id("material")
    command = PublishMaterial(sheet, current.activity.state)
    location = f"/v1/materials/{material}"
    return request.outcome(MATERIAL, material, command, lambda *_: MaterialRef(material), location=location)


@routes.delete("/v1/materials/{material}", statuses=(200, 403, 404))
def withdraw_material(deps: Dependencies, request: Request) -> Answer[MaterialRef]:
    """Withdraw a material, so that nobody can read it any more.

    For speakers of the activity and for callers with ``activities.plan`` in the region.
    """
    identity = request.path["material"]
    material, _ = deps.commands.state(MATERIAL, identity)
    if material is None:
        raise NotFound
    _require_maker(deps.activity(material.sheet.activity, request.actor), request.actor)
    return request.outcome(MATERIAL, identity, WithdrawMaterial(), lambda *_: MaterialRef(identity))


@routes.get("/v1/materials")
def list_materials(deps: Dependencies, request: Request[None, MaterialFilter]) -> Answer[Listing[MaterialShown]]:
    """List materials, the latest first, filtered by activity, topic, region and words.

    Materials for participants are listed only for people who took part in the given ``activity`` and for callers with
    ``activities.plan`` in the given ``region``; everybody else gets public materials.
    """
    query = request.query
    wanted = where(activity=query.activity, topic=query.topic, region=query.region)
    if not _sees_all(deps, request.actor, query.activity or None, query.region or None):
        wanted["visibility"] = PUBLIC
    words = (query.words or "").casefold().split()[:MAX_WORDS]
    if words:
        wanted["$and"] = [{"searched": {"$regex": re.escape(word)}} for word in words]
    page = deps.views.find(MATERIALS, wanted, sort="at", descending=True, **paging(request))
    return paged(page, material_shown)


@routes.get("/v1/materials/{material}", statuses=(200, 404))
def show_material(deps: Dependencies, request: Request) -> Answer[MaterialShown]:
    """Show one material.

    A material for participants is shown only to people who took part and to callers with ``activities.plan`` in the
    region; others get 404.
    """
    row = deps.views.get(MATERIALS, request.path["material"])
    if row is None:
        raise NotFound
    if row.visibility != PUBLIC and not _sees_all(deps, request.actor, row.activity, row.region):
        raise NotFound
    return Answer(material_shown(row))


def _require_maker(current: CurrentActivity, actor: Actor) -> None:
    """Require a planner, or a speaker of the activity. Raises ``Unauthorized`` and ``Forbidden``."""
    if actor.require_person() not in {speaker.person for speaker in current.activity.speakers}:
        actor.require(PLAN, current.plan.region)


def _sees_all(deps: Dependencies, actor: Actor, activity: str | None, region: str | None) -> bool:
    if actor.may(PLAN, region):
        return True
    return actor.kind == "person" and activity is not None and deps.took_part(activity, actor.id)


def material_shown(row: MaterialRow) -> MaterialShown:
    return fill(MaterialShown, row)
