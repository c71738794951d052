"""The calendar, and the page of one activity: register, release the seat, check in, give feedback."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from gateway.composed.upcoming import is_upcoming
from gateway.web.listings import items_of, office_holders, published
from gateway.web.past_activities import past_activities
from gateway.web.visit import Visit
from gateway.words import instant
from services.kernel.base.problem import Malformed

LISTED = 30
CHECK_IN_BEFORE = timedelta(minutes=30)
CHECK_IN_AFTER = timedelta(hours=2)
PROBLEMS_AFTER = timedelta(days=7)
"""When the pages offer check-in and problems. Events decides whether a code word is valid."""


async def calendar(visit: Visit) -> Response:
    """Upcoming activities by start; with ``lewat`` past activities, the latest first."""
    region, past = visit.parameter("wilayah"), bool(visit.parameter("lewat"))
    if past:
        activities = past_activities(visit, region, visit.parameter("sebelum"))
    else:
        activities = visit.get_public(
            "/v1/activities", **published(visit), region=region, after=visit.parameter("setelah")
        )
    found = await visit.read_all(activities=activities, regions=visit.get_public("/v1/regions", limit=100))
    if "activities" in found.problems:
        raise found.problems["activities"]
    lists = items_of(found.answers)
    if not past:
        lists["activities"] = [item for item in lists["activities"] if is_upcoming(item, visit.now)]
    return visit.render(
        "calendar.html", **lists, region=region, past=past, next=found.answers["activities"].get("next")
    )


async def activity(visit: Visit) -> Response:
    """One activity, and the visitor's actions."""
    name = visit.parameter("activity")
    activity = await visit.get(f"/v1/activities/{name}")
    calls = {
        "region": visit.get_public(f"/v1/regions/{activity['region']}"),
        "offices": visit.get_public("/v1/offices"),
        "materials": visit.get("/v1/materials", activity=name, limit=LISTED),
    }
    open_ = _problems_are_open(visit, activity)
    if visit.person:
        calls["registrations"] = visit.get(f"/v1/activities/{name}/registrations")
        calls["participation"] = visit.get(f"/v1/participation/{visit.person}")
        if open_:
            calls["problems"] = visit.get(f"/v1/activities/{name}/problems", limit=LISTED)
    found = await visit.read_all(**calls)
    own, missing = _own(visit, name, found.answers)
    return visit.render(
        "activity.html",
        activity=activity,
        region=found.answers["region"],
        names=office_holders(found.answers["offices"]),
        own=own,
        own_is_missing=missing,
        check_in=_check_in_is_open(visit, activity),
        problems_open=open_,
        problems=(found.answers.get("problems") or {"items": ()})["items"],
        materials=found.answers["materials"] and found.answers["materials"]["items"],
        missing=sorted(found.problems),
    )


async def register(visit: Visit) -> Response:
    """Take a seat, or a place in the queue."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    answer = await visit.send("POST", f"/v1/activities/{name}/registrations", {}, form.key)
    return visit.redirect(f"/kegiatan/{name}", "kursi" if answer.get("seat") == "taken" else "antrean")


async def release(visit: Visit) -> Response:
    person = visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    await visit.send("DELETE", f"/v1/activities/{name}/registrations/{person}", {}, form.key)
    return visit.redirect(f"/kegiatan/{name}", "batal")


async def check_in(visit: Visit) -> Response:
    """Check in with the code word."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    if not form.text("code"):
        raise Malformed(errors={"code": [""]})
    await visit.send("POST", f"/v1/activities/{name}/attendance", {"code": form.text("code")}, form.key)
    return visit.redirect(f"/kegiatan/{name}", "hadir")


async def give_feedback(visit: Visit) -> Response:
    """Send the answers to the three questions."""
    visit.require_person()
    name, form = visit.parameter("activity"), await visit.form()
    questions = ("useful", "understood")
    if missing := [question for question in questions if not form.text(question)]:
        raise Malformed(errors={question: [""] for question in missing})
    scores = {question: form.whole_number(question) for question in questions}
    await visit.send("POST", f"/v1/activities/{name}/feedback", {**scores, **form.filled("next")}, form.key)
    return visit.redirect(f"/kegiatan/{name}", "masukan")


def _own(visit: Visit, activity: str, parts: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The visitor's seat, attendance and feedback at an activity, and whether part of this was unavailable."""
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


def _problems_are_open(visit: Visit, activity: Mapping[str, Any]) -> bool:
    opens, closes = instant(activity["starts"]) - CHECK_IN_BEFORE, instant(activity["ends"]) + PROBLEMS_AFTER
    return activity["state"] in {"published", "completed"} and opens <= visit.now <= closes


def _check_in_is_open(visit: Visit, activity: Mapping[str, Any]) -> bool:
    opens, closes = instant(activity["starts"]) - CHECK_IN_BEFORE, instant(activity["ends"]) + CHECK_IN_AFTER
    return activity["state"] in {"published", "completed"} and opens <= visit.now <= closes
