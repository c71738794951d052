"""The board's desk: topics to decide and activities to prepare in the visitor's regions; and the list of venues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from gateway.composed.upcoming import is_upcoming
from gateway.web.listings import items_of
from gateway.web.visit import Visit
from services.kernel.base.problem import Forbidden, Malformed

DESK_PERMISSIONS = ("topics.decide", "activities.plan", "attendance.record", "members.import", "venues.keep")


async def desk(visit: Visit) -> Response:
    """Topics to decide, activities to prepare or hold."""
    visit.require_person()
    if not any(map(visit.may_somewhere, DESK_PERMISSIONS)):
        raise Forbidden
    regions = await visit.get_public("/v1/regions", limit=100)
    mine = visit.regions_of("activities.plan")
    found = await visit.read_all(
        raised=_everywhere(visit, "/v1/topics", mine, state="raised"),
        accepted=_everywhere(visit, "/v1/topics", mine, state="accepted"),
        planned=_everywhere(visit, "/v1/activities", mine, state="planned"),
        published=_everywhere(visit, "/v1/activities", mine, state="published"),
    )
    lists = items_of(found.answers)
    ended = [item for item in lists["published"] or () if not is_upcoming(item, visit.now)]
    if lists["published"] is not None:
        lists["published"] = [item for item in lists["published"] if is_upcoming(item, visit.now)]
    return visit.render(
        "desk.html",
        regions=[region for region in regions["items"] if mine is None or region["region"] in mine],
        region_names={region["region"]: region["name"] for region in regions["items"]},
        **lists,
        ended=ended,
        missing=sorted(found.problems),
    )


async def venues(visit: Visit) -> Response:
    """The venues of the visitor's regions, and the form for a new one."""
    visit.require_person()
    mine = visit.regions_of("venues.keep")
    found = await visit.read_all(
        venues=_everywhere(visit, "/v1/venues", mine), regions=visit.get_public("/v1/regions", limit=100)
    )
    for problem in found.problems.values():
        raise problem
    lists = items_of(found.answers)
    own = [region for region in lists["regions"] if visit.may("venues.keep", region["region"])]
    return visit.render("venues.html", venues=lists["venues"], regions=own, topic=visit.parameter("topik"))


async def add_venue(visit: Visit) -> Response:
    visit.require_person()
    form = await visit.form()
    region, _, subdistrict = form.text("subdistrict").partition("/")
    document: dict[str, Any] = {**form.filled("name", "kind"), "region": region, "subdistrict": subdistrict}
    missing = [name for name in ("name", "kind", "subdistrict") if not document.get(name)]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})
    document |= form.filled_numbers("capacity")
    document |= {name: True for name in ("power", "projector", "signal") if form.text(name) == "yes"}
    await visit.send("POST", "/v1/venues", document, form.key)
    topic = form.text("topik")
    return visit.redirect(f"/pengurus/rencana/{topic}" if topic else "/pengurus/tempat", "tempat")


async def _everywhere(visit: Visit, path: str, regions: Iterable[str] | None, **query: Any) -> Mapping[str, Any]:
    """A list of all regions (None), or of some. Some regions are requested one by one, because the API filters by one
    region.
    """
    if regions is None:
        answer: Mapping[str, Any] = await visit.get(path, **query, limit=100)
        return answer
    items: list[Any] = []
    for region in regions:
        items += (await visit.get(path, **query, region=region, limit=100))["items"]
    return {"items": items}
