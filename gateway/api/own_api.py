"""All operations that the gateway answers itself, and their common part: reading the request and sending the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette import routing
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from gateway.api import ask, endpoints, evidence, export
from gateway.api.dependencies import Dependencies
from gateway.api.route import Request, Route, Routes
from gateway.edge.caller import Caller, Callers
from gateway.edge.correlation import HEADER, correlation_of
from gateway.edge.forwarding import read_body, refuse_declared_size
from gateway.edge.surface import GATEWAY, Operation
from services.kernel.declare.route import BODY_BYTES
from services.kernel.http.http_request import idempotency_key, json_object, loaded

OWN_ROUTES = Routes(ask.routes, endpoints.routes, export.routes, evidence.routes)
OWN_OPERATIONS: Sequence[Operation] = [
    Operation(GATEWAY, route.method, route.path, public=True) for route in OWN_ROUTES
]


def own_routes(deps: Dependencies, callers: Callers) -> list[routing.Route]:
    """The Starlette routes of the gateway's own operations."""
    return [routing.Route(route.path, _endpoint(route, deps, callers), methods=[route.method]) for route in OWN_ROUTES]


def _endpoint(route: Route, deps: Dependencies, callers: Callers) -> Callable[[HttpRequest], Awaitable[Response]]:
    """The route's handler as a Starlette endpoint. Raises problems; the application turns them into responses.

    Checks in this order: declared size, caller, limits, login, body and query, ``Idempotency-Key``, handler.
    """

    async def respond(http: HttpRequest) -> Response:
        http.state.route = route.path
        if route.writes:
            refuse_declared_size(http, BODY_BYTES)
        caller = await callers.caller_of(http)
        deps.forwarding.admit(http, caller, route.method, http.scope["path"])
        if route.person:
            caller.actor.require_person()
        request = await _read(route, http, caller, deps)
        if route.writes:
            caller.require_write()
        answer = await route.handler(deps, request)
        headers = {"Cache-Control": "no-store", HEADER: correlation_of(http), **answer.headers}
        response = JSONResponse(answer.body, answer.status, headers)
        callers.save(http, response, caller)
        return response

    return respond


async def _read(route: Route, http: HttpRequest, caller: Caller, deps: Dependencies) -> Request:
    body, key = None, ""
    if route.writes:
        content = await read_body(http, BODY_BYTES)
        body = content if route.body is None else loaded(route.body, json_object(content))
        key = idempotency_key(http.headers.get("idempotency-key"))
    return Request(
        path=http.path_params,
        query={} if route.query is None else loaded(route.query, dict(http.query_params)),
        body=body,
        caller=caller,
        key=key,
        now=deps.clock.now(),
    )
