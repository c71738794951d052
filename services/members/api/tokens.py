"""One's own tokens: named, expiring, revocable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from marshmallow.validate import Range

from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Listing, NoFields, OptionalPageQuery, fill, not_blank, paged, paging
from services.members.api.login import lifetime
from services.members.dependencies import Dependencies
from services.members.domain.credential import TOKEN, IssueToken, RevokeToken
from services.members.identity.joining import clean
from services.members.iso import IsoTime, iso
from services.members.views.tokens import TOKENS, TokenRow

routes = Routes()


@dataclass(frozen=True)
class TokenRequest:
    """What the token is for, and for how many days."""

    name: Annotated[str, not_blank(60), Described("what the token is for")]
    days: Annotated[int, Range(1, 365), Described("how long the token is good")] = 90


@dataclass(frozen=True)
class NewToken:
    """The token itself is shown here and nowhere else."""

    id: str
    token: str
    expires: IsoTime


@dataclass(frozen=True)
class TokenEntry:
    """A token as it is listed; times are the machine's."""

    id: str
    name: str | None
    issued: IsoTime
    expires: IsoTime
    revoked: IsoTime | None


class TokenList(Listing[TokenEntry]):
    pass


@routes.post("/v1/me/tokens", statuses=(201, 403))
def issue_token(deps: Dependencies, request: Request[TokenRequest]) -> Answer[NewToken]:
    """Issue a long-lived token for a program of the caller; the token is shown in this answer only.

    Needs ``tokens.issue``.
    """
    person = request.actor.require_person()
    if not request.actor.may_somewhere("tokens.issue"):
        raise Forbidden(permission="tokens.issue")
    bearer = deps.secrets.bearer(request.new_id("token"))
    now = deps.machine.now()
    name = deps.vault.seal(person, clean(request.body.name))
    command = IssueToken(person, name, bearer.digest, now, now + timedelta(days=request.body.days))
    commit = request.take(TOKEN, bearer.token, command, lifetime)
    shown = NewToken(bearer.token, str(bearer), commit.answer["expires"])
    return Answer(shown, 201, commit.answer["version"], position=commit.position)


@routes.get("/v1/me/tokens")
def own_tokens(deps: Dependencies, request: Request[None, OptionalPageQuery]) -> Answer[TokenList]:
    """List the caller's own tokens, without their secrets."""
    page = deps.views.find(TOKENS, {"person": request.actor.require_person()}, **paging(request))
    return paged(page, lambda row: token_shown(deps, row), TokenList)


@routes.delete("/v1/me/tokens/{token}", statuses=(200, 404))
def revoke_token(deps: Dependencies, request: Request) -> Answer[NoFields]:
    """Revoke one of the caller's own tokens, which is refused from now on."""
    person = request.actor.require_person()
    token, _ = deps.commands.state(TOKEN, request.path["token"])
    if token is None or token.person != person:
        raise NotFound
    command = RevokeToken(deps.machine.now())
    return request.outcome(TOKEN, request.path["token"], command, lambda *_: NoFields())


def token_shown(deps: Dependencies, row: TokenRow) -> TokenEntry:
    return fill(
        TokenEntry,
        row,
        name=deps.vault.open(row.person, row.name),
        issued=row.issued.isoformat(),
        expires=row.expires.isoformat(),
        revoked=iso(row.revoked),
    )
