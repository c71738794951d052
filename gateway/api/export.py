"""The export of a person's own data: all events about the person in every service's log, decrypted.

The export is complete or fails: a copy with a gap would be taken for the whole, so a service that is down makes the
answer 503.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from marshmallow import Schema, fields

from gateway.api.dependencies import Dependencies
from gateway.api.route import Request, Routes
from gateway.edge.forwarding import raise_problem
from gateway.edge.transport import Transport
from services.kernel.base.problem import Unavailable
from services.kernel.declare.policy import service_actor
from services.kernel.declare.route import Answer

GATEWAY = service_actor("gateway")
MAX_PAGES = 500
"""A million commits per service. A larger copy needs a job instead of an answer."""

routes = Routes()


class OwnData(Schema):
    """``ids`` are all ids of the person, including guest ids; ``services`` maps each service to its events."""

    person = fields.String(required=True)
    ids = fields.List(fields.String(), required=True)
    services = fields.Dict(fields.String(), fields.List(fields.Dict()), required=True)


@routes.get(
    "/v1/me/export",
    person=True,
    answer=OwnData(),
    statuses={200: "The copy", 401: "Log in first", 503: "A service is down; ask again, for no part is left out"},
)
async def export_own_data(deps: Dependencies, request: Request) -> Answer:
    """Download a copy of everything that the services have stored about the caller, as one file.

    503 if a service is down: no part is ever left out.
    """
    document = await personal_data_of(deps.transport, request.caller.actor.id)
    return Answer(document, headers={"Content-Disposition": 'attachment; filename="jejaring.json"'})


async def personal_data_of(transport: Transport, person: str) -> Mapping[str, Any]:
    """The export in the shape of ``OwnData``. Raises ``Unavailable`` when a service does not answer."""
    ids = (await _get(transport, "members", "/internal/ids", {"person": person}))["ids"]
    names = list(transport.urls)
    events = await asyncio.gather(*(_events(transport, name, ids) for name in names))
    return {"person": person, "ids": ids, "services": dict(zip(names, events, strict=True))}


async def _events(transport: Transport, service: str, ids: Sequence[str]) -> list[Any]:
    events: list[Any] = []
    after: int | None = 0
    for _ in range(MAX_PAGES):
        page = await _get(transport, service, "/internal/personal", {"ids": ",".join(ids), "after": str(after)})
        events += page["events"]
        after = page["next"]
        if after is None:
            return events
    raise Unavailable("there is too much to be copied at once; ask the operator", service=service)


async def _get(transport: Transport, service: str, path: str, query: Mapping[str, str]) -> Any:
    reply = await transport.send(service, "GET", path, GATEWAY, query=urlencode(query))
    raise_problem(reply)
    return reply.document
