"""Logging in: a one-time code to a contact, the code for a token, and out again.

Whether a contact is a member's shows in no answer here.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.message import Event
from services.kernel.base.problem import Refused
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Empty, text
from services.members.domain.credential import (
    LOGIN,
    TOKEN,
    EnterCode,
    IssueToken,
    Login,
    LoginCodeAccepted,
    RequestCode,
    RevokeToken,
)
from services.members.identity.contact import EMAIL, contact, given_contact
from services.members.parts import Parts
from services.members.secret_deriver import read_bearer

routes = Routes()

TOKEN_LIVES = timedelta(days=30)


class CodeRequest(Schema):
    """An e-mail address or phone number."""

    contact = text()


class LoginRequest(Schema):
    """The contact, and the digits that were sent."""

    contact = text()
    code = fields.String(required=True, validate=validate.Regexp(r"\s*(?:[0-9]\s*){6}\Z"))


class LoginAnswer(Schema):
    """A bearer token for this person, good until ``expires``."""

    token = fields.String(required=True)
    person = fields.String(required=True)
    expires = fields.AwareDateTime(required=True, format="iso")


class LogoutRequest(Schema):
    """The token that shall open nothing any more."""

    token = text()


@routes.post("/v1/login/code", body=CodeRequest(), answer=Empty(), statuses=(202, 429))
def request_login_code(parts: Parts, request: Request) -> Answer:
    """Ask for a login code by e-mail.

    The answer is the same where the contact is no member's.
    """
    known = given_contact(contact, "contact", request.body["contact"])
    assert known is not None
    identification = parts.identification
    reference = identification.reference(known, request.new_id("reference"))
    code = request.new_id("code")
    command = RequestCode(
        code=code,
        digest=parts.secrets.digest(reference, parts.secrets.digits(code)),
        person=identification.member(known),
        at=request.now,
    )
    return recorded(request.take(LOGIN, reference, command), 202)


@routes.post("/v1/login", body=LoginRequest(), answer=LoginAnswer(), statuses=(200, 422))
def log_in(parts: Parts, request: Request) -> Answer:
    """Log in with a code."""
    known = given_contact(contact, "contact", request.body["contact"])
    assert known is not None
    reference = parts.identification.known_reference(known)
    if reference is None:
        raise _not_accepted()
    digits = "".join(request.body["code"].split())
    # A code goes out by e-mail; that proves the address, and no phone number that stands beside it.
    proves = reference if known.kind == EMAIL else None
    command = EnterCode(parts.secrets.digest(reference, digits), proves, request.now)
    entered = request.take(LOGIN, reference, command, answer=_who)
    if entered.answer["person"] is None:
        raise _not_accepted()
    return _token(parts, request, entered.answer["person"])


@routes.post("/v1/logout", body=LogoutRequest(), answer=Empty())
def log_out(parts: Parts, request: Request) -> Answer:
    """Revoke a token.

    A token that opens nothing anyway is answered alike.
    """
    bearer = read_bearer(request.body["token"])
    if bearer is None:
        return Answer({})
    token, _ = parts.commands.state(TOKEN, bearer.token)
    if token.person is None or not hmac.compare_digest(token.digest, bearer.digest):
        return Answer({})
    return recorded(request.take(TOKEN, bearer.token, RevokeToken(parts.machine.now())))


def _who(_login: Login, events: Sequence[Event]) -> dict[str, Any]:
    accepted = [event.person for event in events if isinstance(event, LoginCodeAccepted)]
    return {"person": accepted[0] if accepted else None}


def _token(parts: Parts, request: Request, person: str) -> Answer:
    """The token of this login, in the token's own stream."""
    bearer = parts.secrets.bearer(request.new_id("token"))
    now = parts.machine.now()
    command = IssueToken(person, parts.vault.seal(person, "login"), bearer.digest, now, now + TOKEN_LIVES)
    commit = request.also(
        TOKEN,
        bearer.token,
        command,
        "token",
        actor=person,
        answer=lambda token, _: {"expires": token.expires.isoformat()},
    )
    body = {"token": str(bearer), "person": person, "expires": commit.answer["expires"]}
    return Answer(body, position=commit.position)


def _not_accepted() -> Refused:
    return Refused("login-code-not-accepted", "this code is not right, or no longer good; ask for another")
