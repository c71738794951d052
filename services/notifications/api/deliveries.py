"""What became of the deliveries, and whose contact does not work: no address, no text."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from services.kernel.base.problem import Forbidden, Malformed, NotFound, Unauthorized
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import BoundedPaging, Empty, listing
from services.notifications.domain.resending import RESENDING, AskResend
from services.notifications.parts import Parts
from services.notifications.sending.delivery import ENDED, GATHERED, PLANNED, SENDING
from services.notifications.sending.delivery import Delivery as DeliveryDocument
from services.notifications.views.contacts import CONTACTS, flagged

routes = Routes()

DELIVERIES_READ = "deliveries.read"
STATES = (PLANNED, SENDING, GATHERED, *ENDED)


class DeliveriesQuery(BoundedPaging):
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
    via = fields.String(required=True, allow_none=True)
    flagged = fields.List(fields.String(), required=True)
    worth_until = fields.String(required=True, metadata={"format": "date-time"})


class Resent(Schema):
    delivery = fields.String(required=True)


class FlaggedContact(Schema):
    """``channel`` has refused this person's letters for good, since ``since``."""

    person = fields.String(required=True)
    channel = fields.String(required=True)
    reason = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    since = fields.String(required=True, metadata={"format": "date-time"})


@routes.get(
    "/v1/deliveries",
    query=DeliveriesQuery(),
    answer=listing(Delivery, "DeliveriesPage", required=True),
    statuses=(200, 401, 403),
)
def list_deliveries(parts: Parts, request: Request) -> Answer:
    """What became of the letters: no address, no text."""
    limit = request.query["limit"]
    where: dict[str, Any] = {
        name: request.query[name] for name in ("activity", "person", "state") if name in request.query
    }
    if not request.actor.may(DELIVERIES_READ):
        where["region"] = {"$in": list(_regions(request))}
    found = parts.deliveries.find(where, _place(request.query["after"]), limit + 1)
    more = len(found) > limit
    bounced = flagged(parts.views, [delivery.person for delivery in found])
    return Answer(
        {
            "items": [_shown(delivery, bounced.get(delivery.person, [])) for delivery in found[:limit]],
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


@routes.post("/v1/deliveries/{delivery}/resend", body=Empty(), answer=Resent(), statuses=(202, 401, 403, 404, 422))
def resend_delivery(parts: Parts, request: Request) -> Answer:
    """Send again what reached nobody, under the same identity."""
    delivery = parts.deliveries.one(request.path["delivery"])
    if request.actor.kind == "anonymous":
        raise Unauthorized
    if delivery is None or not _may_see(request, delivery):
        raise NotFound
    by = request.actor.require_person()
    stands = delivery.taken_back is None
    command = AskResend(delivery.id, delivery.state, delivery.worth_until, request.now, by, stands)
    return recorded(request.take(RESENDING, delivery.id, command, answer=lambda *_: {"delivery": delivery.id}), 202)


def _may_see(request: Request, delivery: DeliveryDocument) -> bool:
    return request.actor.may(DELIVERIES_READ, delivery.region)


@routes.get(
    "/v1/contacts/bounced",
    query=BoundedPaging(),
    answer=listing(FlaggedContact, "FlaggedContacts", required=True),
    statuses=(200, 401, 403),
)
def list_bounced_contacts(parts: Parts, request: Request) -> Answer:
    """Whose contact does not work: no address."""
    where: dict[str, Any] = {"flagged": True}
    if not request.actor.may(DELIVERIES_READ):
        where["region"] = {"$in": list(_regions(request))}
    page = parts.views.find(
        CONTACTS, where, sort="since", descending=True, after=request.query["after"], limit=request.query["limit"]
    )
    names = ("person", "channel", "reason", "region", "since")
    return Answer({"items": [{name: found[name] for name in names} for found in page.items], "next": page.next})


def _shown(delivery: DeliveryDocument, bounced: Sequence[str]) -> dict[str, Any]:
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
        "via": delivery.via,
        "flagged": list(bounced),
        "worth_until": delivery.worth_until.isoformat(),
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
