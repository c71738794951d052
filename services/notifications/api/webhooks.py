"""The deliveries of a subscription with their outcomes, and the recovery of a range of deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from services.kernel.base.problem import Malformed
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, FieldOf, Unset
from services.kernel.declare.shapes import fill
from services.notifications.api.patterns import Time
from services.notifications.api.subscriptions import subscription_of_path
from services.notifications.dependencies import Dependencies
from services.notifications.domain.subscription import SUBSCRIPTION, RecoverDeliveries
from services.notifications.webhooks.webhook_deliveries import KEPT, STATES, WAITING, WebhookDelivery

routes = Routes()

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


def _since() -> fields.AwareDateTime:
    metadata = {"description": "the time after which facts are sent again; either after or since"}
    return fields.AwareDateTime(format="iso", validate=Range(EARLIEST, LATEST), metadata=metadata)


@dataclass(frozen=True)
class WebhooksQuery:
    """The newest deliveries come first; ``before`` is a ``deliveryseq``."""

    limit: Annotated[int, Range(1, 100), Described("the largest number of deliveries in the answer")] = 50
    before: Annotated[int | None, Range(1, 2**53), Described("only deliveries with a smaller `deliveryseq`")] = None
    state: Annotated[str | None, OneOf(STATES), Described("only deliveries in this state")] = None


@dataclass(frozen=True)
class AttemptShown:
    component: ClassVar[str] = "Attempt"
    at: Time
    status: int | None
    reason: Annotated[str | None, Described("why there was no answer")]
    seconds: float


@dataclass(frozen=True)
class WebhookShown:
    """``id`` is the id of the fact and the ``webhook-id``. ``retry_at`` is an estimate."""

    id: str
    deliveryseq: int
    type: str
    region: str | None
    state: Annotated[str, OneOf(STATES)]
    reason: str | None
    planned: Time
    ended: Time | None
    retry_at: Time | None
    attempts: int
    tries: tuple[AttemptShown, ...]


@dataclass(frozen=True)
class WebhookList:
    items: tuple[WebhookShown, ...]
    next: Annotated[int | None, Described("the next page's `before`")]


@dataclass(frozen=True)
class RecoverBody:
    """``after``: all deliveries behind a cursor of the feed, and each delivery carries its own. ``since``: all deliveries planned
    since a time. Exactly one of the two.
    """

    after: Annotated[
        str | Unset,
        Length(1, 500),
        Described("the cursor of the feed after which facts are sent again; either after or since"),
    ] = UNSET
    since: Annotated[datetime, FieldOf(_since)] | Unset = UNSET

    def __post_init__(self) -> None:
        if (self.after is UNSET) == (self.since is UNSET):
            raise ValidationError("Say either after or since.", "after")


@dataclass(frozen=True)
class Recovery:
    """All facts behind this cursor of the feed are sent again."""

    after: str


@routes.get("/v1/subscriptions/{subscription}/deliveries", partners=True, statuses=(200, 401, 403, 404))
def list_webhooks(deps: Dependencies, request: Request[None, WebhooksQuery]) -> Answer[WebhookList]:
    """List the deliveries of a subscription with each attempt, the latest first.

    For its partner, and for callers with ``partners.keep``.
    """
    subscription_of_path(deps, request)
    query = request.query
    found = deps.webhooks.page(request.path["subscription"], query.state, query.before, query.limit + 1)
    lag = request.now - datetime.now(UTC)
    items = tuple(_webhook_shown(delivery, lag) for delivery in found[: query.limit])
    return Answer(WebhookList(items, items[-1].deliveryseq if len(found) > query.limit else None))


@routes.post("/v1/subscriptions/{subscription}/recover", partners=True, statuses=(202, 401, 403, 404))
def recover_webhooks(deps: Dependencies, request: Request[RecoverBody]) -> Answer[Recovery]:
    """Send all facts after a position or a time again, in order and with the same ids as before.

    For its partner, and for callers with ``partners.keep``.
    """
    subscription_of_path(deps, request)
    subscription = request.path["subscription"]
    after = _recovery_position(deps, subscription, request.body, request.now)
    recovery = Recovery(deps.feed.cursor(after))
    return request.outcome(SUBSCRIPTION, subscription, RecoverDeliveries(after), lambda *_: recovery)


def _recovery_position(deps: Dependencies, subscription: str, body: RecoverBody, now: datetime) -> int:
    """The position in the feed behind which deliveries are sent again. Raises ``Malformed``."""
    if body.after is not UNSET:
        return deps.feed.position(body.after)
    assert body.since is not UNSET
    known_since = deps.webhooks.known_since(subscription)
    # Deliveries that are no longer kept ended before ``now - KEPT``: later deliveries are complete.
    if known_since is not None and body.since < min(known_since, now - KEPT):
        raise Malformed(errors={"since": [f"Deliveries before {known_since.isoformat()} can be named only by after."]})
    first = deps.webhooks.first_since(subscription, body.since)
    if first is None:
        raise Malformed(errors={"since": ["No delivery was planned since then."]})
    return first.position - 1


def _webhook_shown(delivery: WebhookDelivery, lag: timedelta) -> WebhookShown:
    """``lag`` is domain time minus machine time. Retries are in machine time; with ``lag`` added they are shown in domain time."""
    return fill(
        WebhookShown,
        delivery,
        id=delivery.fact,
        deliveryseq=delivery.number,
        planned=delivery.planned.isoformat(),
        ended=delivery.ended and delivery.ended.isoformat(),
        retry_at=(delivery.retry_at + lag).isoformat() if delivery.state == WAITING else None,
        tries=tuple(fill(AttemptShown, attempt, at=attempt.at.isoformat()) for attempt in delivery.tries),
    )
