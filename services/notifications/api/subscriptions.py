"""Subscriptions: the address to which a partner's facts are sent, and the acts on a subscription."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow.validate import Length, OneOf

from services.kernel.base.problem import Forbidden, Malformed, NotFound, Refused, Unauthorized
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import BoundedPageQuery, Listing, NoFields, fill, paged, paging
from services.kernel.log.log import Commit
from services.notifications.api.feed import PARTNERS_KEEP, readable_regions
from services.notifications.api.patterns import Regions, TypePatterns
from services.notifications.dependencies import Dependencies
from services.notifications.domain.interest import Interest
from services.notifications.domain.partner import FEED_READ, PARTNER, SUBSCRIPTIONS_KEEP
from services.notifications.domain.subscription import (
    BY_HAND,
    SUBSCRIPTION,
    DisableSubscription,
    EnableSubscription,
    MakeSubscription,
    PingSubscription,
    RotateSecret,
    Subscription,
)
from services.notifications.domain.webhook_url import MAX_URL_CHARACTERS
from services.notifications.views.subscriptions import ACTIVE, DISABLED, SUBSCRIPTIONS

routes = Routes()

MAX_ACTIVE_SUBSCRIPTIONS = 10
"""Fewer than the dispatcher serves at once, so that one partner's slow addresses hold up no other partner."""
_ONE = "/v1/subscriptions/{subscription}"


@dataclass(frozen=True)
class SubscriptionBody:
    """``after`` is the cursor of the feed behind which the subscription begins; without a cursor the subscription begins now.
    ``partner`` is for people who keep the partners; a partner's program subscribes for its own partner.
    """

    url: Annotated[str, Length(1, MAX_URL_CHARACTERS)]
    types: TypePatterns = ()
    regions: Regions = ()
    after: Annotated[str, Length(1, 500)] | None = None
    partner: Annotated[str, Length(1, 64)] | None = None


@dataclass(frozen=True)
class SecretShown:
    """No other answer shows the secret."""

    subscription: str
    secret: str


@dataclass(frozen=True)
class SubscriptionShown:
    subscription: str
    partner: str
    url: str
    types: tuple[str, ...]
    regions: tuple[str, ...]
    state: Annotated[str, OneOf([ACTIVE, DISABLED])]
    why: str | None


class SubscriptionList(Listing[SubscriptionShown]):
    pass


@dataclass(frozen=True)
class Ping:
    """``ping`` is the ``webhook-id`` of the ping."""

    ping: str


@routes.post("/v1/subscriptions", partners=True, statuses=(201, 401, 403, 422))
def make_subscription(deps: Dependencies, request: Request[SubscriptionBody]) -> Answer[SecretShown]:
    """Subscribe to facts, which are then sent to an address as webhooks; the answer holds the secret that signs them.

    For partners whose key has the scope ``subscriptions.keep``, and for callers with ``partners.keep``.
    """
    subscription = request.new_id("subscription")
    # A repeated request gets its answer with the secret even if the partner is dormant by now.
    commit = request.before() or _take_making(deps, request, subscription)
    kept = recorded(commit, request.success, f"/v1/subscriptions/{subscription}")
    shown = SecretShown(subscription, deps.secrets.webhook_secret(subscription, 1))
    return Answer(shown, kept.status, kept.version, kept.position, kept.location)


@routes.get(_ONE, partners=True, statuses=(200, 401, 403, 404))
def show_subscription(deps: Dependencies, request: Request) -> Answer[SubscriptionShown]:
    """Show one subscription, and why it is disabled if it is.

    For its partner, and for callers with ``partners.keep``.
    """
    subscription, version = subscription_of_path(deps, request)
    shown = fill(
        SubscriptionShown,
        subscription,
        subscription=request.path["subscription"],
        state=ACTIVE if subscription.disabled is None else DISABLED,
        why=subscription.disabled,
    )
    return Answer(shown, version=version)


@routes.get("/v1/subscriptions", partners=True, statuses=(200, 401, 403))
def list_subscriptions(deps: Dependencies, request: Request[None, BoundedPageQuery]) -> Answer[SubscriptionList]:
    """List the subscriptions: a partner's own, or all for callers with ``partners.keep``."""
    _require_keeping(request.actor)
    wanted = {"partner": request.actor.id} if request.actor.kind == "partner" else {}
    page = deps.views.find(SUBSCRIPTIONS, wanted, **paging(request))
    return paged(page, lambda row: fill(SubscriptionShown, row), SubscriptionList)


@routes.post(f"{_ONE}/rotate", partners=True, statuses=(200, 401, 403, 404))
def rotate_secret(deps: Dependencies, request: Request) -> Answer[SecretShown]:
    """Replace the secret of a subscription; webhooks are signed with the former secrets too for 24 hours.

    For its partner, and for callers with ``partners.keep``.
    """
    subscription_of_path(deps, request)
    subscription, command = request.path["subscription"], RotateSecret(request.now)
    commit = request.take(SUBSCRIPTION, subscription, command, _generation)
    kept = recorded(commit, request.success)
    secret = deps.secrets.webhook_secret(subscription, commit.answer["generation"])
    return Answer(SecretShown(subscription, secret), kept.status, kept.version, kept.position)


