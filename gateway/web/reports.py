"""The evidence report: the library's draft, and the public page of a released report."""

from __future__ import annotations

from starlette.responses import Response

from gateway.reports.report import EvidenceReports
from gateway.reports.sections import sections
from gateway.web.pages import Page
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed


def draft(reports: EvidenceReports) -> Page:
    """The parts that could be released, with a form to choose from."""

    async def show(visit: Visit) -> Response:
        visit.require_person()
        made = await reports.draft(visit.caller, visit.parameter("library"))
        document = made.document()
        return visit.render(
            "report_draft.html",
            draft=made,
            sections=sections(made.figures, document["parts"]),
            offered=document["decisions"],
        )

    return show


def release(reports: EvidenceReports) -> Page:
    """The form target that releases the chosen parts. The next page is the one to show to the school head."""

    async def attempt(visit: Visit) -> Response:
        visit.require_person()
        form = await visit.form()
        parts = [name.removeprefix("part-") for name in form.fields if name.startswith("part-")]
        wanted = [name.removeprefix("decision-") for name in form.fields if name.startswith("decision-")]
        if not parts:
            raise Malformed(errors={"parts": [""]})
        answer = await reports.release(visit.caller, visit.parameter("library"), parts, wanted, form.key)
        return visit.redirect(f"/laporan/{answer['code']}", "laporan")

    return attempt


def released(reports: EvidenceReports) -> Page:
    """The report that a code confirms."""

    async def show(visit: Visit) -> Response:
        report = await reports.released(visit.caller, visit.parameter("code"))
        return visit.render("report.html", report=report)

    return show


def pdf(reports: EvidenceReports) -> Page:
    """The released report as PDF."""

    async def show(visit: Visit) -> Response:
        report = await reports.released(visit.caller, visit.parameter("code"))
        headers = {
            "Content-Disposition": f'inline; filename="laporan-{report.code}.pdf"',
            "Cache-Control": "private, max-age=300",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(await reports.pdf(report), media_type="application/pdf", headers=headers)

    return show
