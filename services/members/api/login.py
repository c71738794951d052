"""Logging in: a one-time code to a contact, the code for a token, and out again.

Whether a contact is a member's shows in no answer here.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from marshmallow.validate import Regexp

from services.kernel.base.message import Event
from services.kernel.base.problem import Refused
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import NoFields, Text
from services.members.dependencies import Dependencies
from services.members.domain.credential import (
    LOGIN,
    TOKEN,
    EnterCode,
    IssueToken,
    Login,
    LoginCodeAccepted,
    RequestCode,
    RevokeToken,
    Token,
)
from services.members.identity.contact import EMAIL, contact, given_contact
from services.members.iso import IsoTime
from services.members.secret_deriver import read_bearer

routes = Routes()

TOKEN_LIFETIME = timedelta(days=30)


@dataclass(frozen=True)
class CodeRequest:
    """``contact`` is an e-mail address or phone number."""

    contact: Annotated[Text, Described("the e-mail address or phone number of a member")]


@dataclass(frozen=True)
class LoginRequest:
    """The contact, and the digits that were sent."""

    contact: Annotated[Text, Described("the contact for which the code was requested")]
    code: Annotated[str, Regexp(r"\s*(?:[0-9]\s*){6}\Z"), Described("the six digits of the e-mail")]


@dataclass(frozen=True)
class LoginAnswer:
    """A bearer token for this person, good until ``expires``."""

    token: str
    person: str
    expires: IsoTime


@dataclass(frozen=True)
class LogoutRequest:
    """The token to revoke."""

    token: Text


@dataclass(frozen=True)
class Entered:
    """The kept part of a login: the person, None for a code that was not accepted."""

    person: str | None


@dataclass(frozen=True)
class Lifetime:
    """The kept part of a token's issue."""

    expires: IsoTime


@routes.post("/v1/login/code", statuses=(202, 429))
def request_login_code(deps: Dependencies, request: Request[CodeRequest]) -> Answer[NoFields]:
    """Request a login code by e-mail.

    The answer is the same if no member has this contact, so that it does not show who is a member. The code is good for
    ten minutes and once.
    """
    known = given_contact(contact, "contact", request.body.contact)
    assert known is not None
    identification = deps.identification
    reference = identification.reference(known, request.new_id("reference"))
    code = request.new_id("code")
    command = RequestCode(
        code=code,
        digest=deps.secrets.digest(reference, deps.secrets.digits(code)),
        person=identification.member(known),
        at=request.now,
    )
    return request.outcome(LOGIN, reference, command, lambda *_: NoFields())


@routes.post("/v1/login", statuses=(200, 422))
def log_in(deps: Dependencies, request: Request[LoginRequest]) -> Answer[LoginAnswer]:
    """Log in with the code that was sent by e-mail; the answer holds the token."""
    known = given_contact(contact, "contact", request.body.contact)
    assert known is not None
    reference = deps.identification.known_reference(known)
    if reference is None:
        raise _not_accepted()
    digits = "".join(request.body.code.split())
    # A code goes out by e-mail, so entering the code proves the address and no phone number.
    proves = reference if known.kind == EMAIL else None
    command = EnterCode(deps.secrets.digest(reference, digits), proves, request.now)
    entered = request.take(LOGIN, reference, command, _entered)
    if entered.answer["person"] is None:
        raise _not_accepted()
    return _issue_token(deps, request, entered.answer["person"])


@routes.post("/v1/logout")
def log_out(deps: Dependencies, request: Request[LogoutRequest]) -> Answer[NoFields]:
    """Revoke the token in the body.

    A token that is unknown, expired or revoked gets the same answer.
    """
    bearer = read_bearer(request.body.token)
    if bearer is None:
        return Answer(NoFields())
    token, _ = deps.commands.state(TOKEN, bearer.token)
    if token is None or not hmac.compare_digest(token.digest, bearer.digest):
        return Answer(NoFields())
    return request.outcome(TOKEN, bearer.token, RevokeToken(deps.machine.now()), lambda *_: NoFields())


def _entered(_login: Login, events: Sequence[Event]) -> Entered:
    accepted = [event.person for event in events if isinstance(event, LoginCodeAccepted)]
    return Entered(accepted[0] if accepted else None)


def _issue_token(deps: Dependencies, request: Request[Any], person: str) -> Answer[LoginAnswer]:
    """The token of this login, in the token's own stream."""
    bearer = deps.secrets.bearer(request.new_id("token"))
    now = deps.machine.now()
    command = IssueToken(person, deps.vault.seal(person, "login"), bearer.digest, now, now + TOKEN_LIFETIME)
    commit = request.also(TOKEN, bearer.token, command, "token", actor=person, answer=lifetime)
    return Answer(LoginAnswer(str(bearer), person, commit.answer["expires"]), position=commit.position)


def lifetime(token: Token | None, _events: object) -> Lifetime:
    assert token is not None  # the token was just issued
    return Lifetime(token.expires.isoformat())


def _not_accepted() -> Refused:
    return Refused("login-code-not-accepted", "The code is wrong or has expired; request a new code.")
