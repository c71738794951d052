"""``/v1/ask``: whom to ask, and, by ``POST``, asking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.asking import ASK, CONTACT, ask, ask_as_guest
from gateway.caller import Caller, Callers
from gateway.composition import Composed
from gateway.correlation import correlation_of
from gateway.forwarding import Forwarding, read_body, refuse_declared
from gateway.surface import BODY_BYTES
from services.kernel.clock import Clock
from services.kernel.problem import Malformed

FIELDS = frozenset({"library", "library_name", "region", "title", "details", *CONTACT})
LONGEST = 200


class Questions:
    """What the gateway composes for those who do not know whom to ask."""

    def __init__(self, forwarding: Forwarding, callers: Callers, clock: Clock) -> None:
        self._forwarding = forwarding
        self._callers = callers
        self._clock = clock

    async def respond(self, request: Request) -> Response:
        """Whom to ask, or a question."""
        return await (self._consult if request.method == "POST" else self._ask)(request)

    async def _ask(self, request: Request) -> Response:
        """200 for whatever is asked, with ``warnings`` about what is down."""
        request.state.route = ASK
        caller = await self._callers.of(request)
        given = {name: request.query_params.get(name, "").strip() for name in ("library", "region")}
        errors = {name: ["Longer than maximum length."] for name, text in given.items() if len(text) > LONGEST}
        errors |= {name: ["Unknown field."] for name in request.query_params if name not in given}
        if errors:
            raise Malformed(errors=errors)
        composed = await ask(self._forwarding, caller, **given, now=self._clock.now())
        return self._answer(request, caller, composed, 200)

    async def _consult(self, request: Request) -> Response:
        """201 with the consultation and its owner. A member's question is the member's; a stranger's needs a contact."""
        request.state.route = ASK
        refuse_declared(request, BODY_BYTES)
        caller = await self._callers.of(request)
        self._forwarding.admit(request, caller, "POST", ASK)
        given = _fields(await read_body(request, BODY_BYTES))
        key = request.headers.get("idempotency-key", "")
        if not key or len(key) > 255:
            raise Malformed("send an Idempotency-Key of 1 to 255 characters")
        question = {name: text for name, text in given.items() if name not in CONTACT}
        if caller.is_person:
            taken = await self._forwarding.ask(caller, "POST", "/v1/consultations", document=question, key=key)
            return self._answer(request, caller, Composed(taken), 201)
        contact = {name: text for name, text in given.items() if name in CONTACT}
        return self._answer(request, caller, await ask_as_guest(self._forwarding, caller, question, contact, key), 201)

    def _answer(self, request: Request, caller: Caller, composed: Composed, status: int) -> Response:
        headers = {"Cache-Control": "no-store", "Correlation-Id": correlation_of(request)}
        response = JSONResponse(composed.document(), status, headers)
        self._callers.remember(request, response, caller)
        return response


def paths() -> Mapping[str, Any]:
    """It as OpenAPI shows it."""
    text: dict[str, Any] = {"type": "string"}
    anything = {"content": {"application/json": {"schema": {"type": "object"}}}}
    question = {
        "type": "object",
        "additionalProperties": False,
        "required": ["region", "title"],
        "properties": dict.fromkeys(sorted(FIELDS), text),
    }
    return {
        ASK: {
            "get": {
                "tags": ["gateway"],
                "operationId": "ask",
                "summary": "Whom do I ask? By library or place; never an empty answer",
                "parameters": [
                    {"name": name, "in": "query", "required": False, "schema": {**text, "maxLength": LONGEST}}
                    for name in ("library", "region")
                ],
                "responses": {
                    "200": {"description": "Who answers; a part that is down is null with a warning", **anything}
                },
            },
            "post": {
                "tags": ["gateway"],
                "operationId": "ask-as-anybody",
                "summary": "Ask; whoever is nobody's member leaves a name and a contact for the answer",
                "parameters": [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": text}],
                "requestBody": {"content": {"application/json": {"schema": question}}},
                "responses": {"201": {"description": "The consultation and its owner", **anything}},
            },
        },
    }


def _fields(body: bytes) -> dict[str, str]:
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    if not isinstance(document, dict):
        raise Malformed("the body is not a JSON object")
    errors = {name: ["Unknown field."] for name in document if name not in FIELDS}
    errors |= {name: ["Not a valid string."] for name in document if not isinstance(document[name], str)}
    if errors:
        raise Malformed(errors=errors)
    return {name: text.strip() for name, text in document.items() if text.strip()}
