"""The copy of one's own data: what every service's log holds about the person who asks, with what is sealed opened.

All or nothing: a copy with a hole in it would be taken for the whole, so a service that is down makes it 503.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from gateway.answering import answered
from gateway.caller import Callers
from gateway.forwarding import raise_problem
from gateway.transport import Transport
from services.kernel.policy import service_actor
from services.kernel.problem import Unavailable

GATEWAY = service_actor("gateway")
PAGES_AT_MOST = 500
"""A million commits a service; beyond that a copy is a job, not an answer."""


class Export:
    """``GET /v1/me/export``."""

    def __init__(self, transport: Transport, callers: Callers) -> None:
        self._transport = transport
        self._callers = callers

    async def show(self, request: Request) -> Response:
        """200 with ``{person, ids, services: {name: [events]}}``. Raises ``Unauthorized``, ``Unavailable``."""
        request.state.route = "/v1/me/export"
        caller = await self._callers.of(request)
        document = await self.document(caller.actor.require_person())
        headers = {"Content-Disposition": 'attachment; filename="jejaring.json"'}
        return answered(self._callers, request, caller, document, headers=headers)

    async def document(self, person: str) -> Mapping[str, Any]:
        """The copy itself. Raises ``Unavailable`` where a service gives no answer."""
        ids = (await self._get("members", "/internal/ids", {"person": person}))["ids"]
        names = list(self._transport.urls)
        events = await asyncio.gather(*(self._events(name, ids) for name in names))
        return {"person": person, "ids": ids, "services": dict(zip(names, events, strict=True))}

    async def _events(self, service: str, ids: Sequence[str]) -> list[Any]:
        events: list[Any] = []
        after: int | None = 0
        for _ in range(PAGES_AT_MOST):
            page = await self._get(service, "/internal/personal", {"ids": ",".join(ids), "after": str(after)})
            events += page["events"]
            after = page["next"]
            if after is None:
                return events
        raise Unavailable("there is too much to be copied at once; ask the operator", service=service)

    async def _get(self, service: str, path: str, query: Mapping[str, str]) -> Any:
        reply = await self._transport.send(service, "GET", path, GATEWAY, query=urlencode(query))
        raise_problem(reply)
        return reply.document
