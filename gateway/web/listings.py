"""Lists that several pages show: upcoming activities, the items of composed answers, the names of office holders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.composed.upcoming import ACTIVITIES_LIMIT, earliest_start
from gateway.web.visit import Visit


def published(visit: Visit) -> dict[str, Any]:
    """The query for published activities that may not have ended yet. The caller removes the ended ones."""
    return {"state": "published", "from": earliest_start(visit.now), "limit": ACTIVITIES_LIMIT}


def items_of(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The list of each answer; None for a missing answer."""
    return {name: None if answer is None else answer["items"] for name, answer in parts.items()}


def office_holders(offices: Mapping[str, Any] | None) -> dict[str, str]:
    """Person → name of all office holders and stand-ins. Their names are public."""
    holders = [office[how] for office in (offices or {"items": ()})["items"] for how in ("holder", "stand_in")]
    return {holder["person"]: holder["name"] for holder in holders if holder and holder["name"]}
