"""The keys that partners' programs come with, and who is behind one."""

from __future__ import annotations

import hmac
from dataclasses import asdict

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from services.kernel.base.problem import Unauthorized
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Empty, text
from services.notifications.api.feed import PARTNERS_KEEP
from services.notifications.api.patterns import regions
from services.notifications.domain.partner import PARTNER, SCOPES, IssueKey, RevokeKey
from services.notifications.parts import Parts
from services.notifications.secret_deriver import read_key

routes = Routes()


class KeyBody(Schema):
    """What the key is for; ``regions`` no more than the partner's own."""

    name = text(longest=60)
    scopes = fields.List(fields.String(validate=OneOf(SCOPES)), required=True, validate=Length(1, len(SCOPES)))
    regions = regions(required=True)


class NewKey(Schema):
    """The bearer itself is shown here and nowhere else."""

    key = fields.String(required=True)
    bearer = fields.String(required=True)


class BearerBody(Schema):
    """A bearer as its holder sent it: whatever it is, for what is none of ours is nobody's, not malformed."""

    token = fields.String(required=True)


class ActorAnswer(Schema):
    """An actor as ``policy.actor_from`` reads it."""

    kind = fields.String(required=True)
    id = fields.String(required=True)
    offices = fields.List(fields.Dict(), required=True)
    grants = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)


@routes.post("/v1/partners/{partner}/keys", body=KeyBody(), answer=NewKey(), statuses=(201, 401, 403, 404))
def issue_partner_key(parts: Parts, request: Request) -> Answer:
    """A key for a partner's program."""
    request.actor.require(PARTNERS_KEEP)
    partner, identity = request.path["partner"], request.new_id("partner-key")
    bearer = parts.secrets.partner_key(partner, identity)
    scopes, within = (tuple(dict.fromkeys(request.body[name])) for name in ("scopes", "regions"))
    command = IssueKey(identity, request.body["name"].strip(), bearer.digest, scopes, within)
    answer = recorded(request.take(PARTNER, partner, command, answer=lambda _state, _events: {"key": identity}), 201)
    return Answer({**answer.body, "bearer": str(bearer)}, 201, answer.version, answer.position)


@routes.delete("/v1/partners/{partner}/keys/{key}", answer=Empty(), statuses=(200, 401, 403, 404))
def revoke_partner_key(_parts: Parts, request: Request) -> Answer:
    """Make a partner's key worthless."""
    request.actor.require(PARTNERS_KEEP)
    return recorded(request.take(PARTNER, request.path["partner"], RevokeKey(request.path["key"])))


@routes.post(
    "/internal/partner-identity", body=BearerBody(), answer=ActorAnswer(), public=False, statuses=(200, 401, 403)
)
def identify_partner(parts: Parts, request: Request) -> Answer:
    """Who is behind a partner's key?

    Answers with what the key allows. Reads the partner's own stream, so a revoked key is worthless at once.
    """
    request.actor.require_service("gateway")
    bearer = read_key(request.body["token"])
    if bearer is None:
        raise Unauthorized("this is no key of ours")
    partner, _ = parts.commands.state(PARTNER, bearer.partner)
    found = [key for key in partner.keys if hmac.compare_digest(key.digest, bearer.digest)]
    if not found or not (grants := partner.grants(found[0])):
        raise Unauthorized("this key was revoked, or its partner rests")
    return Answer(asdict(Actor("partner", bearer.partner, (), grants)))
