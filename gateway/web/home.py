"""The start page and the pages of the regions: whom to ask. Neither is ever empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.composed.upcoming import next_upcoming
from gateway.web.listings import items_of, published
from gateway.web.visit import Visit

NEXT_ACTIVITIES = 3
TOPICS = 5
LIBRARIES = 100


async def home(visit: Visit) -> Response:
    """The regions with their coordinators, and the next activities."""
    found = await visit.read_all(
        regions=visit.get_public("/v1/regions", limit=100),
        activities=next_activities(visit),
    )
    return visit.render("home.html", **items_of(found.answers))


async def region(visit: Visit) -> Response:
    """A region's coordinator or stand-in; without either, the community's board."""
    name = visit.parameter("region")
    region = await visit.get_public(f"/v1/regions/{name}")
    found = await visit.read_all(
        offices=visit.get_public("/v1/offices"),
        activities=next_activities(visit, region=name),
        topics=visit.get_public("/v1/topics", region=name, limit=TOPICS),
        answered=visit.get_public("/v1/consultations", region=name, limit=TOPICS),
        libraries=visit.get_public("/v1/libraries", region=name, limit=LIBRARIES),
        lectures=visit.get_public("/v1/lectures", region=name, limit=NEXT_ACTIVITIES),
    )
    lists = items_of(found.answers)
    return visit.render(
        "region.html",
        region=region,
        board=board_of(lists.pop("offices")),
        more_libraries=bool((found.answers["libraries"] or {}).get("next")),
        **lists,
    )


async def next_activities(visit: Visit, **query: Any) -> dict[str, Any]:
    """The next few published activities that have not ended, soonest first, in the form of a service's list."""
    found = await visit.get_public("/v1/activities", **published(visit), **query)
    return {"items": next_upcoming(found["items"], visit.now, NEXT_ACTIVITIES)}


def board_of(offices: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """The offices held for the whole community, the coordinator first."""
    held = [office for office in offices or () if office["region"] is None and (office["holder"] or office["stand_in"])]
    return sorted(held, key=lambda office: office["office"] != "coordinator")
