"""Forwards requests to the service that owns the path. API callers, composed answers and pages all use this module."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gateway.edge.cache import HOT, HotReads
from gateway.edge.caller import Caller, Callers
from gateway.edge.correlation import HEADER
from gateway.edge.identity import Identities
from gateway.edge.limits import GUESSES, Limits, WaitingReads, allowance_for
from gateway.edge.positions import positions_in
from gateway.edge.surface import Operation, Surface
from gateway.edge.transport import ANSWER_SECONDS, Reply, Transport
from services.kernel.base.problem import Malformed, Problem, TooLarge, problem_for
from services.kernel.declare.route import BODY_BYTES

REQUEST_HEADERS = ("content-type", "accept", "accept-language", "idempotency-key", "if-match", "if-none-match")
RESPONSE_HEADERS = (
    "content-type", "etag", "location", "position", "retry-after", "cache-control", "content-disposition",
    "content-language", "last-modified", "link",
)  # fmt: skip
"""Only these headers are forwarded. Hop-by-hop headers, cookies and an actor header invented by a caller are dropped.
"""

ATTENDANCE = "/v1/activities/{activity}/attendance"
"""The operation that checks a code word."""

CHUNK_SECONDS = 30.0
LARGE_SECONDS = 120.0
"""The timeout of large imports: the service reads several megabytes before it answers."""
SAFE_IN_PATH = "/:@!$&'()*+,;=~-._"


class Forwarding:
    """Calls operations of the surface for callers."""

    def __init__(
        self, surface: Surface, transport: Transport, identities: Identities, hot: HotReads, limits: Limits
    ) -> None:
        self.surface = surface
        self._transport = transport
        self._identities = identities
        self._hot = hot
        self._limits = limits
        self._waiting = WaitingReads()

    async def call(
        self,
        caller: Caller,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        seconds: float | None = None,
    ) -> Reply:
        """The service's answer, whatever its status. ``path`` is percent-decoded, ``query`` is encoded.

        Raises ``NotFound`` and ``NotAllowed`` for an operation that is not public, ``TooLarge`` for a body over the
        limit, and ``Unavailable`` when the service is down or when an unconfirmed caller tries to write.
        """
        operation = self.surface.match(method, path)
        if len(body) > operation.limit:
            raise TooLarge(limit=operation.limit)
        if _writes(method):
            caller.require_write()
            if caller.actor.kind == "anonymous":
                caller.ensure_session()
        sent = {HEADER: caller.correlation, **(headers or {})}
        # A requested position counts for this request; a position in an answer counts for the session.
        asked = positions_in(sent.pop("Wait-For", None)).get(operation.service, 0)
        needed = max(asked, caller.seen.position_of(operation.service) or 0)
        if needed:
            sent["Wait-For"] = f"{operation.service}@{needed}"

        async def fetch() -> Reply:
            return await self._transport.send(
                operation.service,
                method,
                quote(path, safe=SAFE_IN_PATH),
                caller.actor,
                query=query,
                headers=sent,
                body=body,
                seconds=seconds or (ANSWER_SECONDS if operation.limit <= BODY_BYTES else LARGE_SECONDS),
            )

        guess = _guess(caller, operation, path, body)
        if guess:
            self._limits.count(GUESSES, guess)
        if method == "GET" and path in HOT and caller.actor.kind == "anonymous":
            # An anonymous ``Wait-For`` may be invented: other callers must not wait for it or share its 503.
            reply = await self._hot.read(f"{path}?{query}", operation.service, needed, fetch, shared=not asked)
        else:
            reply = await fetch()
        if guess and not _refused_by(reply, "wrong-code-word"):
            self._limits.refund(GUESSES, guess)
        self._note(caller, operation, reply)
        return reply

    async def ask(
        self,
        caller: Caller,
        method: str,
        path: str,
        *,
        query: str = "",
        document: Mapping[str, Any] | None = None,
        key: str | None = None,
        seconds: float | None = None,
    ) -> Any:
        """``call`` in JSON: returns the document of the answer. Also raises the problem that the service answered with."""
        headers = {} if document is None else {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        body = b"" if document is None else json.dumps(document).encode()
        reply = await self.call(caller, method, path, query=query, headers=headers, body=body, seconds=seconds)
        raise_problem(reply)
        return reply.document

    def admit(self, request: Request, caller: Caller, method: str, path: str) -> None:
        """Count a request from outside against its limit. Raises ``TooMany``."""
        allowance = allowance_for(method, path, stranger=not caller.is_person)
        if allowance is not None:
            self._limits.count(allowance, request.client.host if request.client else "")

    def waiting(
        self, request: Request, caller: Caller, service: str, wait_for: str | None
    ) -> AbstractContextManager[None]:
        """Count a request from outside while it runs, if it names a position that we did not give its caller: a service
        has few places for waiting reads. Raises ``TooMany``.
        """
        asked = positions_in(wait_for).get(service, 0)
        if asked <= (caller.seen.position_of(service) or 0):
            return nullcontext()
        stranger = caller.actor.kind == "anonymous"
        address = request.client.host if request.client else ""
        return self._waiting.one(address if stranger else caller.actor.id, stranger=stranger)

    def _note(self, caller: Caller, operation: Operation, reply: Reply) -> None:
        header = reply.headers.get("position")
        if caller.session is not None or caller.token is not None:
            caller.note_positions(header)
        changed = _writes(operation.method) and reply.status < 300 and not operation.path.startswith("/v1/login")
        if operation.service == "members" and changed:
            self._identities.members_wrote(positions_in(header).get("members", 0))
        if operation.service == "notifications" and changed and operation.path.startswith("/v1/partners"):
            self._identities.partners_changed()


class ForwardingEndpoint:
    """The HTTP endpoint of ``/v1/…``: forwards the request and returns the service's answer."""

    def __init__(self, forwarding: Forwarding, callers: Callers) -> None:
        self._forwarding = forwarding
        self._callers = callers

    async def respond(self, request: Request) -> Response:
        """Answer one request. Raises problems; the application turns them into responses."""
        path, method = request.scope["path"], request.method
        operation = self._forwarding.surface.match(method, path)
        request.state.route = operation.path
        refuse_declared_size(request, operation.limit)
        caller = await self._callers.caller_of(request)
        self._forwarding.admit(request, caller, method, path)
        body = await read_body(request, operation.limit)
        headers = {name.title(): value for name in REQUEST_HEADERS if (value := request.headers.get(name))}
        wait_for = request.headers.get("wait-for")
        if wait_for:
            headers["Wait-For"] = wait_for
        query = request.scope["query_string"].decode("latin-1")
        with self._forwarding.waiting(request, caller, operation.service, wait_for):
            reply = await self._forwarding.call(caller, method, path, query=query, headers=headers, body=body)
        back = {name: value for name in RESPONSE_HEADERS if (value := reply.headers.get(name)) is not None}
        response = Response(reply.body, reply.status, back | {HEADER.lower(): caller.correlation})
        self._callers.save(request, response, caller)
        return response


