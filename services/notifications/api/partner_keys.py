"""The keys of partners' programs, and the partner behind a key."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import Length, OneOf

from services.kernel.base.problem import TokenEnded
from services.kernel.declare.policy import Actor, Held
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import NoFields, fill, not_blank
from services.notifications.api.feed import PARTNERS_KEEP
from services.notifications.api.patterns import SomeRegions
from services.notifications.dependencies import Dependencies
from services.notifications.domain.partner import PARTNER, SCOPES, IssueKey, RevokeKey
from services.notifications.secret_deriver import read_key

routes = Routes()


@dataclass(frozen=True)
class KeyBody:
    """The use of the key. ``regions`` are no more than the partner's own."""

    name: Annotated[str, not_blank(60)]
    scopes: Annotated[
        tuple[Annotated[str, OneOf(SCOPES)], ...], Length(1, len(SCOPES)), Described("what the key allows")
    ]
    regions: Annotated[SomeRegions, Described("the regions whose facts the key may read")]


@dataclass(frozen=True)
class NewKey:
    """No other answer shows the bearer."""

    key: str
    bearer: str


@dataclass(frozen=True)
class BearerBody:
    """A bearer in any form. A text that is no key of ours is not malformed; no partner is behind the text."""

    token: str


@dataclass(frozen=True)
class ActorAnswer:
    """An actor as ``policy.actor_from`` reads it."""

    kind: str
    id: str
    offices: tuple[Held, ...]
    grants: Mapping[str, tuple[str, ...]]


@routes.post("/v1/partners/{partner}/keys", statuses=(201, 401, 403, 404))
def issue_partner_key(deps: Dependencies, request: Request[KeyBody]) -> Answer[NewKey]:
    """Issue a key for a program of a partner; the key is shown in this answer only.

    Needs ``partners.keep``.
    """
    request.actor.require(PARTNERS_KEEP)
    body, partner, key = request.body, request.path["partner"], request.new_id("partner-key")
    bearer = deps.secrets.partner_key(partner, key)
    scopes, regions = tuple(dict.fromkeys(body.scopes)), tuple(dict.fromkeys(body.regions))
    command = IssueKey(key, body.name.strip(), bearer.digest, scopes, regions)
    # The bearer is derived again for a repeated request: no commit keeps it.
    kept = request.outcome(PARTNER, partner, command, lambda *_: {"key": key})
    return Answer(NewKey(key, str(bearer)), kept.status, kept.version, kept.position)


@routes.delete("/v1/partners/{partner}/keys/{key}", statuses=(200, 401, 403, 404))
def revoke_partner_key(_deps: Dependencies, request: Request) -> Answer[NoFields]:
    """Revoke a partner's key, which is refused from now on.

    Needs ``partners.keep``.
    """
    request.actor.require(PARTNERS_KEEP)
    return request.outcome(PARTNER, request.path["partner"], RevokeKey(request.path["key"]), lambda *_: NoFields())


@routes.post("/internal/partner-identity", public=False, statuses=(200, 401, 403))
def identify_partner(deps: Dependencies, request: Request[BearerBody]) -> Answer[ActorAnswer]:
    """Show the partner behind a key, with the key's permissions.

    Only the gateway may call this. Reads the partner's own stream, so a revoked key is refused at once.
    """
    request.actor.require_service("gateway")
    bearer = read_key(request.body.token)
    if bearer is None:
        raise TokenEnded("This is not a key of this installation.")
    partner, _ = deps.commands.state(PARTNER, bearer.partner)
    keys = () if partner is None else partner.keys
    found = [key for key in keys if hmac.compare_digest(key.digest, bearer.digest)]
    if partner is None or not found or not (grants := partner.grants(found[0])):
        raise TokenEnded("This key was revoked, or its partner is dormant.")
    return Answer(fill(ActorAnswer, Actor("partner", bearer.partner, (), grants)))
