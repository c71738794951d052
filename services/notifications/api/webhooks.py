"""What became of a subscription's deliveries, and how to have a range of them again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range

from services.kernel.base.problem import Malformed
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.notifications.api.subscriptions import standing
from services.notifications.domain.subscription import SUBSCRIPTION, RecoverDeliveries
from services.notifications.parts import Parts
from services.notifications.webhooks.webhook_deliveries import KEPT, STATES, WAITING, WebhookDelivery

routes = Routes()

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class WebhooksQuery(Schema):
    """The newest first; ``before`` is a ``deliveryseq``."""

    limit = fields.Integer(load_default=50, validate=Range(1, 100))
    before = fields.Integer(load_default=None, validate=Range(1, 2**53))
    state = fields.String(load_default=None, validate=OneOf(STATES))


class Attempt(Schema):
    at = fields.String(required=True, metadata={"format": "date-time"})
    status = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "why there was no answer"})
    seconds = fields.Float(required=True)


class WebhookShown(Schema):
    """``id`` is the fact's and the ``webhook-id``. ``retry_at`` is an estimate."""

    id = fields.String(required=True)
    deliveryseq = fields.Integer(required=True)
    type = fields.String(required=True)
    region = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=OneOf(STATES))
    reason = fields.String(required=True, allow_none=True)
    planned = fields.String(required=True, metadata={"format": "date-time"})
    ended = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    retry_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    attempts = fields.Integer(required=True)
    tries = fields.List(fields.Nested(Attempt), required=True)


class WebhookList(Schema):
    items = fields.List(fields.Nested(WebhookShown), required=True)
    next = fields.Integer(required=True, allow_none=True, metadata={"description": "the next page's `before`"})


class RecoverBody(Schema):
    """Behind a cursor of the feed (each delivery carries its own), or all that came up since a time."""

    after = fields.String(validate=Length(1, 500))
    since = fields.AwareDateTime(format="iso", validate=Range(EARLIEST, LATEST))

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_options: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Say either after or since.", "after")


class Recovery(Schema):
    """The feed's cursor behind which everything is sent again."""

    after = fields.String(required=True)


@routes.get(
    "/v1/subscriptions/{subscription}/deliveries",
    query=WebhooksQuery(),
    answer=WebhookList(),
    partners=True,
    statuses=(200, 401, 403, 404),
)
def list_webhooks(parts: Parts, request: Request) -> Answer:
    """What became of a subscription's deliveries, each attempt."""
    standing(parts, request)
    query, identity = request.query, request.path["subscription"]
    limit = query["limit"]
    found = parts.webhooks.page(identity, query["state"], query["before"], limit + 1)
    lag = request.now - datetime.now(UTC)
    items = [_shown(delivery, lag) for delivery in found[:limit]]
    return Answer({"items": items, "next": items[-1]["deliveryseq"] if len(found) > limit else None})


def _shown(delivery: WebhookDelivery, lag: Any) -> dict[str, Any]:
    """``lag`` is what domain time is ahead of the machine's: a pause is the machine's and is shown in the former."""
    return {
        "id": delivery.fact,
        "deliveryseq": delivery.number,
        "type": delivery.type,
        "region": delivery.region,
        "state": delivery.state,
        "reason": delivery.reason,
        "planned": delivery.planned.isoformat(),
        "ended": delivery.ended and delivery.ended.isoformat(),
        "retry_at": (delivery.retry_at + lag).isoformat() if delivery.state == WAITING else None,
        "attempts": delivery.attempts,
        "tries": [
            {"at": each.at.isoformat(), "status": each.status, "reason": each.reason, "seconds": each.seconds}
            for each in delivery.tries
        ],
    }


@routes.post(
    "/v1/subscriptions/{subscription}/recover",
    body=RecoverBody(),
    answer=Recovery(),
    partners=True,
    statuses=(202, 401, 403, 404),
)
def recover_webhooks(parts: Parts, request: Request) -> Answer:
    """Have everything behind a place sent again.

    They are sent in order, under the ids that they had.
    """
    standing(parts, request)
    identity = request.path["subscription"]
    after = _place(parts, identity, request)
    cursor = parts.feed.cursor(after)
    commit = request.take(SUBSCRIPTION, identity, RecoverDeliveries(after), answer=lambda *_: {"after": cursor})
    return recorded(commit, 202)


def _place(parts: Parts, identity: str, request: Request) -> int:
    body = request.body
    if "after" in body:
        return parts.feed.position(body["after"])
    known_since = parts.webhooks.known_since(identity)
    # What is forgotten had ended so long ago: nothing is missing behind that.
    if known_since is not None and body["since"] < min(known_since, request.now - KEPT):
        raise Malformed(
            errors={"since": [f"What was delivered before {known_since.isoformat()} is known by after alone."]}
        )
    first = parts.webhooks.first_since(identity, body["since"])
    if first is None:
        raise Malformed(errors={"since": ["Nothing was to be delivered since then."]})
    return first.position - 1
