"""The form targets of a mentorship's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from starlette.responses import Response

from gateway.papers.certificates import CertificatePdfs
from gateway.web.forms import Form
from gateway.web.pages import Page
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

CONDITIONS = ("computers", "network", "power", "operator", "budget", "support")


async def request_mentorship(visit: Visit) -> Response:
    """A library asks for a mentorship."""
    visit.require_person()
    form = await visit.form()
    answer = await visit.send("POST", "/v1/mentorships", form.filled("library", "wish"), form.key)
    return visit.redirect(f"/pendampingan/{answer['mentorship']}", "didampingi")


async def assess(visit: Visit) -> Response:
    """Record the readiness check: which conditions are present, each with a note."""
    form = await _form(visit)
    document = {
        name: {"present": form.text(f"present-{name}") == "yes", **_note(form, f"note-{name}", "note")}
        for name in CONDITIONS
    }
    return await _send_to_case(visit, form, "readiness", document, "simpan")


async def pass_stage(visit: Visit) -> Response:
    """Complete a stage with its checklist."""
    form = await _form(visit)
    items = [name.removeprefix("item-") for name, value in form.fields.items() if name.startswith("item-") and value]
    document = {"items": items, **form.filled("note", "link")}
    return await _send_to_case(visit, form, f"stages/{visit.parameter('stage')}", document, "tahap")


async def log_visit(visit: Visit) -> Response:
    """Record a visit, a call or a chat."""
    form = await _form(visit)
    document: dict[str, Any] = form.filled("day", "mode", "done", "next", "internal")
    document["staff"] = [name.removeprefix("staff-") for name in form.fields if name.startswith("staff-")]
    document["minutes"] = form.whole_number("minutes")
    return await _send_to_case(visit, form, "visits", document, "kunjungan")


async def report_loans(visit: Visit) -> Response:
    """Report a week's loans as stated by a person."""
    form = await _form(visit)
    document = {"kind": "loans", "week": form.text("week"), "count": form.whole_number("count")}
    return await _send_to_case(visit, form, "evidence", document, "bukti")


async def report_backup(visit: Visit) -> Response:
    """Report a backup as stated by a person."""
    form = await _form(visit)
    try:
        made = visit.words.from_form(form.text("made"))
    except ValueError:
        raise Malformed(errors={"made": [""]}) from None
    return await _send_to_case(
        visit, form, "evidence", {"kind": "backup", "at": made, "ok": form.text("ok") == "yes"}, "bukti"
    )


async def clear_blocker(visit: Visit) -> Response:
    form = await _form(visit)
    return await _send_to_case(visit, form, f"blockers/{visit.parameter('blocker')}/clear", {}, "simpan")


async def rotate(visit: Visit) -> Response:
    """Record that these passwords have been changed."""
    form = await _form(visit)
    names = [name.removeprefix("password-") for name in form.fields if name.startswith("password-")]
    if not names:
        raise Malformed(errors={"passwords": [""]})
    mentorship = visit.parameter("mentorship")
    await visit.send("POST", f"/v1/mentorships/{mentorship}/handover/passwords", {"passwords": names}, form.key)
    return visit.redirect(f"/pendampingan/{mentorship}/serah-terima", "simpan")


def make_link(papers: CertificatePdfs) -> Page:
    """The page with the address of the progress page. The address is shown once and stored nowhere.

    The address is passed on to others, so it starts with the public address, not with the host of this request.
    """

    async def attempt(visit: Visit) -> Response:
        form = await _form(visit)
        path = f"/v1/mentorships/{visit.parameter('mentorship')}"
        made = await visit.send("POST", f"{path}/links", {"days": 30}, form.key)
        address = urljoin(papers.check_url(""), made["path"])
        return visit.render("progress_link.html", link=made, address=address)

    return attempt


def case_action(action: str, news: str, *fields: str) -> Page:
    """A form target that sends these fields to an action of the case."""

    async def attempt(visit: Visit) -> Response:
        form = await _form(visit)
        return await _send_to_case(visit, form, action, form.filled(*fields), news)

    return attempt


async def _form(visit: Visit) -> Form:
    visit.require_person()
    return await visit.form()


async def _send_to_case(visit: Visit, form: Form, action: str, document: Mapping[str, Any], news: str) -> Response:
    mentorship = visit.parameter("mentorship")
    await visit.send("POST", f"/v1/mentorships/{mentorship}/{action}", document, form.key)
    return visit.redirect(f"/pendampingan/{mentorship}", news)


def _note(form: Form, field: str, name: str) -> dict[str, str]:
    return {name: text} if (text := form.text(field)) else {}
