"""Planning a workshop: agenda, audience and competence units; and changes of speakers and seats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.web.forms import Form
from gateway.web.listings import items_of
from gateway.web.visit import Visit
from services.kernel.base.problem import Forbidden, Malformed

ROWS = 8
"""The number of sessions in the form; the API accepts more."""
LEVELS = ("basic", "secondary", "higher")


async def plan_form(visit: Visit) -> Response:
    """The form; the region comes first for planners of several regions."""
    visit.require_person()
    if not visit.may_somewhere("activities.plan"):
        raise Forbidden
    regions = [
        region
        for region in (await visit.get_public("/v1/regions", limit=100))["items"]
        if visit.may("activities.plan", region["region"])
    ]
    wanted = visit.fields.get("region") or visit.parameter("wilayah") or (regions[0]["region"] if regions else "")
    found = await visit.read_all(
        venues=visit.get("/v1/venues", region=wanted, limit=100), framework=visit.get_public("/v1/frameworks/current")
    )
    if "venues" in found.problems:
        raise found.problems["venues"]
    return visit.render(
        "plan_workshop.html",
        regions=[(region["region"], region["name"]) for region in regions],
        region=wanted,
        venues=[(venue["venue"], venue["name"]) for venue in items_of({"venues": found.answers["venues"]})["venues"]],
        units=(found.answers["framework"] or {"units": ()})["units"],
        rows=range(1, ROWS + 1),
    )


async def plan(visit: Visit) -> Response:
    visit.require_person()
    form = await visit.form()
    document: dict[str, Any] = {
        "kind": "workshop",
        **form.filled("title", "region", "venue"),
        "sessions": _sessions(visit, form),
        "levels": [level for level in LEVELS if form.text(f"level-{level}") == "yes"],
        "units": [name.removeprefix("unit-") for name in form.fields if name.startswith("unit-")],
        "open": form.text("open") == "yes",
        "past": form.text("past") == "yes",
        **form.filled_numbers("capacity"),
    }
    missing = [name for name in ("title", "venue", "capacity") if not document.get(name)]
    if not document["sessions"]:
        missing += ["title-1", "starts-1", "ends-1"]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})
    answer = await visit.send("POST", "/v1/activities", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{answer['activity']}", "workshop")


async def withdraw_speaker(visit: Visit) -> Response:
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    await visit.send("DELETE", f"/v1/activities/{name}/speakers/{form.text('person')}", {}, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}", "mundur")


async def change_capacity(visit: Visit) -> Response:
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    await visit.send("POST", f"/v1/activities/{name}/capacity", {"capacity": form.whole_number("capacity")}, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}", "jumlah-kursi")


def _sessions(visit: Visit, form: Form) -> list[Mapping[str, str]]:
    """The filled rows. Raises ``Malformed`` for a partly filled row."""
    sessions: list[Mapping[str, str]] = []
    errors: dict[str, list[str]] = {}
    for row in range(1, ROWS + 1):
        given = form.filled(f"title-{row}", f"starts-{row}", f"ends-{row}")
        if not given:
            continue
        session = {"title": given.get(f"title-{row}", "")}
        for name in ("starts", "ends"):
            try:
                session[name] = visit.words.from_form(given[f"{name}-{row}"])
            except (KeyError, ValueError):
                errors[f"{name}-{row}"] = [""]
        if not session["title"]:
            errors[f"title-{row}"] = [""]
        sessions.append(session)
    if errors:
        raise Malformed(errors=errors)
    return sessions
