"""``/v1/reports/evidence/{library}``: the draft, the release, and the report that a code confirms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from gateway.api.dependencies import Dependencies
from gateway.api.route import Request, Routes
from gateway.edge.caller import Caller
from gateway.reports.report import EvidenceReports, Released
from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer

REPORT = "/v1/reports/evidence/{library}"
CODE_CHARACTERS = 100
NO_NAMES = "Not a list of names."

routes = Routes()


class ReportQuery(Schema):
    """The code of a released report; without a code the draft is shown."""

    code = fields.String(metadata={"description": "the code of a released report; without it the draft is shown"})


class Names(fields.List[str]):
    """A list of texts. Any other value gives one error, not one for each item."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            fields.String(), error_messages=dict.fromkeys(("required", "null", "invalid"), NO_NAMES), **options
        )

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> list[str | None]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class Release(Schema):
    """The parts of the report that a library releases, and the decisions that the school is asked for."""

    parts = Names(required=True)
    decisions = Names()


class ReleaseAnswer(Schema):
    """``code`` confirms the report; ``url`` is the page that shows the report."""

    report = fields.String(required=True)
    code = fields.String(required=True)
    url = fields.String(required=True)


@routes.get(
    REPORT,
    query=ReportQuery(unknown=EXCLUDE),
    statuses={200: "The report", 401: "Log in first", 404: "No such report, or no library of yours"},
)
async def show_evidence_report(deps: Dependencies, request: Request) -> Answer:
    """Show a library's evidence report: with ``code`` the released report, without it the draft.

    Everybody with the code may read the released report; the draft is for people who work at the library and those who
    accompany it.
    """
    library, code = request.path["library"], request.query.get("code")
    if code is None:
        return Answer((await deps.reports.draft(request.caller, library)).document())
    return Answer(_report_document(await _confirmed(deps.reports, request.caller, library, code)))


@routes.post(
    REPORT,
    person=True,
    body=Release(),
    answer=ReleaseAnswer(),
    statuses={
        201: "The code that confirms the report",
        401: "Log in first",
        422: "Only the library's own people release it",
    },
)
async def release_evidence_report(deps: Dependencies, request: Request) -> Answer:
    """Release chosen parts of a library's evidence report, as they are at this moment; the code in the answer confirms
    it.

    For people who work at the library. Everybody who has the code can read the released parts.
    """
    wanted = request.body.get("decisions", [])
    library = request.path["library"]
    return Answer(await deps.reports.release(request.caller, library, request.body["parts"], wanted, request.key), 201)


async def _confirmed(reports: EvidenceReports, caller: Caller, library: str, code: str) -> Released:
    if not code or len(code) > CODE_CHARACTERS or "/" in code:
        raise NotFound
    found = await reports.released(caller, code)
    if found.library != library:
        raise NotFound  # the code is valid, but for another library
    return found


def _report_document(released: Released) -> Mapping[str, Any]:
    return {
        "code": released.code,
        "name": released.name,
        "released_at": released.released_at,
        "parts": list(released.parts),
        "figures": released.figures,
        "decisions": released.decisions,
    }
