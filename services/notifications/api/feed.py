"""The public feed: facts in the order in which the inbox stored them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow.validate import Length, Range

from services.kernel.base.problem import Forbidden, Malformed, Unauthorized
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described, FieldOf
from services.notifications.api.patterns import TYPE_PATTERN, Names
from services.notifications.dependencies import Dependencies
from services.notifications.domain.interest import ALL_REGIONS, Interest
from services.notifications.domain.partner import FEED_READ
from services.notifications.domain.public_facts import named_by

routes = Routes()

PARTNERS_KEEP = "partners.keep"


def _type_patterns() -> Names:
    return Names(TYPE_PATTERN, "No type of a fact.", "only facts of these types, with commas between them")


def _region_names() -> Names:
    return Names(r"[A-Za-z0-9_-]{1,64}", "No region.", "only facts of these regions, with commas between them")


@dataclass(frozen=True)
class FeedQuery:
    """``types`` and ``region`` hold several values with commas between them."""

    after: Annotated[
        str | None,
        Length(1, 500),
        Described("the cursor `next` of the page before; without it the feed from its beginning"),
    ] = None
    types: Annotated[tuple[str, ...], FieldOf(_type_patterns)] = ()
    region: Annotated[tuple[str, ...], FieldOf(_region_names)] = ()
    limit: Annotated[int, Range(1, 100), Described("the largest number of facts in the answer")] = 50


@dataclass(frozen=True)
class Feed:
    """``next`` is the cursor behind ``items``, set for an empty page too; ``more`` says whether to ask again at once."""

    # An envelope goes out as its service wrote it: each type of fact has fields of its own.
    items: Annotated[tuple[Mapping[str, Any], ...], Described("CloudEvents 1.0")]
    next: str
    more: bool


@routes.get("/v1/feed", partners=True, statuses=(200, 401, 403))
def read_feed(deps: Dependencies, request: Request[None, FeedQuery]) -> Answer[Feed]:
    """Read the public facts of all services in one order.

    For partners whose key has the scope ``feed.read``, and for callers with ``partners.keep``. Go on with ``next`` as
    ``after``.
    """
    query = request.query
    interest = Interest(query.types, query.region, readable_regions(request.actor))
    for pattern in interest.types:
        if not named_by(pattern):
            raise Malformed(errors={"types": [f"No public fact is named {pattern}."]})
    for region in interest.regions:
        if not interest.may_read(region):
            raise Forbidden(permission=FEED_READ, region=region)
    page = deps.feed.read(interest, deps.feed.position(query.after), query.limit)
    envelopes = tuple(entry.envelope for entry in page.entries)
    return Answer(Feed(envelopes, deps.feed.cursor(page.position), page.more))


def readable_regions(actor: Actor) -> tuple[str, ...]:
    """The regions whose facts the actor may read: those of a partner's key, and all regions for people who keep the partners.

    Raises ``Unauthorized``, ``Forbidden``.
    """
    if actor.kind == "anonymous":
        raise Unauthorized
    if actor.may(PARTNERS_KEEP):
        return (ALL_REGIONS,)
    if not actor.may_somewhere(FEED_READ):
        raise Forbidden(permission=FEED_READ)
    return tuple(actor.grants[FEED_READ])