@routes.post(f"{_ONE}/test", partners=True, statuses=(202, 401, 403, 404))
def test_subscription(deps: Dependencies, request: Request) -> Answer[Ping]:
    """Send a ping to the address of a subscription.

    For its partner, and for callers with ``partners.keep``. ``GET …/deliveries`` shows what became of the ping.
    """
    subscription_of_path(deps, request)
    ping = request.new_id("ping")
    return request.outcome(SUBSCRIPTION, request.path["subscription"], PingSubscription(ping), lambda *_: Ping(ping))


@routes.post(f"{_ONE}/enable", partners=True, statuses=(200, 401, 403, 404, 422))
def enable_subscription(deps: Dependencies, request: Request) -> Answer[NoFields]:
    """Enable a disabled subscription; sending goes on with the fact at which it stopped.

    For its partner, and for callers with ``partners.keep``.
    """
    subscription, _ = subscription_of_path(deps, request)
    if subscription.disabled is not None and request.before() is None:
        _require_room(deps, subscription.partner)
    identity = request.path["subscription"]
    return request.outcome(SUBSCRIPTION, identity, EnableSubscription(), lambda *_: NoFields())


@routes.post(f"{_ONE}/disable", partners=True, statuses=(200, 401, 403, 404, 422))
def disable_subscription(deps: Dependencies, request: Request) -> Answer[NoFields]:
    """Disable a subscription: nothing is sent until it is enabled.

    For its partner, and for callers with ``partners.keep``.
    """
    subscription_of_path(deps, request)
    identity = request.path["subscription"]
    return request.outcome(SUBSCRIPTION, identity, DisableSubscription(BY_HAND), lambda *_: NoFields())


def subscription_of_path(deps: Dependencies, request: Request[Any, Any]) -> tuple[Subscription, int]:
    """The subscription of the path and its version, for its partner and for people who keep the partners.

    Raises ``Unauthorized``, ``Forbidden``, and ``NotFound`` for another partner's subscription too.
    """
    actor = request.actor
    _require_keeping(actor)
    subscription, version = deps.commands.state(SUBSCRIPTION, request.path["subscription"])
    if subscription is None or (actor.kind == "partner" and subscription.partner != actor.id):
        raise NotFound
    return subscription, version


def _require_keeping(actor: Actor) -> None:
    """Raises ``Unauthorized``, ``Forbidden``."""
    if actor.kind == "anonymous":
        raise Unauthorized
    actor.require(SUBSCRIPTIONS_KEEP if actor.kind == "partner" else PARTNERS_KEEP)


def _take_making(deps: Dependencies, request: Request[SubscriptionBody], subscription: str) -> Commit:
    body, actor = request.body, request.actor
    identity = _subscribing_partner(actor, body.partner)
    partner, _ = deps.commands.state(PARTNER, identity)
    if partner is None or not partner.readable:
        raise Malformed(errors={"partner": ["This is no active partner."]})
    granted = readable_regions(actor) if actor.kind == "partner" else partner.readable
    wanted = tuple(dict.fromkeys(body.regions))
    for region in wanted:
        if not Interest(granted=granted).may_read(region):
            raise Forbidden(permission=FEED_READ, region=region)
    after = deps.feed.position(body.after) if body.after else deps.feed.head()
    _require_room(deps, identity)
    types, allowed = tuple(dict.fromkeys(body.types)), deps.core.settings.webhook_allow
    command = MakeSubscription(identity, body.url, types, wanted or granted, after, allowed)
    return request.take(SUBSCRIPTION, subscription, command, lambda *_: {"subscription": subscription})


def _subscribing_partner(actor: Actor, named: str | None) -> str:
    """The partner for which a subscription is made. Raises ``Unauthorized``, ``Forbidden``, ``Malformed``."""
    if actor.kind == "partner":
        actor.require(SUBSCRIPTIONS_KEEP)
        if named not in (None, actor.id):
            raise Forbidden("A partner can subscribe only for itself.")
        return actor.id
    actor.require(PARTNERS_KEEP)
    if named is None:
        raise Malformed(errors={"partner": ["Name the partner."]})
    return named


def _require_room(deps: Dependencies, partner: str) -> None:
    """Raises ``Refused`` ``too-many-subscriptions``. The view is counted, which may be behind: of several subscriptions made at
    the same moment, one too many may come through.
    """
    active = deps.views.count(SUBSCRIPTIONS, {"partner": partner, "state": ACTIVE})
    if active >= MAX_ACTIVE_SUBSCRIPTIONS:
        raise Refused(
            "too-many-subscriptions",
            f"A partner has at most {MAX_ACTIVE_SUBSCRIPTIONS} active subscriptions.",
            at_most=MAX_ACTIVE_SUBSCRIPTIONS,
        )


def _generation(subscription: Subscription | None, _events: object) -> dict[str, int]:
    assert subscription is not None
    return {"generation": subscription.generation}
