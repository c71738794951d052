"""Subscriptions: a partner's program says where facts are to be sent, and what is to become of them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from services.kernel.base.problem import Forbidden, Malformed, NotFound, Refused, Unauthorized
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import BoundedPaging, Empty, listing
from services.kernel.log.log import Commit
from services.notifications.api.feed import PARTNERS_KEEP, readable
from services.notifications.api.patterns import regions, types
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
from services.notifications.domain.webhook_url import LONGEST
from services.notifications.parts import Parts
from services.notifications.views.subscriptions import SUBSCRIPTIONS

routes = Routes()

ACTIVE_AT_MOST = 10
"""Fewer than are served at once, so that one partner's slow addresses hold up nobody else's."""


class SubscriptionBody(Schema):
    """``after`` is a cursor of the feed behind which it begins; without one it begins now. ``partner`` is for who keeps
    the partners; a partner's program subscribes for itself.
    """

    url = fields.String(required=True, validate=Length(1, LONGEST))
    types = types()
    regions = regions()
    after = fields.String(load_default=None, allow_none=True, validate=Length(1, 500))
    partner = fields.String(load_default=None, allow_none=True, validate=Length(1, 64))


class SecretShown(Schema):
    """``secret`` is shown here and nowhere else."""

    subscription = fields.String(required=True)
    secret = fields.String(required=True)


class SubscriptionShown(Schema):
    subscription = fields.String(required=True)
    partner = fields.String(required=True)
    url = fields.String(required=True)
    types = fields.List(fields.String(), required=True)
    regions = fields.List(fields.String(), required=True)
    state = fields.String(required=True, validate=OneOf(["active", "disabled"]))
    why = fields.String(required=True, allow_none=True)


class Ping(Schema):
    """The ``webhook-id`` that the ping comes under."""

    ping = fields.String(required=True)


@routes.post(
    "/v1/subscriptions", body=SubscriptionBody(), answer=SecretShown(), partners=True, statuses=(201, 401, 403, 422)
)
def make_subscription(parts: Parts, request: Request) -> Answer:
    """Have facts sent to an address of one's own."""
    identity = request.new_id("subscription")
    # A repetition has its answer with the secret, though the partner may rest by now.
    commit = request.before() or _make(parts, request, identity)
    answer = recorded(commit, 201, location=f"/v1/subscriptions/{identity}")
    secret = parts.secrets.webhook_secret(identity, 1)
    return Answer({**answer.body, "secret": secret}, 201, answer.version, answer.position, answer.location)


def _make(parts: Parts, request: Request, identity: str) -> Commit:
    body, actor = request.body, request.actor
    partner = _for_whom(actor, body["partner"])
    known, _ = parts.commands.state(PARTNER, partner)
    if not known.readable:
        raise Malformed(errors={"partner": ["This is no active partner."]})
    granted = readable(actor) if actor.kind == "partner" else known.readable
    wanted = tuple(dict.fromkeys(body["regions"]))
    for region in wanted:
        if not Interest(granted=granted).may_read(region):
            raise Forbidden(permission=FEED_READ, region=region)
    after = parts.feed.position(body["after"]) if body["after"] else parts.feed.head()
    _require_room(parts, partner)
    command = MakeSubscription(
        partner,
        body["url"],
        tuple(dict.fromkeys(body["types"])),
        wanted or granted,
        after,
        parts.core.settings.webhook_allow,
    )
    return request.take(SUBSCRIPTION, identity, command, answer=lambda *_: {"subscription": identity})


def _require_room(parts: Parts, partner: str) -> None:
    """Raises ``Refused`` ``too-many-subscriptions``. Counted as the view shows it: of several at the same moment, one more may
    come through.
    """
    active = parts.views.count(SUBSCRIPTIONS, {"partner": partner, "state": "active"})
    if active >= ACTIVE_AT_MOST:
        raise Refused(
            "too-many-subscriptions",
            f"a partner has at most {ACTIVE_AT_MOST} active subscriptions",
            at_most=ACTIVE_AT_MOST,
        )


def _for_whom(actor: Actor, named: str | None) -> str:
    """Whose subscription it is to be. Raises ``Unauthorized``, ``Forbidden``, ``Malformed``."""
    if actor.kind == "partner":
        actor.require(SUBSCRIPTIONS_KEEP)
        if named not in (None, actor.id):
            raise Forbidden("a partner subscribes for itself")
        return actor.id
    actor.require(PARTNERS_KEEP)
    if named is None:
        raise Malformed(errors={"partner": ["Say for which partner."]})
    return named


