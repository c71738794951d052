"""Declarations of the gateway's own operations: the decorator above a handler declares the operation, as in the
services.

The application's routes, the surface's operations and the entries in ``/openapi.json`` follow from the declarations.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Required, TypedDict, TypeVar, Unpack

from marshmallow import Schema

from gateway.api.dependencies import Dependencies
from gateway.edge.caller import Caller
from services.kernel.declare.route import Answer, RouteTable, operation_name, operation_summary


@dataclass(frozen=True)
class Request:
    """A request as a handler sees it.

    ``path`` holds the path's parameters. ``query`` and ``body`` are validated by the schemas; the body of a ``raw``
    route is bytes. ``key`` is the ``Idempotency-Key``, "" for reads. ``now`` is domain time.
    """

    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    caller: Caller
    key: str
    now: datetime


Handler = Callable[[Dependencies, Request], Awaitable[Answer]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True)
class Route:
    """One method of one path.

    ``path`` has parameters in braces: ``/v1/activities/{activity}/walk-ins``. ``name`` is the operation's id in
    OpenAPI. ``statuses`` maps each status in OpenAPI to its meaning, the success first. ``person`` routes need a login.
    The handler of a ``raw`` route gets the bytes of a CSV body.
    """

    method: str
    path: str
    handler: Handler
    name: str
    summary: str
    statuses: Mapping[int, str]
    body: Schema | None = None
    query: Schema | None = None
    answer: Schema | None = None
    person: bool = False
    raw: bool = False

    @property
    def writes(self) -> bool:
        """Whether the operation changes something and therefore needs an ``Idempotency-Key``."""
        return self.method != "GET"


class RouteOptions(TypedDict, total=False):
    """The options of a decorator of ``Routes``; ``Route`` explains each option."""

    statuses: Required[Mapping[int, str]]
    body: Schema
    query: Schema
    answer: Schema
    person: bool
    raw: bool


class Routes(RouteTable[Route]):
    """The gateway's own operations of one module, or of several modules joined.

    ``get`` and ``post`` decorate a handler and leave it as it is. The operation's name and summary come from the
    function's name and docstring, as in the services.
    """

    def get(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        return self._decorator("GET", path, options)

    def post(self, path: str, **options: Unpack[RouteOptions]) -> Callable[[H], H]:
        return self._decorator("POST", path, options)

    def _decorator(self, method: str, path: str, options: RouteOptions) -> Callable[[H], H]:
        def decorate(handler: H) -> H:
            name, summary = operation_name(handler), operation_summary(handler)
            self._add(Route(method, path, handler, name, summary, **options))
            return handler

        return decorate
