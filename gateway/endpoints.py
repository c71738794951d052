"""The API operations that the gateway answers itself, by composing."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from gateway import paper
from gateway.answering import answered, idempotency_key, read_texts
from gateway.caller import Callers
from gateway.composition import dashboard, register_guest, walk_in
from gateway.forwarding import Forwarding, read_body, refuse_declared
from gateway.surface import BODY_BYTES
from services.kernel.problem import Malformed

GUEST_FIELDS = frozenset({"name", "email", "phone"})


class CompositionEndpoints:
    """``/v1/me/dashboard``, and an activity's ``walk-ins`` (also off a list) and ``guest-registrations``."""

    def __init__(self, forwarding: Forwarding, callers: Callers) -> None:
        self._forwarding = forwarding
        self._callers = callers

    async def dashboard(self, request: Request) -> Response:
        """200 with its parts and ``warnings``; 401 for nobody."""
        request.state.route = "/v1/me/dashboard"
        caller = await self._callers.of(request)
        composed = await dashboard(self._forwarding, caller)
        return answered(self._callers, request, caller, composed.document())

    async def walk_in(self, request: Request) -> Response:
        """201 with the guest's id; ``warnings`` say what of the two could not be recorded. Raises where neither could."""
        request.state.route = "/v1/activities/{activity}/walk-ins"
        refuse_declared(request, BODY_BYTES)
        caller = await self._callers.of(request)
        contact = await _contact(request)
        composed = await walk_in(
            self._forwarding, caller, request.path_params["activity"], contact, idempotency_key(request)
        )
        return answered(self._callers, request, caller, composed.document(), 201)

    async def import_walk_ins(self, request: Request) -> Response:
        """200 with how many of a paper list were recorded, and what is wrong with the others. Raises where none was.

        The rows themselves say who is meant, so the key decides nothing; but no page elsewhere can make a browser send one.
        """
        request.state.route = "/v1/activities/{activity}/walk-ins/import"
        refuse_declared(request, BODY_BYTES)
        caller = await self._callers.of(request)
        caller.actor.require_person()
        caller.require_write()
        idempotency_key(request)
        rows = paper.rows_of(await read_body(request, BODY_BYTES))
        activity = request.path_params["activity"]
        return answered(self._callers, request, caller, await paper.take_in(self._forwarding, caller, activity, rows))

    async def register_guest(self, request: Request) -> Response:
        """201 with the guest's id and seat. Raises where there is none."""
        path = request.scope["path"]
        request.state.route = "/v1/activities/{activity}/guest-registrations"
        refuse_declared(request, BODY_BYTES)
        caller = await self._callers.of(request)
        self._forwarding.admit(request, caller, "POST", path)
        contact = await _contact(request)
        missing = [] if "name" in contact else ["name"]
        if not {"email", "phone"} & contact.keys():
            missing += ["email", "phone"]
        if missing:
            raise Malformed(errors={name: ["Say who you are, and how you can be reached."] for name in missing})
        activity = request.path_params["activity"]
        composed = await register_guest(self._forwarding, caller, activity, contact, idempotency_key(request))
        return answered(self._callers, request, caller, composed.document(), 201)


async def _contact(request: Request) -> dict[str, str]:
    return {name: value for name, value in (await read_texts(request, GUEST_FIELDS)).items() if value}
