"""What became of the deliveries: no address, no text."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from services.kernel.problem import Forbidden, Malformed, Unauthorized
from services.kernel.route import Answer, Request, Route
from services.notifications.api.parts import Parts
from services.notifications.api.schemas import PageQuery
from services.notifications.deliveries import ENDED, GATHERED, PLANNED, SENDING
from services.notifications.deliveries import Delivery as DeliveryDocument

DELIVERIES_READ = "deliveries.read"
STATES = (PLANNED, SENDING, GATHERED, *ENDED)


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
        "/v1/deliveries",
        list_deliveries,
        name="list-deliveries",
        summary="What became of the mails: no address, no text",
        query=DeliveriesQuery(),
        answer=DeliveriesPage(),
        statuses=(200, 401, 403),
    ),
)
