"""The HTTP routes of notifications: what I was told, how I want to be told, and what became of the deliveries."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from services.kernel.decider import Commands
from services.kernel.problem import Forbidden, Malformed, Unauthorized
from services.kernel.route import Answer, Request, Route, recorded
from services.kernel.service import Core
from services.kernel.view_store import Views
from services.notifications import rendering
from services.notifications.deliveries import EXPIRED, FAILED, NO_CONTACT, PLANNED, SENDING, SENT, UNWANTED, Deliveries
from services.notifications.deliveries import Delivery as DeliveryDocument
from services.notifications.domain.message import Kind, Variable
from services.notifications.domain.preference import LANGUAGES, PREFERENCE, ChoosePreference, Preference
from services.notifications.views.inbox import MESSAGES
from services.notifications.views.ties import guests_of

DELIVERIES_READ = "deliveries.read"
STATES = (PLANNED, SENDING, SENT, EXPIRED, NO_CONTACT, UNWANTED, FAILED)


@dataclass(frozen=True)
class Parts:
    """What the handlers are called with."""

    core: Core
    commands: Commands
    views: Views
    deliveries: Deliveries


class PageQuery(Schema):
    limit = fields.Integer(load_default=50, validate=Range(1, 100))
    after = fields.String(load_default=None, validate=Length(1, 500))


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


class DeliveriesQuery(PageQuery):
    activity = fields.String(validate=Length(1, 100))
    person = fields.String(validate=Length(1, 100))
    state = fields.String(validate=OneOf(STATES))


class Delivery(Schema):
    delivery = fields.String(required=True)
    person = fields.String(required=True)
    channel = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True, validate=OneOf(STATES))
    reason = fields.String(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    planned = fields.String(required=True, metadata={"format": "date-time"})
    held_until = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    ended = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    activity = fields.String(required=True, allow_none=True)
    region = fields.String(required=True, allow_none=True)


class DeliveriesPage(Schema):
    items = fields.List(fields.Nested(Delivery), required=True)
    next = fields.String(required=True, allow_none=True)


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


def list_deliveries(parts: Parts, request: Request) -> Answer:
    limit = request.query["limit"]
    where: dict[str, Any] = {
        name: request.query[name] for name in ("activity", "person", "state") if name in request.query
    }
    if not request.actor.may(DELIVERIES_READ):
        where["region"] = {"$in": list(_regions(request))}
    found = parts.deliveries.find(where, _place(request.query["after"]), limit + 1)
    more = len(found) > limit
    return Answer(
        {
            "items": [_shown(delivery) for delivery in found[:limit]],
            "next": _cursor(found[limit - 1]) if more else None,
        }
    )


def _regions(request: Request) -> Sequence[str]:
    """The regions whose deliveries the actor may see, where it is not all. Raises as ``Actor.require`` does."""
    if request.actor.kind == "anonymous":
        raise Unauthorized
    if not request.actor.may_somewhere(DELIVERIES_READ):
        raise Forbidden(permission=DELIVERIES_READ)
    return request.actor.grants[DELIVERIES_READ]


def _shown(delivery: DeliveryDocument) -> dict[str, Any]:
    return {
        "delivery": delivery.id,
        "person": delivery.person,
        "channel": delivery.channel,
        "kind": delivery.kind,
        "state": delivery.state,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "planned": delivery.planned.isoformat(),
        "held_until": delivery.held_until and delivery.held_until.isoformat(),
        "ended": delivery.ended and delivery.ended.isoformat(),
        "activity": delivery.activity,
        "region": delivery.region,
    }


def _cursor(delivery: DeliveryDocument) -> str:
    place = json.dumps([delivery.planned.isoformat(), delivery.id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    try:
        planned, identity = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        str(identity).encode()  # JSON can hold half a character, the database cannot
        return datetime.fromisoformat(planned).astimezone(UTC), str(identity)
    except (ValueError, TypeError, OverflowError) as error:
        raise Malformed("the cursor is not one of ours", errors={"after": ["Not a cursor."]}) from error


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
    Route(
        "GET",
        "/v1/deliveries",
        list_deliveries,
        name="list-deliveries",
        summary="What became of the mails: no address, no text",
        query=DeliveriesQuery(),
        answer=DeliveriesPage(),
        statuses=(200, 401, 403),
    ),
)
