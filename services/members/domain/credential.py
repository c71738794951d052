"""Credentials: one-time login codes, and bearer tokens.

A login runs in a stream of its contact (``login-<reference>``), also for an unknown contact: neither a limit nor an
answer may tell a stranger whether a contact is a member's. A token has a stream of its own. Codes live in domain time,
because a person sees the deadline. Tokens live in machine time, so that a demonstration that moves domain time by weeks
ends no login.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, TooMany
from services.kernel.commands.decider import Decider

CODE_LIFETIME = timedelta(minutes=10)
CODES_AN_HOUR = 5
WRONG_CODES = 5
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RequestCode(Command):
    """Ask for a code. ``digest`` is the keyed hash of the digits; ``person`` is None for an unknown contact."""

    code: str
    digest: str
    person: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class EnterCode(Command):
    """Enter a code. ``proves`` is the contact's reference where the code was sent to that very contact."""

    digest: str
    proves: str | None
    at: datetime


LoginCommand = RequestCode | EnterCode


@dataclass(frozen=True, slots=True)
class LoginCodeIssued(Event):
    """``code`` is an id from which the digits are derived under a secret outside the database."""

    code: str
    digest: str
    person: str | None
    at: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class LoginCodeAccepted(Event):
    """The person is identified. ``proves`` as in ``EnterCode``."""

    code: str
    person: str
    proves: str | None


@dataclass(frozen=True, slots=True)
class LoginCodeRejected(Event):
    """The digits were wrong while at least one code was live."""


LoginEvent = LoginCodeIssued | LoginCodeAccepted | LoginCodeRejected


@dataclass(frozen=True, slots=True)
class LiveCode:
    """A code that was issued and not used."""

    code: str
    digest: str
    person: str | None
    expires: datetime


@dataclass(frozen=True, slots=True)
class Login:
    """``codes`` may be several: people ask twice, and the first mail arrives last. ``wrong`` counts wrong attempts
    since the last code.
    """

    codes: tuple[LiveCode, ...] = ()
    requested: tuple[datetime, ...] = ()
    wrong: int = 0


def decide_login(command: LoginCommand, login: Login) -> Sequence[Event]:
    """Five codes an hour, each good for ten minutes and for five wrong attempts at most."""
    match command:
        case RequestCode():
            return _request(command, login)
        case EnterCode():
            return _enter(command, login)
        case _:
            assert_never(command)


def _request(command: RequestCode, login: Login) -> Sequence[Event]:
    recent = [asked for asked in login.requested if asked > command.at - HOUR]
    if len(recent) >= CODES_AN_HOUR:
        again = recent[-CODES_AN_HOUR] + HOUR - command.at
        raise TooMany("too many codes were asked for", retry_after=max(1, int(again.total_seconds()) + 1))
    return [LoginCodeIssued(command.code, command.digest, command.person, command.at, command.at + CODE_LIFETIME)]


def _enter(command: EnterCode, login: Login) -> Sequence[Event]:
    live = [code for code in login.codes if code.expires > command.at]
    if not live or login.wrong >= WRONG_CODES:
        return []
    for code in live:
        if code.digest == command.digest and code.person is not None:
            return [LoginCodeAccepted(code.code, code.person, command.proves)]
    return [LoginCodeRejected()]


def evolve_login(login: Login, event: LoginEvent) -> Login:
    match event:
        case LoginCodeIssued():
            # Codes that were guessed at too often stay dead when another one is issued.
            standing = () if login.wrong >= WRONG_CODES else login.codes
            live = tuple(code for code in standing if code.expires > event.at)
            fresh = LiveCode(event.code, event.digest, event.person, event.expires)
            return Login((*live, fresh), (*login.requested, event.at)[-CODES_AN_HOUR:])
        case LoginCodeAccepted():
            return replace(login, codes=(), wrong=0)
        case LoginCodeRejected():
            return replace(login, wrong=login.wrong + 1)
        case _:
            assert_never(event)


LOGIN: Decider[Login] = Decider("login", Login(), decide_login, evolve_login)


@dataclass(frozen=True, slots=True)
class IssueToken(Command):
    """Give a person a token. ``name`` is sealed, ``digest`` the secret's hash; both times are machine time."""

    person: str
    name: str
    digest: str
    issued: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class RevokeToken(Command):
    """``at`` is machine time."""

    at: datetime


TokenCommand = IssueToken | RevokeToken


@dataclass(frozen=True, slots=True)
class TokenIssued(Event):
    """``name`` is sealed under the person's key. The token's secret is stored nowhere."""

    person: str
    name: str
    digest: str
    issued: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class TokenRevoked(Event):
    at: datetime


TokenEvent = TokenIssued | TokenRevoked


@dataclass(frozen=True, slots=True)
class Token:
    person: str
    digest: str
    expires: datetime
    revoked: bool = False

    def is_valid(self, at: datetime) -> bool:
        """Whether the token is valid at machine time ``at``; the secret is checked elsewhere."""
        return at < self.expires and not self.revoked


def decide_token(command: TokenCommand, token: Token | None) -> Sequence[Event]:
    """A token is issued once and revoked once; a repetition changes nothing."""
    match command:
        case IssueToken():
            if token is not None:
                return []
            return [TokenIssued(command.person, command.name, command.digest, command.issued, command.expires)]
        case RevokeToken():
            if token is None:
                raise NotFound("There is no such token.")
            return [] if token.revoked else [TokenRevoked(command.at)]
        case _:
            assert_never(command)


def evolve_token(token: Token | None, event: TokenEvent) -> Token | None:
    match event:
        case TokenIssued():
            return Token(event.person, event.digest, event.expires)
        case TokenRevoked():
            return token and replace(token, revoked=True)
        case _:
            assert_never(event)


TOKEN: Decider[Token | None] = Decider("token", None, decide_token, evolve_token)