def standing(parts: Parts, request: Request) -> tuple[Subscription, int]:
    """The subscription of the path, for its partner or who keeps the partners; to others there is none.

    Raises ``Unauthorized``, ``Forbidden``, ``NotFound``.
    """
    actor = request.actor
    if actor.kind == "anonymous":
        raise Unauthorized
    actor.require(SUBSCRIPTIONS_KEEP if actor.kind == "partner" else PARTNERS_KEEP)
    subscription, version = parts.commands.state(SUBSCRIPTION, request.path["subscription"])
    if not subscription.partner or (actor.kind == "partner" and subscription.partner != actor.id):
        raise NotFound
    return subscription, version


@routes.get(
    "/v1/subscriptions/{subscription}", answer=SubscriptionShown(), partners=True, statuses=(200, 401, 403, 404)
)
def show_subscription(parts: Parts, request: Request) -> Answer:
    """One subscription."""
    subscription, version = standing(parts, request)
    shown = {
        "subscription": request.path["subscription"],
        "partner": subscription.partner,
        "url": subscription.url,
        "types": list(subscription.types),
        "regions": list(subscription.regions),
        "state": "active" if subscription.disabled is None else "disabled",
        "why": subscription.disabled,
    }
    return Answer(shown, version=version)


@routes.get(
    "/v1/subscriptions",
    query=BoundedPaging(),
    answer=listing(SubscriptionShown, "SubscriptionList", required=True),
    partners=True,
    statuses=(200, 401, 403),
)
def list_subscriptions(parts: Parts, request: Request) -> Answer:
    """The subscriptions: a partner's own, or all."""
    actor = request.actor
    where: dict[str, Any] = {}
    if actor.kind == "partner":
        actor.require(SUBSCRIPTIONS_KEEP)
        where = {"partner": actor.id}
    else:
        actor.require(PARTNERS_KEEP)
    page = parts.views.find(SUBSCRIPTIONS, where, after=request.query["after"], limit=request.query["limit"])
    items = []
    for document in page.items:
        document.pop("version")
        items.append({"subscription": document.pop("_id"), **document})
    return Answer({"items": items, "next": page.next})


@routes.post(
    "/v1/subscriptions/{subscription}/rotate", answer=SecretShown(), partners=True, statuses=(200, 401, 403, 404)
)
def rotate_secret(parts: Parts, request: Request) -> Answer:
    """A new secret; those before it sign too for 24 hours."""
    standing(parts, request)
    identity = request.path["subscription"]
    command = RotateSecret(request.now)
    commit = request.take(SUBSCRIPTION, identity, command, answer=lambda state, _: {"generation": state.generation})
    secret = parts.secrets.webhook_secret(identity, commit.answer["generation"])
    answer = recorded(commit)
    return Answer({"subscription": identity, "secret": secret}, 200, answer.version, answer.position)


@routes.post("/v1/subscriptions/{subscription}/test", answer=Ping(), partners=True, statuses=(202, 401, 403, 404))
def test_subscription(parts: Parts, request: Request) -> Answer:
    """Send a ping."""
    standing(parts, request)
    identity = request.new_id("ping")
    command = PingSubscription(identity)
    return recorded(
        request.take(SUBSCRIPTION, request.path["subscription"], command, lambda *_: {"ping": identity}), 202
    )


@routes.post(
    "/v1/subscriptions/{subscription}/enable", answer=Empty(), partners=True, statuses=(200, 401, 403, 404, 422)
)
def enable_subscription(parts: Parts, request: Request) -> Answer:
    """Send again, from where it stood."""
    subscription, _ = standing(parts, request)
    if subscription.disabled is not None and request.before() is None:
        _require_room(parts, subscription.partner)
    return recorded(request.take(SUBSCRIPTION, request.path["subscription"], EnableSubscription()))


@routes.post(
    "/v1/subscriptions/{subscription}/disable", answer=Empty(), partners=True, statuses=(200, 401, 403, 404, 422)
)
def disable_subscription(parts: Parts, request: Request) -> Answer:
    """Send nothing for the time being."""
    standing(parts, request)
    return recorded(request.take(SUBSCRIPTION, request.path["subscription"], DisableSubscription(BY_HAND)))
