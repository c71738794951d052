"""The calendar, and one activity: register, give the seat back, check in, and three questions afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from gateway.composed.calendar_order import is_ahead
from gateway.web.held import held
from gateway.web.listings import items_of, office_holders, published
from gateway.web.visit import Visit
from gateway.words import instant
from services.kernel.base.problem import Malformed

LISTED = 30
CHECK_IN_BEFORE = timedelta(minutes=30)
CHECK_IN_AFTER = timedelta(hours=2)
PROBLEMS_AFTER = timedelta(days=7)
"""When the field for the code word is offered; whether the word is good then, events decides."""


async def calendar(visit: Visit) -> Response:
    """What lies ahead, by its start; ``lewat`` shows what was held instead, the latest first."""
    region, past = visit.parameter("wilayah"), bool(visit.parameter("lewat"))
    if past:
        activities = held(visit, region, visit.parameter("sebelum"))
    else:
        activities = visit.public("/v1/activities", **published(visit), region=region, after=visit.parameter("setelah"))
    found = await visit.parts(activities=activities, regions=visit.public("/v1/regions", limit=100))
    if "activities" in found.problems:
        raise found.problems["activities"]
    lists = items_of(found.parts)
    if not past:
        lists["activities"] = [item for item in lists["activities"] if is_ahead(item, visit.now)]
    return visit.render("calendar.html", **lists, region=region, past=past, next=found.parts["activities"].get("next"))


async def activity(visit: Visit) -> Response:
    """One activity, and what the visitor can do about it."""
    name = visit.parameter("activity")
    shown = await visit.get(f"/v1/activities/{name}")
    calls = {
        "region": visit.public(f"/v1/regions/{shown['region']}"),
        "offices": visit.public("/v1/offices"),
        "materials": visit.get("/v1/materials", activity=name, limit=LISTED),
    }
    open_ = _problems_are_open(visit, shown)
    if visit.person:
        calls["registrations"] = visit.get(f"/v1/activities/{name}/registrations")
        calls["participation"] = visit.get(f"/v1/participation/{visit.person}")
        if open_:
            calls["problems"] = visit.get(f"/v1/activities/{name}/problems", limit=LISTED)
    found = await visit.parts(**calls)
    own, missing = _own(visit, name, found.parts)
    return visit.render(
        "activity.html",
        activity=shown,
        region=found.parts["region"],
        names=office_holders(found.parts["offices"]),
        own=own,
        own_is_missing=missing,
        check_in=_check_in_is_open(visit, shown),
        problems_open=open_,
        problems=(found.parts.get("problems") or {"items": ()})["items"],
        materials=found.parts["materials"] and found.parts["materials"]["items"],
        missing=sorted(found.problems),
    )


async def register(visit: Visit) -> Response:
    """A seat, or a place in line."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    answer = await visit.send("POST", f"/v1/activities/{name}/registrations", {}, form.key)
    return visit.see(f"/kegiatan/{name}", "kursi" if answer.get("seat") == "taken" else "antrean")


async def release(visit: Visit) -> Response:
    """Give the seat back, with one tap."""
    person = visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    await visit.send("DELETE", f"/v1/activities/{name}/registrations/{person}", {}, form.key)
    return visit.see(f"/kegiatan/{name}", "batal")


async def check_in(visit: Visit) -> Response:
    """Say the code word."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    if not form.text("code"):
        raise Malformed(errors={"code": [""]})
    await visit.send("POST", f"/v1/activities/{name}/attendance", {"code": form.text("code")}, form.key)
    return visit.see(f"/kegiatan/{name}", "hadir")


async def give_feedback(visit: Visit) -> Response:
    """The three questions."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    questions = ("useful", "understood")
    if missing := [question for question in questions if not form.text(question)]:
        raise Malformed(errors={question: [""] for question in missing})
    scores = {question: form.whole(question) for question in questions}
    await visit.send("POST", f"/v1/activities/{name}/feedback", {**scores, **form.given("next")}, form.key)
    return visit.see(f"/kegiatan/{name}", "masukan")


def _own(visit: Visit, activity: str, parts: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """What the visitor has to do with an activity, and whether some of that could not be had."""
    registrations, participation = parts.get("registrations"), parts.get("participation")
    seats = [item for item in (registrations or {"items": ()})["items"] if item["person"] == visit.person]
    history = [item for item in (participation or {"items": ()})["items"] if item["activity"] == activity]
    own = {"seat": None, "place": None, "attended": False, "feedback": False, "sessions": ()}
    for item in history:
        own |= {"attended": bool(item.get("attended")), "feedback": bool(item.get("feedback"))}
        own["sessions"] = item.get("sessions", ())
    for item in seats:
        own |= {"seat": item["seat"], "place": item.get("place")}
    return own, bool(visit.person) and (registrations is None or participation is None)


def _problems_are_open(visit: Visit, shown: Mapping[str, Any]) -> bool:
    opens, closes = instant(shown["starts"]) - CHECK_IN_BEFORE, instant(shown["ends"]) + PROBLEMS_AFTER
    return shown["state"] in {"published", "completed"} and opens <= visit.now <= closes


def _check_in_is_open(visit: Visit, shown: Mapping[str, Any]) -> bool:
    opens, closes = instant(shown["starts"]) - CHECK_IN_BEFORE, instant(shown["ends"]) + CHECK_IN_AFTER
    return shown["state"] in {"published", "completed"} and opens <= visit.now <= closes
