"""Problems as HTTP responses: API callers get RFC 9457 documents for every error."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.edge.correlation import correlation_of
from services.kernel.base.ids import new_id
from services.kernel.base.problem import Problem, problem_for

log = logging.getLogger(__name__)


def problem_response(request: Request, problem: Problem) -> Response:
    """The problem document with its headers."""
    headers = {"Cache-Control": "no-store", "Correlation-Id": correlation_of(request), **problem.headers()}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.status == 405 and "allowed" in problem.extensions:
        headers["Allow"] = ", ".join(problem.extensions["allowed"])
    body = json.dumps(problem.document(), ensure_ascii=False).encode()
    return Response(body, problem.status, headers, media_type="application/problem+json")


def problem_from(request: Request, error: Exception) -> Problem:
    """The problem to show for any exception. An unexpected exception is logged, and the caller only gets the incident's
    id.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return problem_for(error.status_code)
    incident = new_id()
    known = {"incident": incident, "correlation": correlation_of(request)}
    log.error("unforeseen", exc_info=error, extra=known)
    return Problem(incident=incident)


class ErrorResponses:
    """ASGI middleware that answers unexpected exceptions, so the connection can serve the next request."""

    def __init__(self, app: ASGIApp, show: Callable[[Request, Exception], Awaitable[Response]]) -> None:
        self._app = app
        self._show = show

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            response = await self._show(Request(scope, receive), error)
            await response(scope, receive, send)


async def show_problem(request: Request, error: Exception) -> Response:
    """Starlette's exception handler."""
    return problem_response(request, problem_from(request, error))
