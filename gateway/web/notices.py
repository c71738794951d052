"""Notification preferences: channels, subjects, regions, quiet hours, digest."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gateway.web.forms import Form
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

PREFERENCES = "/v1/me/preferences"
MATTERS = ("registrations", "reminders", "activities", "topics", "consultations", "mentoring", "announcements")


async def notices(visit: Visit) -> Response:
    """The form with the current preferences."""
    visit.require_person()
    found = await visit.read_all(
        preferences=visit.get(PREFERENCES), regions=visit.get_public("/v1/regions", limit=100), me=visit.get("/v1/me")
    )
    if problem := found.problems.get("preferences"):
        raise problem
    me = found.answers["me"] or {}
    return visit.render(
        "notices.html",
        chosen=found.answers["preferences"],
        regions=(found.answers["regions"] or {"items": ()})["items"],
        home=me.get("region"),
        has_telegram=bool(me.get("telegram")),
    )


async def choose(visit: Visit) -> Response:
    """Save all preferences of the form in one request."""
    visit.require_person()
    form = await visit.form()
    await visit.send("PUT", PREFERENCES, _document(form), form.key)
    return visit.redirect("/saya/pemberitahuan", "simpan")


def _document(form: Form) -> dict[str, Any]:
    by_region = {name.removeprefix("region-"): form.text(name) for name in form.fields if name.startswith("region-")}
    begin, end = form.text("quiet_from"), form.text("quiet_until")
    if bool(begin) != bool(end):
        raise Malformed(errors={"quiet_until" if begin else "quiet_from": [""]})
    return {
        "language": form.text("language") or None,
        "email": form.text("email") == "yes",
        "telegram": form.text("telegram") == "yes",
        "matters": {matter: form.text(f"matter-{matter}") or "singly" for matter in MATTERS},
        "regions": {
            "follow": [region for region, how in by_region.items() if how == "follow"],
            "mute": [region for region, how in by_region.items() if how == "mute"],
        },
        "quiet": {"from": begin, "until": end} if begin else None,
        "digest": {
            "every": form.text("digest_every") or "week",
            "day": form.text("digest_day") or "mon",
            "at": form.text("digest_at") or "07:00",
        },
    }
