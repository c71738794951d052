"""The visitor's own data: an explanation, the export, and erasure."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed


async def show(visit: Visit) -> Response:
    """What is stored, a link to the export, and the form for erasure."""
    visit.require_person()
    return visit.render("own_data.html")


async def erase(visit: Visit) -> Response:
    """Erase the visitor's data and log the visitor out."""
    visit.require_person()
    form = await visit.form()
    if form.text("sure") != "yes":
        raise Malformed(errors={"sure": [""]})
    await visit.send("POST", "/v1/me/erasure", {"sure": True}, form.key)
    visit.caller.set_session(visit.caller.ensure_session().logged_out())
    return visit.redirect("/", "terlupakan")
