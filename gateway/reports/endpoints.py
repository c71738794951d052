"""``/v1/reports/evidence/{library}``: a draft, a release, and what a code confirms."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.answering import answered, idempotency_key, read_object
from gateway.caller import Callers
from gateway.forwarding import refuse_declared
from gateway.reports.report import EvidenceReports, Released
from gateway.surface import BODY_BYTES
from services.kernel.problem import Malformed, NotFound

ROUTE = "/v1/reports/evidence/{library}"
CODE_CHARACTERS = 100


class ReportEndpoints:
    """The API's side of the report; the pages have theirs in ``gateway.web.reports``."""

    def __init__(self, reports: EvidenceReports, callers: Callers) -> None:
        self._reports = reports
        self._callers = callers

    async def respond(self, request: Request) -> Response:
        """GET with a ``code``: what was released, to anybody. GET without: the draft, to who may see the case. POST: release."""
        request.state.route = ROUTE
        caller = await self._callers.of(request)
        library = request.path_params["library"]
        if request.method == "POST":
            return answered(self._callers, request, caller, await self._release(request, caller, library), 201)
        code = request.query_params.get("code")
        if code is None:
            return answered(self._callers, request, caller, (await self._reports.draft(caller, library)).document())
        return answered(self._callers, request, caller, _shown(await self._confirmed(caller, library, code)))

    async def _confirmed(self, caller: Any, library: str, code: str) -> Released:
        if not code or len(code) > CODE_CHARACTERS or "/" in code:
            raise NotFound
        found = await self._reports.released(caller, code)
        if found.library != library:
            raise NotFound  # the report is genuine, but not this library's
        return found

    async def _release(self, request: Request, caller: Any, library: str) -> Any:
        refuse_declared(request, BODY_BYTES)
        key = idempotency_key(request)
        caller.require_write()
        body = _wish(await read_object(request))
        return await self._reports.release(caller, library, body["parts"], body.get("decisions", []), key)


def _shown(released: Released) -> dict[str, Any]:
    return {
        "code": released.code,
        "name": released.name,
        "released_at": released.released_at,
        "parts": list(released.parts),
        "figures": released.figures,
        "decisions": released.decisions,
    }


def _wish(document: dict[str, Any]) -> dict[str, list[str]]:
    errors = {name: ["Unknown field."] for name in document if name not in {"parts", "decisions"}}
    for name in ("parts", "decisions"):
        given = document.get(name, [] if name == "decisions" else None)
        if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
            errors[name] = ["Not a list of names."]
    if errors:
        raise Malformed(errors=errors)
    return document
