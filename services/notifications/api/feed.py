"""The public feed: what happened, in the order in which it was stored."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from services.kernel.base.problem import Forbidden, Malformed, Unauthorized
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.notifications.api.patterns import TYPE_PATTERN, Names
from services.notifications.domain.interest import ALL_REGIONS, Interest
from services.notifications.domain.partner import FEED_READ
from services.notifications.domain.public_facts import named_by
from services.notifications.parts import Parts

routes = Routes()

PARTNERS_KEEP = "partners.keep"


class FeedQuery(Schema):
    """``types`` and ``region`` hold several values with commas between them."""

    after = fields.String(load_default=None, validate=Length(1, 500))
    types = Names(TYPE_PATTERN, "No type of a fact.")
    region = Names(r"[A-Za-z0-9_-]{1,64}", "No region.")
    limit = fields.Integer(load_default=50, validate=Range(1, 100))


class Feed(Schema):
    """``next`` is where to go on, also where ``items`` is empty; ``more`` says whether to do so at once."""

    items = fields.List(fields.Dict(keys=fields.String()), required=True, metadata={"description": "CloudEvents 1.0"})
    next = fields.String(required=True)
    more = fields.Boolean(required=True)


@routes.get("/v1/feed", query=FeedQuery(), answer=Feed(), partners=True, statuses=(200, 401, 403))
def read_feed(parts: Parts, request: Request) -> Answer:
    """What happened, all services' facts in one order; for partners."""
    query = request.query
    interest = Interest(query["types"], query["region"], readable(request.actor))
    for pattern in interest.types:
        if not named_by(pattern):
            raise Malformed(errors={"types": [f"No fact that is told outside is named {pattern}."]})
    for region in interest.regions:
        if not interest.may_read(region):
            raise Forbidden(permission=FEED_READ, region=region)
    after = parts.feed.position(query["after"])
    page = parts.feed.read(interest, after, query["limit"])
    body: dict[str, Any] = {
        "items": [entry.envelope for entry in page.entries],
        "next": parts.feed.cursor(page.position),
        "more": page.more,
    }
    return Answer(body)


def readable(actor: Actor) -> tuple[str, ...]:
    """The regions whose facts somebody may read: a partner's key says so, and whoever keeps the partners reads what they do.

    Raises ``Unauthorized``, ``Forbidden``.
    """
    if actor.kind == "anonymous":
        raise Unauthorized
    if actor.may(PARTNERS_KEEP):
        return (ALL_REGIONS,)
    if not actor.may_somewhere(FEED_READ):
        raise Forbidden(permission=FEED_READ)
    return tuple(actor.grants[FEED_READ])
