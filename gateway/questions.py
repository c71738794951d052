"""``/v1/ask``: whom to ask, and, by ``POST``, asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.answering import answered, idempotency_key, read_texts
from gateway.asking import ASK, CONTACT, ask, ask_as_guest
from gateway.caller import Callers
from gateway.composition import Composed
from gateway.forwarding import Forwarding, refuse_declared
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
        return answered(self._callers, request, caller, composed.document())

    async def _consult(self, request: Request) -> Response:
        """201 with the consultation and its owner. A member's question is the member's; a stranger's needs a contact."""
        request.state.route = ASK
        refuse_declared(request, BODY_BYTES)
        caller = await self._callers.of(request)
        self._forwarding.admit(request, caller, "POST", ASK)
        texts = await read_texts(request, FIELDS)
        given = {name: text.strip() for name, text in texts.items() if text.strip()}
        key = idempotency_key(request)
        question = {name: text for name, text in given.items() if name not in CONTACT}
        if caller.is_person:
            taken = await self._forwarding.ask(caller, "POST", "/v1/consultations", document=question, key=key)
            return answered(self._callers, request, caller, Composed(taken).document(), 201)
        contact = {name: text for name, text in given.items() if name in CONTACT}
        composed = await ask_as_guest(self._forwarding, caller, question, contact, key)
        return answered(self._callers, request, caller, composed.document(), 201)


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
