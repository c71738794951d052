"""The API operations that the gateway answers itself, by composing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway import paper
from gateway.caller import Callers
from gateway.composition import dashboard, register_guest, walk_in
from gateway.correlation import correlation_of
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
        """200 with three parts and ``warnings``; 401 for nobody."""
        request.state.route = "/v1/me/dashboard"
        caller = await self._callers.of(request)
        composed = await dashboard(self._forwarding, caller)
        return self._answer(request, caller, composed.document(), 200)

    async def walk_in(self, request: Request) -> Response:
        """201 with the guest's id; ``warnings`` say what of the two could not be recorded. Raises where neither could."""
        request.state.route = "/v1/activities/{activity}/walk-ins"
        refuse_declared(request, BODY_BYTES)
        caller = await self._callers.of(request)
        contact = _contact(await read_body(request, BODY_BYTES))
        composed = await walk_in(self._forwarding, caller, request.path_params["activity"], contact, _key(request))
        return self._answer(request, caller, composed.document(), 201)

    async def import_walk_ins(self, request: Request) -> Response:
        """200 with how many of a paper list were recorded, and what is wrong with the others. Raises where none was."""
        request.state.route = "/v1/activities/{activity}/walk-ins/import"
        refuse_declared(request, BODY_BYTES)
        caller = await self._callers.of(request)
        caller.actor.require_person()
        caller.require_write()
        rows = paper.rows_of(await read_body(request, BODY_BYTES))
        activity = request.path_params["activity"]
        return self._answer(request, caller, await paper.take_in(self._forwarding, caller, activity, rows), 200)

    async def register_guest(self, request: Request) -> Response:
        """201 with the guest's id and seat. Raises where there is none."""
        path = request.scope["path"]
        request.state.route = "/v1/activities/{activity}/guest-registrations"
        refuse_declared(request, BODY_BYTES)
        caller = await self._callers.of(request)
        self._forwarding.admit(request, caller, "POST", path)
        contact = _contact(await read_body(request, BODY_BYTES))
        missing = [] if "name" in contact else ["name"]
        if not {"email", "phone"} & contact.keys():
            missing += ["email", "phone"]
        if missing:
            raise Malformed(errors={name: ["Say who you are, and how you can be reached."] for name in missing})
        activity = request.path_params["activity"]
        composed = await register_guest(self._forwarding, caller, activity, contact, _key(request))
        return self._answer(request, caller, composed.document(), 201)

    def _answer(self, request: Request, caller: Any, document: Mapping[str, Any], status: int) -> Response:
        headers = {"Cache-Control": "no-store", "Correlation-Id": correlation_of(request)}
        response = JSONResponse(document, status, headers)
        self._callers.remember(request, response, caller)
        return response


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not key or len(key) > 255:
        raise Malformed("send an Idempotency-Key of 1 to 255 characters")
    return key


def _contact(body: bytes) -> dict[str, str]:
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    if not isinstance(document, dict):
        raise Malformed("the body is not a JSON object")
    errors = {name: ["Unknown field."] for name in document if name not in GUEST_FIELDS}
    errors |= {name: ["Not a valid string."] for name in document if not isinstance(document[name], str)}
    if errors:
        raise Malformed(errors=errors)
    return {name: value for name, value in document.items() if value}
