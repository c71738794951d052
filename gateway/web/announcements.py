"""Announcements: published ones for members, waiting ones for the board, and a form for a new one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from starlette.responses import Response

from gateway.web.pages import Page
from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed

SEND = "announcements.send"
LEVELS = ("basic", "secondary", "higher")


async def announcements(visit: Visit) -> Response:
    """The list, newest first, and the form for visitors who may send announcements."""
    visit.require_person()
    found = await visit.read_all(
        announcements=visit.get("/v1/announcements", after=visit.parameter("sesudah") or None, limit=20),
        regions=visit.get_public("/v1/regions", limit=100),
    )
    for problem in found.problems.values():
        raise problem
    mine = visit.regions_of(SEND)
    regions = found.answers["regions"]["items"]
    page = found.answers["announcements"]
    names = await visit.names(
        item["waiting"]["by"] for item in page["items"] if item.get("waiting") and visit.may_somewhere("members.read")
    )
    return visit.render(
        "announcements.html",
        items=page["items"],
        next=page["next"],
        region_names={region["region"]: region["name"] for region in regions},
        names=names,
        own=[region for region in regions if mine is None or region["region"] in mine],
        everywhere=mine is None,
        sends=visit.may_somewhere(SEND),
        changeable={item["announcement"] for item in page["items"] if _may_change(item, mine)},
    )


def _may_change(item: Mapping[str, Any], mine: Collection[str] | None) -> bool:
    """Whether the announcement was not withdrawn and all its regions are among the visitor's regions (None: all
    regions).
    """
    reach = mine is None or (item["regions"] is not None and set(item["regions"]) <= set(mine))
    return reach and item["state"] != "withdrawn"


async def announce(visit: Visit) -> Response:
    """Write a new announcement."""
    visit.require_person()
    form = await visit.form()
    document: dict[str, Any] = {**form.filled("title", "text")}
    chosen = form.text("region")
    missing = [name for name in ("title", "text", "region", "worth_until") if not form.text(name)]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})
    document["regions"] = None if chosen == "*" else [chosen]
    levels = [level for level in LEVELS if form.text(f"level-{level}") == "yes"]
    document["levels"] = levels or None
    try:
        document["worth_until"] = visit.words.from_form(form.text("worth_until"))
    except ValueError as error:
        raise Malformed(errors={"worth_until": [""]}) from error
    written = await visit.send("POST", "/v1/announcements", document, form.key)
    return visit.redirect("/pengumuman", "menunggu" if written["waiting"] else "diumumkan")


def announcement_action(what: str, news: str, *fields: str) -> Page:
    """A form target that approves, publishes or withdraws an announcement; ``fields`` of the form are sent along."""

    async def act(visit: Visit) -> Response:
        visit.require_person()
        form = await visit.form()
        await visit.send(
            "POST", f"/v1/announcements/{visit.parameter('announcement')}/{what}", form.filled(*fields), form.key
        )
        return visit.redirect("/pengumuman", news)

    return act


approve = announcement_action("approval", "disetujui", "draft")  # the version of the text that the visitor read
publish = announcement_action("publication", "diumumkan")
withdraw = announcement_action("withdrawal", "ditarik")


async def correct(visit: Visit) -> Response:
    visit.require_person()
    form = await visit.form()
    document = form.filled("title", "text")
    path = f"/v1/announcements/{visit.parameter('announcement')}/correction"
    written = await visit.send("POST", path, document, form.key)
    return visit.redirect("/pengumuman", "menunggu" if written["waiting"] else "diralat")
