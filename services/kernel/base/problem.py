"""The error classes, and their form on the wire: RFC 9457 ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Problem(Exception):
    """An error that is shown to the caller. All fields are sent, so no field may hold internal data."""

    status = 500
    title = "Internal error"

    def __init__(self, detail: str = "", **extensions: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extensions = extensions

    @property
    def slug(self) -> str:
        """The problem's name in its ``type`` URI: ``too-large`` for ``TooLarge``."""
        name = type(self).__name__
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")

    @property
    def type(self) -> str:
        """The problem's ``type`` URI: a URN, because no web page describes the type."""
        return f"urn:jejaring:problem:{self.slug}"

    def document(self) -> dict[str, Any]:
        """The members of the problem document."""
        body: dict[str, Any] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
        }
        if self.detail:
            body["detail"] = self.detail
        return body | self.extensions

    def headers(self) -> dict[str, str]:
        """The HTTP headers of this problem, for example ``Retry-After``."""
        return {}


class Malformed(Problem):
    """The request cannot be read: not JSON, unknown field, wrong type. ``errors`` names the fields."""

    status, title = 400, "The request cannot be read"


class Unauthorized(Problem):
    """The token is missing, expired, revoked or forged."""

    status, title = 401, "Log in first"


class TokenEnded(Problem):
    """The service that issued the token says that the token is unknown, expired or revoked. No other answer may end a
    login.
    """

    status, title = 401, "Log in first"


class ActorNotAccepted(Problem):
    """The signed actor of a request was not accepted: another key, or clocks that differ too much. The fault is between
    our machines, and the person behind the request must not be logged out for it.
    """

    status, title = 401, "The signed caller is not accepted"


class Forbidden(Problem):
    """The caller may read this object, but may not change it in this way."""

    status, title = 403, "You may not do this here"


class NotFound(Problem):
    """The object does not exist, or the caller may not know that the object exists."""

    status, title = 404, "There is nothing here"


class NotAllowed(Problem):
    """The path exists, but not with this method."""

    status, title = 405, "This cannot be done here"


class StillRunning(Problem):
    """The first request with this ``Idempotency-Key`` has not been answered yet."""

    status, title = 409, "The first request is still running"

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class Stale(Problem):
    """``If-Match`` names a version that is no longer the present version."""

    status, title = 412, "It has changed since you read it"


class TooLarge(Problem):
    """The body is over the limit."""

    status, title = 413, "The request is too large"


class Refused(Problem):
    """A rule of the domain forbids the command. ``rule`` names the rule, in the glossary's words.

    A refusal is an outcome: the log records the refusal, and the same command gets the same answer again.
    """

    status, title = 422, "A rule forbids this"

    def __init__(self, rule: str, detail: str = "", **extensions: Any) -> None:
        super().__init__(detail, rule=rule, **extensions)
        self.rule = rule
        self.position = 0
        """Where the refusal is recorded; 0 until it is."""


class KeyReused(Problem):
    """The ``Idempotency-Key`` was used before, for another request."""

    status, title = 422, "This Idempotency-Key belongs to another request"


class TooMany(Problem):
    """The caller asks too often."""

    status, title = 429, "Too many requests"

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.extensions.get("retry_after", 60))}


class Unavailable(Problem):
    """The service cannot answer now; the caller may repeat the request with the same ``Idempotency-Key``."""

    status, title = 503, "Not available at the moment"

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


_BY_STATUS: Mapping[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        Malformed, Unauthorized, Forbidden, NotFound, NotAllowed, StillRunning, Stale, TooLarge, TooMany, Unavailable,
    )
}  # fmt: skip


def refusal_from(document: Mapping[str, Any]) -> Refused:
    """The refusal that a commit recorded, to be raised again for the same command."""
    known = {"type", "title", "status", "detail", "rule"}
    rest = {key: value for key, value in document.items() if key not in known}
    return Refused(str(document["rule"]), str(document.get("detail", "")), **rest)


def problem_for(status: int, detail: str = "") -> Problem:
    """The problem for an HTTP status; for an unknown status the plain problem with status 500."""
    return _BY_STATUS.get(status, Problem)(detail)
