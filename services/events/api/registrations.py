"""Registering for an activity, and giving the seat back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.events.domain.seats import IN_LINE, SEATS, TAKEN, ReleaseSeat, SeatPromoted, Seats, TakeSeat
from services.events.parts import PLAN, Parts
from services.events.views.registrations import REGISTRATIONS
from services.kernel.base.message import Event
from services.kernel.base.problem import Malformed
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity

routes = Routes()


class Registrant(Schema):
    """Oneself, unless a planner names somebody; or, for whoever is nobody's member, a guest's id, made by the gateway."""

    person = identity(required=False, load_default=None)
    guest = identity(required=False, load_default=None)

    @validates_schema
    def _one_of_them(self, data: dict[str, Any], **_options: Any) -> None:
        if data["person"] and data["guest"]:
            raise ValidationError("Send one of person and guest.")


class SeatShown(Schema):
    activity = fields.String()
    person = fields.String()
    seat = fields.String(metadata={"description": "taken or line"})
    place = fields.Integer(allow_none=True)
    guest = fields.Boolean(metadata={"description": "in the list: whoever has it is nobody's member"})


class ReleaseShown(Schema):
    released = fields.Boolean()
    promoted = fields.String(allow_none=True)


class SeatList(Schema):
    items = fields.List(fields.Nested(SeatShown))
    next = fields.String(allow_none=True)


@routes.post(
    "/v1/activities/{activity}/registrations", body=Registrant(), answer=SeatShown(), statuses=(201, 403, 404, 422, 503)
)
def register(parts: Parts, request: Request) -> Answer:
    """Take a seat, or a place in line."""
    guest = request.body["guest"]
    person = guest or request.body["person"] or request.actor.require_person()
    standing = parts.activity(request.path["activity"], request.actor)
    if guest and parts.is_member(guest):
        raise Malformed(errors={"guest": ["This is a member's id."]})
    if person != request.actor.id and not guest:
        request.actor.require(PLAN, standing.plan.region)

    def answer(seats: Seats, _events: Sequence[Event]) -> dict[str, Any]:
        seat = TAKEN if person in seats.taken else IN_LINE
        return {"activity": standing.identity, "person": person, "seat": seat, "place": seats.place(person)}

    stranger = guest is not None and not request.actor.may(PLAN, standing.plan.region)
    command = TakeSeat(
        person,
        request.now,
        standing.activity.state,
        stranger=stranger,
        open=standing.plan.open,
        guest=guest is not None,
    )
    return recorded(request.take(SEATS, standing.identity, command, answer=answer), 201)


@routes.delete("/v1/activities/{activity}/registrations/{person}", answer=ReleaseShown(), statuses=(200, 403, 404, 422))
def release(parts: Parts, request: Request) -> Answer:
    """Give the seat back; the first in line has it at once."""
    person = request.path["person"]
    standing = parts.activity(request.path["activity"], request.actor)
    if person not in parts.known_as(request.actor.require_person()):
        request.actor.require(PLAN, standing.plan.region)

    def answer(_seats: Seats, events: Sequence[Event]) -> dict[str, Any]:
        promoted = [event.person for event in events if isinstance(event, SeatPromoted)]
        return {"released": True, "promoted": promoted[0] if promoted else None}

    return recorded(request.take(SEATS, standing.identity, ReleaseSeat(person, request.now), answer=answer))


@routes.get("/v1/activities/{activity}/registrations", answer=SeatList(), statuses=(200, 404))
def list_registrations(parts: Parts, request: Request) -> Answer:
    """Who has a seat and who stands in line: all for planners, else one's own."""
    person = request.actor.require_person()
    standing = parts.activity(request.path["activity"], request.actor)
    document = parts.views.get(REGISTRATIONS, standing.identity) or {"taken": [], "line": []}
    items = [
        *({"person": each, "seat": TAKEN, "place": None} for each in document["taken"]),
        *({"person": each, "seat": IN_LINE, "place": place} for place, each in enumerate(document["line"], start=1)),
    ]
    if not request.actor.may(PLAN, standing.plan.region):
        items = [item for item in items if item["person"] in parts.known_as(person)]
    guests = document.get("guests", ())
    items = [{"activity": standing.identity, **item, "guest": item["person"] in guests} for item in items]
    return Answer({"items": items, "next": None})
