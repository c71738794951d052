"""What became of the letters of one's regions: whose contact does not work, and what may be sent again."""

from __future__ import annotations

from starlette.responses import Response

from gateway.web.visit import Visit
from services.kernel.base.problem import Forbidden

READ = "deliveries.read"


async def deliveries(visit: Visit) -> Response:
    """Flagged contacts, and what failed lately."""
    visit.require_person()
    if not visit.may_somewhere(READ):
        raise Forbidden
    found = await visit.gather(
        flagged=visit.get("/v1/contacts/bounced", limit=50),
        failed=visit.get("/v1/deliveries", state="failed", limit=50),
    )
    flagged = (found.answers["flagged"] or {"items": []})["items"]
    failed = (found.answers["failed"] or {"items": []})["items"]
    names = await visit.names(item["person"] for item in (*flagged, *failed))
    return visit.render("deliveries.html", flagged=flagged, failed=failed, names=names, missing=sorted(found.problems))


async def resend(visit: Visit) -> Response:
    """Send one again."""
    visit.require_person()
    form = await visit.form()
    await visit.send("POST", f"/v1/deliveries/{visit.parameter('delivery')}/resend", {}, form.key)
    return visit.redirect("/pengurus/kiriman", "kirim-ulang")
