"""``/v1/ask``: whom to ask, and asking by ``POST``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, pre_load
from marshmallow.validate import Length

from gateway.api.dependencies import Dependencies
from gateway.api.route import Request, Routes
from gateway.composed.composition import Composed
from gateway.composed.contact import CONTACT, Contact, text
from gateway.composed.whom_to_ask import ASK_PATH, ask_as_guest, find_whom_to_ask
from services.kernel.declare.route import Answer

MAX_CHARACTERS = 200

routes = Routes()


def _place(description: str) -> fields.String:
    longest = Length(max=MAX_CHARACTERS, error="Longer than maximum length.")
    return fields.String(validate=longest, metadata={"description": description})


class Place(Schema):
    """The query: a library's id, name or place, and a region's id. Surrounding blanks are ignored."""

    library = _place("the id, the name or the place of a library")
    region = _place("the id of a region")

    @pre_load
    def _strip(self, query: Mapping[str, str], **_context: Any) -> dict[str, str]:
        return {name: value.strip() for name, value in query.items()}


class Question(Contact):
    """A question; guests add a contact. Blank fields are treated as missing."""

    region = text(required=True)
    title = text(required=True)
    details = text()
    library = text()
    library_name = text()

    @pre_load
    def _leave_out_empty(self, document: Mapping[str, Any], **_context: Any) -> dict[str, Any]:
        texts = {name: value.strip() if isinstance(value, str) else value for name, value in document.items()}
        return {name: value for name, value in texts.items() if value != ""}


@routes.get(ASK_PATH, query=Place(), statuses={200: "Who answers; a part that is down is null with a warning"})
async def ask(deps: Dependencies, request: Request) -> Answer:
    """Find whom to ask, by library or by place: who answers there, what is planned, and what others asked.

    Open to everybody; no login.
    """
    place = {name: request.query.get(name, "") for name in ("library", "region")}
    composed = await find_whom_to_ask(deps.forwarding, request.caller, **place, now=request.now)
    return Answer(composed.document())


@routes.post(ASK_PATH, body=Question(), statuses={201: "The consultation and its owner"})
async def ask_as_anybody(deps: Dependencies, request: Request) -> Answer:
    """Ask a question; people who are not members leave a name and a contact for the answer.

    Open to everybody; no login. The answer names the owner of the question. A member's question needs no contact.
    """
    question = {name: value for name, value in request.body.items() if name not in CONTACT}
    contact = {name: value for name, value in request.body.items() if name in CONTACT}
    if request.caller.is_person:
        taken = await deps.forwarding.ask(
            request.caller, "POST", "/v1/consultations", document=question, key=request.key
        )
        return Answer(Composed(taken).document(), 201)
    composed = await ask_as_guest(deps.forwarding, request.caller, question, contact, request.key)
    return Answer(composed.document(), 201)
