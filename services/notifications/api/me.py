"""What I was told."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import BoundedPaging, listing
from services.notifications.domain.message import Kind, Variable
from services.notifications.domain.preference import LANGUAGES, PREFERENCE
from services.notifications.parts import Parts
from services.notifications.sending import rendering
from services.notifications.views.inbox import MESSAGES
from services.notifications.views.ties import guests_of

routes = Routes()


class InboxQuery(BoundedPaging):
    language = fields.String(load_default=None, validate=OneOf(LANGUAGES))


class InboxLine(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    activity = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)


@routes.get("/v1/me/inbox", query=InboxQuery(), answer=listing(InboxLine, "Inbox", required=True), statuses=(200, 401))
def read_my_inbox(parts: Parts, request: Request) -> Answer:
    """What I was told, newest first."""
    person = request.actor.require_person()
    preference, _ = parts.commands.state(PREFERENCE, person)
    language = rendering.language_of(request.query["language"], preference.wishes.language)
    mine = {"person": {"$in": [person, *guests_of(parts.views, person)]}}
    page = parts.views.find(
        MESSAGES, mine, sort="at", descending=True, after=request.query["after"], limit=request.query["limit"]
    )
    return Answer({"items": [_line(document, language) for document in page.items], "next": page.next})


def _line(document: dict[str, Any], language: str) -> dict[str, Any]:
    variables = [Variable(**variable) for variable in document["variables"]]
    return {
        "id": document["_id"],
        "kind": document["kind"],
        "title": rendering.title(Kind(document["kind"]), variables, language),
        "at": document["at"],
        "activity": document.get("activity"),
        "region": document.get("region"),
    }
