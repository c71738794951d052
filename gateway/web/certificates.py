"""Certificates: the public check of a code, the holder's PDF, and issuing and revoking for planners."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from gateway.papers.certificates import CertificatePdfs
from gateway.web.pages import Page
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed, NotFound


def verification(papers: CertificatePdfs) -> Page:
    """The page that checks a code. The page is the same for everybody and names nobody."""

    async def show(visit: Visit) -> Response:
        code = visit.parameter("code")
        visit.forwarding.admit(visit.request, visit.caller, "GET", f"/v1/certificates/{code}")
        certificate = await visit.get_public(f"/v1/certificates/{code}")
        mine = bool(visit.person) and any(
            own["code"] == code.upper() for own in (await visit.get("/v1/certificates"))["items"]
        )
        return visit.render(
            "certificate.html",
            certificate=certificate,
            code=code.upper(),
            mine=mine,
            picture=papers.qr_image(code.upper()),
        )

    return show


def pdf(papers: CertificatePdfs) -> Page:
    """The PDF for the logged-in holder."""

    async def show(visit: Visit) -> Response:
        visit.require_person()
        code = visit.parameter("code").upper()
        own = {item["code"]: item for item in (await visit.get("/v1/certificates"))["items"]}
        if code not in own or not own[code]["valid"]:
            raise NotFound
        me = await visit.get("/v1/me")
        drawn = await asyncio.to_thread(papers.pdf, own[code], me["name"] or "")
        headers = {
            "Content-Disposition": f'inline; filename="sertifikat-{code}.pdf"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(drawn, media_type="application/pdf", headers=headers)

    return show


async def issue(visit: Visit) -> Response:
    """Issue certificates for all participants who fulfil the rule."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    await visit.send("POST", f"/v1/activities/{name}/certificates", {}, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}/sertifikat", "sertifikat")


async def issued(visit: Visit) -> Response:
    """The certificates of an activity, for planners."""
    visit.require_person()
    name = visit.parameter("activity")
    activity = await visit.get(f"/v1/activities/{name}")
    items = (await visit.get("/v1/certificates", activity=name))["items"]
    members = await visit.names([item["participant"] for item in items if not item["guest"]])
    guests = await visit.names([item["participant"] for item in items if item["guest"]], "/v1/guests/{}")
    return visit.render("certificates.html", activity=activity, certificates=items, names=members | guests)


async def revoke(visit: Visit) -> Response:
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    document = form.filled("reason")
    if not document:
        raise Malformed(errors={"reason": [""]})
    await visit.send("POST", f"/v1/certificates/{form.text('code')}/revocation", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}/sertifikat", "dicabut")
