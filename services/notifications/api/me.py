"""What I was told, and how I want to be told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.kernel.route import Answer, Request, Route, recorded
from services.notifications import rendering
from services.notifications.api.parts import Parts
from services.notifications.api.schemas import PageQuery
from services.notifications.domain.message import Kind, Variable
from services.notifications.domain.preference import LANGUAGES, PREFERENCE, ChoosePreference, Preference
from services.notifications.views.inbox import MESSAGES
from services.notifications.views.ties import guests_of


class InboxQuery(PageQuery):
    language = fields.String(load_default=None, validate=OneOf(LANGUAGES))


class InboxLine(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    activity = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)


class Inbox(Schema):
    items = fields.List(fields.Nested(InboxLine), required=True)
    next = fields.String(required=True, allow_none=True)


class PreferenceBody(Schema):
    language = fields.String(load_default=None, allow_none=True, validate=OneOf(LANGUAGES))
    email = fields.Boolean(required=True, truthy={True}, falsy={False})


def my_inbox(parts: Parts, request: Request) -> Answer:
    person = request.actor.require_person()
    preference, _ = parts.commands.state(PREFERENCE, person)
    language = rendering.language_of(request.query["language"], preference.language)
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


def my_preferences(parts: Parts, request: Request) -> Answer:
    preference, version = parts.commands.state(PREFERENCE, request.actor.require_person())
    return Answer(_preference(preference), version=version)


def choose_preferences(_parts: Parts, request: Request) -> Answer:
    person = request.actor.require_person()
    choice = ChoosePreference(language=request.body["language"], email=request.body["email"])
    return recorded(request.take(PREFERENCE, person, choice, answer=lambda state, _events: _preference(state)))


def _preference(preference: Preference) -> dict[str, Any]:
    return {"language": preference.language, "email": preference.email}


ROUTES: Sequence[Route] = (
    Route(
        "GET",
        "/v1/me/inbox",
        my_inbox,
        name="read-my-inbox",
        summary="What I was told, newest first",
        query=InboxQuery(),
        answer=Inbox(),
        statuses=(200, 401),
    ),
    Route(
        "GET",
        "/v1/me/preferences",
        my_preferences,
        name="read-my-preferences",
        summary="How I am told",
        answer=PreferenceBody(),
        statuses=(200, 401),
    ),
    Route(
        "PUT",
        "/v1/me/preferences",
        choose_preferences,
        name="choose-my-preferences",
        summary="How I want to be told: in which language, and whether by e-mail",
        body=PreferenceBody(),
        answer=PreferenceBody(),
        statuses=(200, 401, 412),
    ),
)
