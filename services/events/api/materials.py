"""Materials: what an activity leaves behind, to be found by topic and by words."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import URL, Length, OneOf

from services.events.domain.material import (
    LICENCES,
    MATERIAL,
    PARTICIPANTS,
    PUBLIC,
    PublishMaterial,
    Sheet,
    WithdrawMaterial,
)
from services.events.parts import PLAN, Parts, Standing
from services.events.views.materials import MATERIALS
from services.kernel.base.problem import NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Paging, identity, line, listing, paged, paging

routes = Routes()

WORDS = 8
"""Of a search, so many words count."""


class NewMaterial(Schema):
    """A link or a text, or both. Links only: nothing is uploaded."""

    title = line()
    url = fields.String(load_default=None, validate=[URL(schemes={"https"}, require_tld=True), Length(max=2000)])
    text = line(required=False, longest=20_000, load_default=None)
    licence = fields.String(required=True, validate=OneOf(LICENCES))
    visibility = fields.String(load_default=PUBLIC, validate=OneOf([PUBLIC, PARTICIPANTS]))


class MaterialFilter(Paging):
    activity = identity(required=False)
    topic = identity(required=False)
    region = identity(required=False)
    words = fields.String(data_key="q", validate=Length(1, 200))


class MaterialRef(Schema):
    material = fields.String()


class MaterialShown(Schema):
    material = fields.String()
    activity = fields.String()
    title = fields.String()
    url = fields.String(allow_none=True)
    text = fields.String(allow_none=True)
    licence = fields.String()
    visibility = fields.String()
    topic = fields.String(allow_none=True)
    region = fields.String()
    at = fields.String()


@routes.post(
    "/v1/activities/{activity}/materials", body=NewMaterial(), answer=MaterialRef(), statuses=(201, 403, 404, 422)
)
def publish_material(parts: Parts, request: Request) -> Answer:
    """Leave a link or a text behind."""
    standing = parts.activity(request.path["activity"], request.actor)
    _require_maker(standing, request.actor)
    topic = standing.activity.topic or None
    sheet = Sheet(activity=standing.identity, topic=topic, region=standing.plan.region, **request.body)
    material = request.new_id("material")
    command = PublishMaterial(sheet, standing.activity.state)
    commit = request.take(MATERIAL, material, command, answer=lambda *_: {"material": material})
    return recorded(commit, 201, location=f"/v1/materials/{material}")


@routes.delete("/v1/materials/{material}", answer=MaterialRef(), statuses=(200, 403, 404))
def withdraw_material(parts: Parts, request: Request) -> Answer:
    """It is not to be had any more."""
    name = request.path["material"]
    material, _ = parts.commands.state(MATERIAL, name)
    if material.sheet is None:
        raise NotFound
    _require_maker(parts.activity(material.sheet.activity, request.actor), request.actor)
    return recorded(request.take(MATERIAL, name, WithdrawMaterial(), answer=lambda *_: {"material": name}))


@routes.get("/v1/materials", query=MaterialFilter(), answer=listing(MaterialShown))
def list_materials(parts: Parts, request: Request) -> Answer:
    """Materials, the latest first: by activity, topic, region and words."""
    query = request.query
    where: dict[str, Any] = {name: query[name] for name in ("activity", "topic", "region") if name in query}
    if not _sees_all(parts, request.actor, query.get("activity"), query.get("region")):
        where["visibility"] = PUBLIC
    wanted = query.get("words", "").casefold().split()[:WORDS]
    if wanted:
        where["$and"] = [{"searched": {"$regex": re.escape(word)}} for word in wanted]
    page = parts.views.find(MATERIALS, where, sort="at", descending=True, **paging(request))
    return paged(page, _shown)


@routes.get("/v1/materials/{material}", answer=MaterialShown(), statuses=(200, 404))
def show_material(parts: Parts, request: Request) -> Answer:
    """One material."""
    document = parts.views.get(MATERIALS, request.path["material"])
    if document is None:
        raise NotFound
    if document["visibility"] != PUBLIC and not _sees_all(
        parts, request.actor, document["activity"], document["region"]
    ):
        raise NotFound
    return Answer(_shown(document))


def _require_maker(standing: Standing, actor: Actor) -> None:
    """A planner, or who speaks at it. Raises ``Unauthorized`` and ``Forbidden``."""
    if actor.require_person() not in {speaker.person for speaker in standing.activity.speakers}:
        actor.require(PLAN, standing.plan.region)


def _sees_all(parts: Parts, actor: Actor, activity: str | None, region: str | None) -> bool:
    if actor.may(PLAN, region):
        return True
    return actor.kind == "person" and activity is not None and parts.took_part(activity, actor.id)


def _shown(document: dict[str, Any]) -> dict[str, Any]:
    names = ("activity", "title", "url", "text", "licence", "visibility", "topic", "region", "at")
    return {"material": document["_id"], **{name: document[name] for name in names}}
