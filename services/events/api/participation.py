"""What a person took part in, as member and as guest before that."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.events.api.parts import READ_MEMBERS, Parts
from services.events.views.activities import ACTIVITIES
from services.events.views.participation import PARTICIPATION, together
from services.kernel.route import Answer, Request, Routes

routes = Routes()


class FurtherIds(Schema):
    ids = fields.String(load_default="", metadata={"description": "guest ids of the same person, by commas"})


class ParticipationShown(Schema):
    activity = fields.String()
    kind = fields.String(allow_none=True)
    title = fields.String(allow_none=True)
    starts = fields.String(allow_none=True)
    state = fields.String(allow_none=True)
    seat = fields.String(allow_none=True, metadata={"description": "taken, line, released, or none"})
    attended = fields.Boolean()
    sessions = fields.List(fields.String(), metadata={"description": "of its agenda, those at which the person was"})
    method = fields.String(allow_none=True)
    feedback = fields.Boolean()


class ParticipationList(Schema):
    items = fields.List(fields.Nested(ParticipationShown))
    next = fields.String(allow_none=True)


@routes.get("/v1/participation/{person}", query=FurtherIds(), answer=ParticipationList(), statuses=(200, 403))
def show_participation(parts: Parts, request: Request) -> Answer:
    """What a person took part in: one's own, or for those who read members."""
    person = request.path["person"]
    own = parts.views.get(PARTICIPATION, person) or {}
    asked = [each for each in request.query["ids"].split(",") if each]
    if person != request.actor.require_person():
        request.actor.require(READ_MEMBERS, own.get("region"))
    ids = dict.fromkeys([person, *own.get("guests", ()), *asked])
    documents = [found for each in ids if (found := parts.views.get(PARTICIPATION, each)) is not None]
    if not request.actor.may(READ_MEMBERS, own.get("region")):
        # Whoever names a stranger's id sees nothing of it: an id counts once it is known to be the person's own.
        documents = [found for found in documents if person in {found["_id"], found.get("person")}]
    items = [_shown(parts, activity, entry) for activity, entry in together(documents).items()]
    return Answer({"items": sorted(items, key=lambda item: (item["starts"] or "", item["activity"])), "next": None})


def _shown(parts: Parts, activity: str, entry: dict[str, Any]) -> dict[str, Any]:
    document = parts.views.get(ACTIVITIES, activity) or {}
    about = {name: document.get(name) for name in ("kind", "title", "starts", "state")}
    return {"activity": activity, **about, **entry}
