"""``/v1/me/dashboard``, and an activity's ``walk-ins``, ``walk-ins/import`` (a paper list) and ``guest-registrations``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from gateway.api.dependencies import Dependencies
from gateway.api.route import Request, Routes
from gateway.composed import composition
from gateway.composed import paper_list_import as paper
from gateway.composed.contact import Contact, text
from services.kernel.declare.route import Answer

UNREACHABLE = "Say who you are, and how you can be reached."

routes = Routes()


class GuestContact(Contact):
    """A contact with a name and at least one way to reach the guest."""

    name = text(required=True, error_messages={"required": UNREACHABLE})

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _require_a_way(self, _loaded: Any, document: Mapping[str, Any], **_context: Any) -> None:
        ways = ("email", "phone")
        if all(document.get(way, "") == "" for way in ways):
            raise ValidationError({way: [UNREACHABLE] for way in ways})


@routes.get("/v1/me/dashboard", person=True, statuses={200: "The dashboard", 401: "Log in first"})
async def dashboard(deps: Dependencies, request: Request) -> Answer:
    """Show the caller's own data, participation and messages in one answer.

    A part whose service is down is null, and ``warnings`` says so.
    """
    composed = await composition.dashboard(deps.forwarding, request.caller)
    return Answer(composed.document())


@routes.post(
    "/v1/activities/{activity}/walk-ins",
    person=True,
    body=Contact(),
    statuses={201: "The guest's id; warnings say what is missing"},
)
async def walk_in(deps: Dependencies, request: Request) -> Answer:
    """Record a guest who came to an activity without a registration, with name and contact if given.

    Needs ``attendance.record`` in the region. Fails only if neither the attendance nor the contact could be recorded;
    ``warnings`` says what is missing.
    """
    activity = request.path["activity"]
    composed = await composition.record_walk_in(deps.forwarding, request.caller, activity, request.body, request.key)
    return Answer(composed.document(), 201)


@routes.post(
    "/v1/activities/{activity}/walk-ins/import",
    person=True,
    raw=True,
    statuses={200: "How many were recorded, and what is wrong by row"},
)
async def import_walk_ins(deps: Dependencies, request: Request) -> Answer:
    """Record the people on a paper attendance list, sent as CSV with name, email and phone.

    Needs ``attendance.record`` in the region. The same list sent again adds nobody, because a guest's id follows from
    the row and not from the key. Fails only if no row at all could be recorded.
    """
    rows = paper.parse_rows(request.body)
    return Answer(await paper.import_rows(deps.forwarding, request.caller, request.path["activity"], rows))


@routes.post(
    "/v1/activities/{activity}/guest-registrations",
    body=GuestContact(),
    statuses={201: "The guest's id and seat; warnings say what is missing", 422: "It is for members, or closed"},
)
async def register_guest(deps: Dependencies, request: Request) -> Answer:
    """Register a guest for an activity that is open to guests: a seat if one is free, otherwise a place in the line.

    Open to everybody; no login.
    """
    activity = request.path["activity"]
    composed = await composition.register_guest(deps.forwarding, request.caller, activity, request.body, request.key)
    return Answer(composed.document(), 201)
