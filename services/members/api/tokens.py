"""One's own tokens: named, expiring, revocable."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Empty, OptionalPaging, listing, text
from services.members.domain.credential import TOKEN, IssueToken, RevokeToken
from services.members.identity.joining import clean
from services.members.parts import Parts
from services.members.views.tokens import TOKENS

routes = Routes()


class TokenRequest(Schema):
    """What the token is for, and for how many days."""

    name = text(longest=60)
    days = fields.Integer(strict=True, load_default=90, validate=validate.Range(1, 365))


class NewToken(Schema):
    """The token itself is shown here and nowhere else."""

    id = fields.String(required=True)
    token = fields.String(required=True)
    expires = fields.AwareDateTime(required=True, format="iso")


class TokenEntry(Schema):
    """A token as it is listed; times are the machine's."""

    id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    issued = fields.AwareDateTime(required=True, format="iso")
    expires = fields.AwareDateTime(required=True, format="iso")
    revoked = fields.AwareDateTime(required=True, format="iso", allow_none=True)


@routes.post("/v1/me/tokens", body=TokenRequest(), answer=NewToken(), statuses=(201, 403))
def issue_token(parts: Parts, request: Request) -> Answer:
    """A token for a program of mine.

    Needs the permission to issue tokens, because this token lives long.
    """
    person = request.actor.require_person()
    if not request.actor.may_somewhere("tokens.issue"):
        raise Forbidden(permission="tokens.issue")
    bearer = parts.secrets.bearer(request.new_id("token"))
    now = parts.machine.now()
    name = parts.vault.seal(person, clean(request.body["name"]))
    command = IssueToken(person, name, bearer.digest, now, now + timedelta(days=request.body["days"]))
    commit = request.take(TOKEN, bearer.token, command, answer=lambda token, _: {"expires": token.expires.isoformat()})
    answer = recorded(commit, 201)
    return Answer(
        {"id": bearer.token, "token": str(bearer), **answer.body}, 201, answer.version, position=answer.position
    )


@routes.get("/v1/me/tokens", query=OptionalPaging(), answer=listing(TokenEntry, "TokenList", required=True))
def own_tokens(parts: Parts, request: Request) -> Answer:
    """My tokens.

    Their secrets are not shown.
    """
    person = request.actor.require_person()
    page = parts.views.find(TOKENS, {"person": person}, limit=request.query["limit"], after=request.query.get("after"))
    return Answer({"items": [_entry(parts, document) for document in page.items], "next": page.next})


@routes.delete("/v1/me/tokens/{token}", answer=Empty(), statuses=(200, 404))
def revoke_token(parts: Parts, request: Request) -> Answer:
    """Revoke a token of mine."""
    person = request.actor.require_person()
    token, _ = parts.commands.state(TOKEN, request.path["token"])
    if token.person != person:
        raise NotFound
    return recorded(request.take(TOKEN, request.path["token"], RevokeToken(parts.machine.now())))


def _entry(parts: Parts, document: dict[str, Any]) -> dict[str, Any]:
    times = {name: document[name] and document[name].isoformat() for name in ("issued", "expires", "revoked")}
    return {"id": document["_id"], "name": parts.vault.open(document["person"], document["name"]), **times}