def refuse_declared_size(request: Request, limit: int) -> None:
    """Raise ``TooLarge`` when ``Content-Length`` is over the limit, before the body is read."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise TooLarge(limit=limit)


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body. Raises ``TooLarge`` as soon as the body exceeds ``limit``, ``Malformed`` when the body stops
    arriving.
    """
    body = bytearray()
    stream = request.stream().__aiter__()
    while True:
        try:
            chunk = await asyncio.wait_for(anext(stream), CHUNK_SECONDS)
        except StopAsyncIteration:
            return bytes(body)
        except (TimeoutError, ClientDisconnect) as error:
            raise Malformed("The body did not arrive.") from error
        body += chunk
        if len(body) > limit:
            raise TooLarge(limit=limit)


def raise_problem(reply: Reply) -> None:
    """Raise the problem that a service answered with; do nothing for a success."""
    if reply.status < 400:
        return
    problem = problem_for(reply.status)
    if reply.headers.get("content-type", "").startswith("application/problem+json"):
        problem = ServiceProblem(reply.status, reply.document, reply.headers.get("retry-after"))
    raise problem


class ServiceProblem(Problem):
    """A service's problem, forwarded unchanged."""

    def __init__(self, status: int, document: Mapping[str, Any], retry_after: str | None = None) -> None:
        rest = {key: value for key, value in document.items() if key not in {"type", "title", "status", "detail"}}
        super().__init__(str(document.get("detail", "")), **rest)
        self._document = dict(document)
        self._retry_after = retry_after
        self.status = status
        self.title = str(document.get("title", ""))

    def document(self) -> dict[str, Any]:
        return self._document

    def headers(self) -> dict[str, str]:
        return {"Retry-After": self._retry_after} if self._retry_after else {}


def _guess(caller: Caller, operation: Operation, path: str, body: bytes) -> str | None:
    """The key that counts guesses of a code word, by caller and activity; None for all other requests."""
    if operation.method != "POST" or operation.path != ATTENDANCE or not _may_hold(body, "code"):
        return None
    return f"{caller.actor.id} {path}"


def _may_hold(body: bytes, field: str) -> bool:
    """Whether a JSON body has the field, also when the name is written with escapes. An unreadable body counts as
    having the field.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return True
    return not isinstance(document, dict) or field in document


def _refused_by(reply: Reply, rule: str) -> bool:
    return reply.status == 422 and json.dumps(rule).encode() in reply.body


def _writes(method: str) -> bool:
    return method not in {"GET", "HEAD"}
