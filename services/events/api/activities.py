"""Activities as they are read."""

from __future__ import annotations

from functools import partial
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.events.domain.activity import CANCELLED, COMPLETED, PLANNED, PUBLISHED
from services.events.parts import PLAN, Parts
from services.events.views.activities import ACTIVITIES
from services.kernel.base.problem import NotFound
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import Paging, identity, listing, paged, paging, time

routes = Routes()


class ActivityFilter(Paging):
    region = identity(required=False)
    state = fields.String(validate=OneOf([PLANNED, PUBLISHED, CANCELLED, COMPLETED]))
    since = time(required=False, data_key="from")


class RulesShown(Schema):
    version = fields.Integer()
    speakers = fields.String()


class SpeakerShown(Schema):
    person = fields.String()
    role = fields.String()
    category = fields.String()
    from_board = fields.Boolean()
    competence = fields.String(allow_none=True, metadata={"description": "the field that the speaker declares"})
    name = fields.String(allow_none=True, metadata={"description": "of a speaker from outside, as announced"})
    rules = fields.Nested(RulesShown)


class TopicOf(Schema):
    id = fields.String()
    title = fields.String()


class VenueOf(Schema):
    id = fields.String()
    name = fields.String()
    kind = fields.String()
    subdistrict = fields.String(allow_none=True)


class SessionShown(Schema):
    id = fields.String()
    title = fields.String()
    starts = fields.String()
    ends = fields.String()
    speaker = fields.String(allow_none=True)


class SeatsOf(Schema):
    taken = fields.Integer()
    line = fields.Integer()


class ActivityShown(Schema):
    activity = fields.String()
    kind = fields.String()
    title = fields.String()
    topic = fields.Nested(TopicOf, allow_none=True)
    region = fields.String()
    venue = fields.Nested(VenueOf)
    starts = fields.String()
    ends = fields.String()
    state = fields.String()
    past = fields.Boolean()
    capacity = fields.Integer()
    units = fields.List(fields.String(), metadata={"description": "units of competence that it teaches"})
    levels = fields.List(fields.String(), metadata={"description": "education levels that it is for; none: all"})
    open = fields.Boolean(metadata={"description": "people who are nobody's members may register"})
    sessions = fields.List(fields.Nested(SessionShown))
    seats = fields.Nested(SeatsOf)
    guide = fields.String(allow_none=True)
    speakers = fields.List(fields.Nested(SpeakerShown))
    rules = fields.Nested(RulesShown)
    planned_under = fields.Integer()
    reason = fields.String(allow_none=True)
    present = fields.Integer(allow_none=True)
    guests = fields.Integer(allow_none=True)
    version = fields.Integer(metadata={"description": "raised by every change of the activity itself"})


_FIELDS = tuple(name for name in ActivityShown().fields if name != "activity")


@routes.get("/v1/activities", query=ActivityFilter(), answer=listing(ActivityShown))
def list_activities(parts: Parts, request: Request) -> Answer:
    """Activities, by their start."""
    query = request.query
    where: dict[str, Any] = {name: query[name] for name in ("region", "state") if name in query}
    if "since" in query:
        where["starts"] = {"$gte": moment(query["since"])}
    if not request.actor.may(PLAN, query.get("region")):
        where["public"] = True
    return paged(parts.views.find(ACTIVITIES, where, sort="starts", **paging(request)), partial(_shown, parts))


@routes.get("/v1/activities/{activity}", answer=ActivityShown(), statuses=(200, 404))
def show_activity(parts: Parts, request: Request) -> Answer:
    """One activity."""
    document = parts.views.get(ACTIVITIES, request.path["activity"])
    if document is None or not (document["public"] or request.actor.may(PLAN, document["region"])):
        raise NotFound
    return Answer(_shown(parts, document), version=document["version"])


def _shown(parts: Parts, document: dict[str, Any]) -> dict[str, Any]:
    shown = {name: document.get(name) for name in _FIELDS}
    return {"activity": document["_id"], **shown, "speakers": [_speaker(parts, each) for each in document["speakers"]]}


def _speaker(parts: Parts, speaker: dict[str, Any]) -> dict[str, Any]:
    # Whoever speaks in public is announced; erased, the words are gone and the place in the programme stays.
    opened = {name: parts.vault.open(speaker["person"], speaker.get(name)) for name in ("competence", "name")}
    return {**speaker, **opened}
