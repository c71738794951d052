"""One's own data: what is known of oneself, a copy of it, and to be forgotten."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed


async def show(visit: Visit) -> Response:
    """What there is, where a copy is had, and the form to be forgotten."""
    visit.require_person()
    return visit.render("own_data.html")


async def erase(visit: Visit) -> Response:
    """Forget the visitor, who is nobody from here on."""
    visit.require_person()
    form = await visit.form()
    if form.text("sure") != "yes":
        raise Malformed(errors={"sure": [""]})
    await visit.send("POST", "/v1/me/erasure", {"sure": True}, form.key)
    visit.caller.set_session(visit.caller.ensure_session().logged_out())
    return visit.redirect("/", "terlupakan")
