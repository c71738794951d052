"""Failed deliveries in the visitor's regions: contacts that do not work, and messages to send again."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.visit import Visit
from services.kernel.base.problem import Forbidden

READ = "deliveries.read"


async def deliveries(visit: Visit) -> Response:
    """Flagged contacts, and recently failed deliveries."""
    visit.require_person()
    if not visit.may_somewhere(READ):
        raise Forbidden
    found = await visit.read_all(
        flagged=visit.get("/v1/contacts/bounced", limit=50),
        failed=visit.get("/v1/deliveries", state="failed", limit=50),
    )
    flagged = (found.answers["flagged"] or {"items": []})["items"]
    failed = (found.answers["failed"] or {"items": []})["items"]
    names = await visit.names(item["person"] for item in (*flagged, *failed))
    return visit.render("deliveries.html", flagged=flagged, failed=failed, names=names, missing=sorted(found.problems))


async def resend(visit: Visit) -> Response:
    visit.require_person()
    form = await visit.form()
    await visit.send("POST", f"/v1/deliveries/{visit.parameter('delivery')}/resend", {}, form.key)
    return visit.redirect("/pengurus/kiriman", "kirim-ulang")
