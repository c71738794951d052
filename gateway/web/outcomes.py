"""The outcomes of an activity: problems that participants report, topics made of problems, and materials. Also the
registration of guests.
"""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from gateway.composed.composition import register_guest
from gateway.composed.contact import CONTACT
from gateway.web.visit import SendAgain, Visit
from services.kernel.base.problem import Forbidden, Malformed

INCOMPLETE = "Kursi Anda tercatat, tetapi nama dan kontak Anda belum tersimpan. Tekan sekali lagi."


async def register_as_guest(visit: Visit) -> Response:
    """Take a seat as a guest, if the activity is open to guests."""
    name, form = visit.parameter("activity"), await visit.form()
    contact = form.filled(*CONTACT)
    missing = [] if "name" in contact else ["name"]
    if "email" not in contact and "phone" not in contact:
        missing += ["email", "phone"]
    if missing:
        raise Malformed(errors={field: [""] for field in missing})
    visit.forwarding.admit(visit.request, visit.caller, "POST", f"/v1/activities/{name}/guest-registrations")
    composed = await register_guest(visit.forwarding, visit.caller, name, contact, form.key)
    if composed.problems:
        raise SendAgain(INCOMPLETE)
    return visit.redirect(f"/kegiatan/{name}", "kursi" if composed.answers["seat"] == "taken" else "antrean")


async def say_problem(visit: Visit) -> Response:
    """Report a problem, with or without a name. No login is needed."""
    name, form = visit.parameter("activity"), await visit.form()
    if not form.text("text"):
        raise Malformed(errors={"text": [""]})
    document = {"text": form.text("text"), "anonymous": form.text("anonymous") == "yes" or visit.person is None}
    await visit.send("POST", f"/v1/activities/{name}/problems", document, form.key)
    return visit.redirect(f"/kegiatan/{name}", "masalah")


async def share_problem(visit: Visit) -> Response:
    """Record that the visitor has the same problem."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    await visit.send("POST", f"/v1/activities/{name}/problems/{form.text('problem')}/raisers", {}, form.key)
    return visit.redirect(f"/kegiatan/{name}", "sama")


async def problems(visit: Visit) -> Response:
    """All problems of an activity, for planners."""
    visit.require_person()
    name = visit.parameter("activity")
    activity = await visit.get(f"/v1/activities/{name}")
    if not visit.may("activities.plan", activity["region"]):
        raise Forbidden
    items = (await visit.get(f"/v1/activities/{name}/problems", limit=100))["items"]
    names = await visit.names([item["author"] for item in items])
    return visit.render("problems.html", activity=activity, problems=items, names=names)


async def merge_problem(visit: Visit) -> Response:
    """Merge two problems."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    document = form.filled("into")
    if not document:
        raise Malformed(errors={"into": [""]})
    await visit.send("POST", f"/v1/activities/{name}/problems/{form.text('problem')}/merge", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}/masalah", "digabung")


async def make_topic(visit: Visit) -> Response:
    """Turn a problem into a topic."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    document = form.filled("title")
    if not document:
        raise Malformed(errors={"title": [""]})
    await visit.send("POST", f"/v1/activities/{name}/problems/{form.text('problem')}/topic", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}/masalah", "jadi-topik")


async def leave_material(visit: Visit) -> Response:
    """Add a link or a text for others."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    document = form.filled("title", "url", "text", "licence", "visibility")
    missing = [field for field in ("title", "licence") if field not in document]
    if "url" not in document and "text" not in document:
        missing += ["url", "text"]
    if missing:
        raise Malformed(errors={field: [""] for field in missing})
    await visit.send("POST", f"/v1/activities/{name}/materials", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}", "materi")


async def materials(visit: Visit) -> Response:
    """Public materials of all activities, found by words."""
    words = visit.parameter("cari").strip()[:200]
    found, regions = await asyncio.gather(
        visit.get_public("/v1/materials", q=words, after=visit.parameter("setelah")),
        visit.read_all(regions=visit.get_public("/v1/regions", limit=100)),
    )
    names = {item["region"]: item["name"] for item in (regions.answers["regions"] or {"items": ()})["items"]}
    return visit.render(
        "materials.html", materials=found["items"], next=found.get("next"), words_sought=words, region_names=names
    )
