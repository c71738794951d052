"""The page «Tanya siapa?»: a school or a place, who answers there, and the form for a question of members and guests."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.composed.contact import CONTACT
from gateway.composed.whom_to_ask import ASK_PATH, ask_as_guest, find_whom_to_ask
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

MAX_CHARACTERS = 200


async def ask_form(visit: Visit) -> Response:
    """Who answers there, upcoming activities, earlier questions, and the form for a new question."""
    place, region, library = (
        (visit.fields.get(name) or visit.parameter(name)).strip()[:MAX_CHARACTERS]
        for name in ("tempat", "region", "perpustakaan")
    )
    asked = bool(place or region or library) or bool(visit.failed)
    found = (
        await find_whom_to_ask(visit.forwarding, visit.caller, library or place, region, visit.now) if asked else None
    )
    regions = await visit.read_all(regions=visit.get_public("/v1/regions", limit=100))
    listed = (regions.answers["regions"] or {"items": []})["items"]
    here = found and found.answers["region"]
    return visit.render(
        "ask.html",
        place=place,
        found=found and found.answers,
        regions=[(each["region"], each["name"]) for each in listed],
        region_names={each["region"]: each["name"] for each in listed},
        chosen=here["region"] if here else region,
        missing=sorted(found.problems) if found else [],
    )


async def ask(visit: Visit) -> Response:
    """Open a consultation; its owner is known at once."""
    form = await visit.form()
    question = form.filled("region", "title", "details")
    missing = [name for name in ("region", "title") if name not in question]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})
    if form.text("perpustakaan"):
        question["library"] = form.text("perpustakaan")
    elif form.text("tempat"):
        question["library_name"] = form.text("tempat")[:MAX_CHARACTERS]
    taken = await _ask_services(visit, question, form.filled(*CONTACT), form.key)
    if visit.person:
        return visit.redirect(f"/konsultasi/{taken['consultation']}", "ditanyakan")
    region = await visit.read_all(region=visit.get_public(f"/v1/regions/{question['region']}"))
    return visit.render(
        "asked.html",
        title=question["title"],
        region=region.answers["region"],
        taken=taken,
        lost="guest" in {warning["part"] for warning in taken["warnings"]},
    )


async def _ask_services(visit: Visit, question: dict[str, str], contact: dict[str, str], key: str) -> dict[str, Any]:
    if visit.person:
        answer: dict[str, Any] = await visit.send("POST", "/v1/consultations", question, key)
        return answer
    visit.forwarding.admit(visit.request, visit.caller, "POST", ASK_PATH)
    return (await ask_as_guest(visit.forwarding, visit.caller, question, contact, key)).document()
