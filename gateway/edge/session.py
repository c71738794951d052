"""The session cookie: signed, and the only thing that the gateway stores in a browser.

The cookie contains the login token, a random visitor id, the chosen language and the newest positions seen. The visitor
id is part of the signed actor of anonymous callers, so two anonymous callers with the same ``Idempotency-Key`` stay two
callers. Over https the cookie's name is ``__Host-jejaring``: no other host and no plain connection can set a cookie of
this name.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from gateway.edge.positions import Seen, seen_from

NAME = "jejaring"
SECURE_NAME = f"__Host-{NAME}"
KEPT_SECONDS = 180 * 24 * 3600
LANGUAGES = ("id", "en")


@dataclass(frozen=True)
class Session:
    """The session of one browser. ``language`` is None when the visitor chose no language."""

    visitor: str
    token: str | None = None
    language: str | None = None
    seen: Seen = field(default_factory=Seen)

    def logged_in(self, token: str) -> Session:
        """The session after a login. It gets a new visitor id, so an id planted before the login is useless."""
        return replace(self, token=token, visitor=new_visitor())

    def logged_out(self) -> Session:
        """The session after a logout; seen positions are forgotten."""
        return Session(visitor=new_visitor(), language=self.language)


def new_visitor() -> str:
    """A random, unguessable id for an anonymous visitor."""
    return secrets.token_urlsafe(15)


class SessionCookie:
    """Reads and writes sessions. ``key`` is the signing secret; a cookie with another signature is ignored."""

    def __init__(self, key: str) -> None:
        self._serializer = URLSafeSerializer(key, salt="jejaring.session")

    def read(self, request: Request) -> Session | None:
        """The request's session, or None."""
        value = request.cookies.get(_name(request))
        if not value:
            return None
        try:
            data = self._serializer.loads(value)
        except BadSignature:
            return None
        language = data.get("l")
        return Session(
            visitor=data["v"],
            token=data.get("t"),
            language=language if language in LANGUAGES else None,
            seen=seen_from(data.get("p", ())).recent(),
        )

    def write(self, request: Request, response: Response, session: Session) -> None:
        """Send the session with the response."""
        data = {"v": session.visitor, "t": session.token, "l": session.language, "p": session.seen.recent().as_list()}
        value = self._serializer.dumps({key: item for key, item in data.items() if item})
        assert isinstance(value, str)
        response.set_cookie(
            _name(request),
            value,
            max_age=KEPT_SECONDS,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )


def _name(request: Request) -> str:
    return SECURE_NAME if request.url.scheme == "https" else NAME
