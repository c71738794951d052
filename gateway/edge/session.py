"""The session cookie: signed, and the only thing that the gateway remembers of a browser.

It holds the login token, the visitor's random id, the chosen language and the newest positions seen. The visitor's id
stands in the signed actor of callers who are nobody, so that two of them who happen to send the same ``Idempotency-Key``
are still two callers. Over https its name is ``__Host-jejaring``: no other host and no plain connection can set it.
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
    """One browser's. ``language`` None: not chosen."""

    visitor: str
    token: str | None = None
    language: str | None = None
    seen: Seen = field(default_factory=Seen)

    def logged_in(self, token: str) -> Session:
        """After a login. The visitor's id is a new one: an id planted before the login leads nowhere."""
        return replace(self, token=token, visitor=new_visitor())

    def logged_out(self) -> Session:
        """After a logout; what was seen is forgotten with the person."""
        return Session(visitor=new_visitor(), language=self.language)


def new_visitor() -> str:
    """A random id for somebody unknown, unguessable."""
    return secrets.token_urlsafe(15)


class SessionCookie:
    """Reads and writes sessions. ``key`` is the signing secret; a cookie that it did not sign counts as none."""

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
