"""The outcomes of deliveries, and the contacts that do not work. No answer shows an address or a text."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from marshmallow.validate import Length, OneOf

from services.kernel.base.problem import Forbidden, Malformed, NotFound, Unauthorized
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import BoundedPageQuery, Listing, NoFields, fill, paged, paging, where
from services.notifications.api.patterns import Time
from services.notifications.dependencies import Dependencies
from services.notifications.domain.resending import RESENDING, AskResend
from services.notifications.sending.delivery import ENDED, GATHERED, PLANNED, SENDING, Delivery
from services.notifications.views.contacts import CONTACTS, flagged_channels

routes = Routes()

DELIVERIES_READ = "deliveries.read"
STATES = (PLANNED, SENDING, GATHERED, *ENDED)


@dataclass(frozen=True)
class DeliveriesQuery(BoundedPageQuery):
    activity: Annotated[str | Unset, Length(1, 100), Described("only messages about this activity")] = UNSET
    person: Annotated[str | Unset, Length(1, 100), Described("only messages to this person")] = UNSET
    state: Annotated[str | Unset, OneOf(STATES), Described("only deliveries in this state")] = UNSET


@dataclass(frozen=True)
class DeliveryShown:
    component: ClassVar[str] = "Delivery"
    delivery: str
    person: str
    channel: str
    kind: str
    state: Annotated[str, OneOf(STATES)]
    reason: str | None
    attempts: int
    planned: Time
    held_until: Time | None
    ended: Time | None
    activity: str | None
    region: str | None
    via: str | None
    flagged: tuple[str, ...]
    worth_until: Time


class DeliveriesPage(Listing[DeliveryShown]):
    pass


@dataclass(frozen=True)
class Resent:
    delivery: str


@dataclass(frozen=True)
class FlaggedContact:
    """``channel`` has refused this person's letters for good, since ``since``."""

    person: str
    channel: str
    reason: str
    region: str | None
    since: Time


class FlaggedContacts(Listing[FlaggedContact]):
    pass


@routes.get("/v1/deliveries", statuses=(200, 401, 403))
def list_deliveries(deps: Dependencies, request: Request[None, DeliveriesQuery]) -> Answer[DeliveriesPage]:
    """List the deliveries of messages with their states, without addresses and texts.

    Needs ``deliveries.read``; only deliveries of the caller's regions are listed.
    """
    query = request.query
    wanted = where(activity=query.activity, person=query.person, state=query.state) | _readable_regions(request)
    found = deps.deliveries.find(wanted, _place_of(query.after), query.limit + 1)
    shown, more = found[: query.limit], len(found) > query.limit
    flagged = flagged_channels(deps.views, [delivery.person for delivery in shown])
    items = tuple(_delivery_shown(delivery, flagged.get(delivery.person, ())) for delivery in shown)
    return Answer(DeliveriesPage(items, _cursor_of(shown[-1]) if more else None))


@routes.post("/v1/deliveries/{delivery}/resend", statuses=(202, 401, 403, 404, 422))
def resend_delivery(deps: Dependencies, request: Request[NoFields]) -> Answer[Resent]:
    """Send a message again that did not reach its receiver.

    Needs ``deliveries.read`` in the delivery's region. The message keeps its identity, so a receiver can recognise a
    repetition.
    """
    delivery = deps.deliveries.one(request.path["delivery"])
    if request.actor.kind == "anonymous":
        raise Unauthorized
    if delivery is None or not request.actor.may(DELIVERIES_READ, delivery.region):
        raise NotFound
    resent, by = Resent(delivery.id), request.actor.require_person()
    stands = delivery.taken_back is None
    command = AskResend(delivery.id, delivery.state, delivery.worth_until, request.now, by, stands)
    return request.outcome(RESENDING, delivery.id, command, lambda *_: resent)


@routes.get("/v1/contacts/bounced", statuses=(200, 401, 403))
def list_bounced_contacts(deps: Dependencies, request: Request[None, BoundedPageQuery]) -> Answer[FlaggedContacts]:
    """List people whose contact does not work, without the address.

    Needs ``deliveries.read``; only people of the caller's regions are listed.
    """
    wanted = {"flagged": True} | _readable_regions(request)
    page = deps.views.find(CONTACTS, wanted, sort="since", descending=True, **paging(request))
    return paged(page, lambda row: fill(FlaggedContact, row), FlaggedContacts)


def _readable_regions(request: Request[Any, Any]) -> dict[str, Any]:
    """The condition on the region under which the actor may read deliveries, none for all regions. Raises ``Unauthorized``,
    ``Forbidden``.
    """
    actor = request.actor
    if actor.may(DELIVERIES_READ):
        return {}
    if actor.kind == "anonymous":
        raise Unauthorized
    if not actor.may_somewhere(DELIVERIES_READ):
        raise Forbidden(permission=DELIVERIES_READ)
    return {"region": {"$in": list(actor.grants[DELIVERIES_READ])}}


def _delivery_shown(delivery: Delivery, flagged: Sequence[str]) -> DeliveryShown:
    return fill(
        DeliveryShown,
        delivery,
        delivery=delivery.id,
        planned=delivery.planned.isoformat(),
        held_until=delivery.held_until and delivery.held_until.isoformat(),
        ended=delivery.ended and delivery.ended.isoformat(),
        flagged=tuple(flagged),
        worth_until=delivery.worth_until.isoformat(),
    )


def _cursor_of(delivery: Delivery) -> str:
    place = json.dumps([delivery.planned.isoformat(), delivery.id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _place_of(cursor: str | None) -> tuple[datetime, str] | None:
    """When the delivery of a cursor was planned, and its id. Raises ``Malformed``."""
    if cursor is None:
        return None
    try:
        planned, identity = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        str(identity).encode()  # JSON can hold half a character, the database cannot
        return datetime.fromisoformat(planned).astimezone(UTC), str(identity)
    except (ValueError, TypeError, OverflowError) as error:
        raise Malformed("This is not a cursor of this installation.", errors={"after": ["Not a cursor."]}) from error
