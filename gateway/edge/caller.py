"""The caller of one request: the signed actor, and the positions that this caller has seen."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.correlation import correlation_of
from gateway.edge.identity import Identities, Identity
from gateway.edge.positions import Seen, positions_in
from gateway.edge.session import Session, SessionCookie, new_visitor
from services.kernel.base.ids import new_id
from services.kernel.base.problem import TokenEnded, Unauthorized, Unavailable
from services.kernel.declare.policy import ANONYMOUS, Actor

BEARERS = 10_000


@dataclass
class Caller:
    """The sender of one request; lives as long as the request.

    ``session`` is None for bearers and for browsers without a cookie. ``confirmed`` is False when members is down and
    the actor is the last known one. ``unknown`` is True when the session has a token but members could not be asked for
    its owner.
    """

    actor: Actor
    session: Session | None = None
    token: str | None = None
    language: str | None = None
    confirmed: bool = True
    unknown: bool = False
    seen: Seen = field(default_factory=Seen)
    changed: bool = False
    correlation: str = field(default_factory=new_id)

    @property
    def is_person(self) -> bool:
        """Whether a known person is logged in."""
        return self.actor.kind == "person"

    def require_write(self) -> None:
        """Raise ``Unavailable`` when the caller's permissions cannot be confirmed at the moment."""
        if not self.confirmed or self.unknown:
            raise Unavailable("who you are cannot be confirmed at the moment; reading goes on", service="members")

    def note_positions(self, header: str | None) -> None:
        """Note the ``Position`` header of an answer."""
        seen = self.seen.updated_with(positions_in(header))
        self.changed = self.changed or seen is not self.seen
        self.seen = seen

    def set_session(self, session: Session) -> None:
        """Continue with another session: after a login, a logout, or a choice of language."""
        self.session = session
        self.seen = session.seen
        self.changed = True

    def ensure_session(self, visitor: str = "") -> Session:
        """The session. Without a session a new one is made and sent with the response, for ``visitor`` when an id is
        given.
        """
        if self.session is None:
            self.set_session(Session(visitor=visitor or new_visitor(), seen=self.seen))
            if self.actor.kind == "anonymous":
                self.actor = replace(ANONYMOUS, id=self._session().visitor)
        return self._session()

    def _session(self) -> Session:
        assert self.session is not None
        return self.session


class Callers:
    """Makes the caller of a request, and saves what the next request needs.

    Bearers have no cookie. Their positions are kept here, for at most ``BEARERS`` of them, so that they too read their
    own writes. Answers also carry ``Position``, in case another process answers the next request.
    """

    def __init__(self, identities: Identities, cookie: SessionCookie) -> None:
        self._identities = identities
        self._cookie = cookie
        self._bearers: OrderedDict[str, Seen] = OrderedDict()

    async def caller_of(self, request: Request, *, lenient: bool = False) -> Caller:
        """The caller of a request.

        Raises ``Unauthorized`` for an invalid token, ``Unavailable`` when the token cannot be checked. With
        ``lenient``, for pages, the caller becomes an anonymous visitor instead: an expired login is not an error there.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer" or not token.strip():
                raise Unauthorized("Send the token as: Authorization: Bearer …")
            return await self._bearer(token.strip(), correlation_of(request))
        session = self._cookie.read(request)
        if session is None:
            return Caller(ANONYMOUS, correlation=correlation_of(request))
        caller = Caller(
            replace(ANONYMOUS, id=session.visitor),
            session,
            language=session.language,
            seen=session.seen,
            correlation=correlation_of(request),
        )
        if session.token is None:
            return caller
        try:
            self._identify(caller, session.token, await self._identities.identity_of(session.token))
        except TokenEnded as error:  # no other 401 may log a person out: it may come from a clock
            if not lenient:
                raise Unauthorized(error.detail) from error
            caller.set_session(session.logged_out())
            caller.actor = replace(ANONYMOUS, id=caller.ensure_session().visitor)
        except Unavailable:
            if not lenient:
                raise
            caller.unknown = True
        return caller

    def save(self, request: Request, response: Response, caller: Caller) -> None:
        """Save what changed: in the cookie of the response, or in memory for a bearer."""
        if not caller.changed:
            return
        if caller.session is not None:
            self._cookie.write(request, response, replace(caller.session, seen=caller.seen))
        elif caller.token is not None:
            name = _hash(caller.token)
            self._bearers[name] = caller.seen
            self._bearers.move_to_end(name)
            while len(self._bearers) > BEARERS:
                self._bearers.popitem(last=False)

    async def _bearer(self, token: str, correlation: str) -> Caller:
        caller = Caller(ANONYMOUS, seen=self._bearers.get(_hash(token), Seen()), correlation=correlation)
        try:
            self._identify(caller, token, await self._identities.identity_of(token))
        except TokenEnded as error:
            raise Unauthorized(error.detail) from error
        return caller

    @staticmethod
    def _identify(caller: Caller, token: str, identity: Identity) -> None:
        caller.actor, caller.token, caller.confirmed = identity.actor, token, identity.confirmed
        caller.language = caller.language or identity.language


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
