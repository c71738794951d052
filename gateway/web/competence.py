"""Competence ratings by oneself and by a second rater: the visitor's own page, and the page of an accompanied person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.web.visit import Visit
from services.kernel.base.problem import Malformed, NotFound

ASPECTS = ("knowledge", "skill", "attitude")
LAST_STEPS = 20
OWN = "/saya/kompetensi"


async def overview(visit: Visit) -> Response:
    """All areas with their units, and the latest ratings with their reasons."""
    person = visit.require_person()
    whom, base = _rated_person(visit, person)
    growth = await visit.get(f"/v1/competence/{whom}")
    names = {unit["unit"]: unit["name"] for area in growth["areas"] for unit in area["units"]}
    return visit.render(
        "competence.html",
        growth=growth,
        base=base,
        own=whom == person,
        names=names,
        steps=list(reversed(growth["steps"]))[:LAST_STEPS],
    )


async def unit_form(visit: Visit) -> Response:
    """The form for one unit: three aspects, each on four levels in plain words, and the activity behind the rating."""
    person = visit.require_person()
    whom, base = _rated_person(visit, person)
    growth = await visit.get(f"/v1/competence/{whom}")
    unit, area = _unit(growth, visit.parameter("unit"))
    found = (
        await visit.read_all(
            framework=visit.get_public("/v1/frameworks/current"),
            history=visit.get(f"/v1/participation/{whom}"),
        )
    ).answers
    if found["framework"] is None:
        framework = await visit.get_public("/v1/frameworks/current")
    else:
        framework = found["framework"]
    attended = [item for item in reversed((found["history"] or {"items": ()})["items"]) if item["attended"]]
    return visit.render(
        "competence_unit.html",
        person=whom,
        name=growth["name"],
        own=whom == person,
        base=base,
        unit=unit,
        area=area,
        rater="self" if whom == person else "second",
        framework=framework,
        attended=attended,
    )


async def rate(visit: Visit) -> Response:
    """Send one rating for each chosen aspect."""
    person = visit.require_person()
    whom, base = _rated_person(visit, person)
    unit = visit.parameter("unit")
    form = await visit.form()
    because = {"kind": "activity", "id": form.text("because")} if form.text("because") else None
    levels = form.filled(*ASPECTS)
    if not levels:
        raise Malformed(errors={aspect: [""] for aspect in ASPECTS})
    for aspect, level in {aspect: form.whole_number(aspect) for aspect in levels}.items():
        document: dict[str, Any] = {"unit": unit, "aspect": aspect, "level": level, "because": because}
        if whom != person:
            document["person"] = whom
        await visit.send("POST", "/v1/competence", document, f"{form.key}/{aspect}")
    return visit.redirect(base, "kompetensi")


def _rated_person(visit: Visit, person: str) -> tuple[str, str]:
    whom = visit.parameter("person") or person
    return whom, OWN if whom == person else f"/kompetensi/{whom}"


def _unit(growth: Mapping[str, Any], wanted: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    for area in growth["areas"]:
        for unit in area["units"]:
            if unit["unit"] == wanted:
                return unit, area
    raise NotFound
