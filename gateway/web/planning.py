"""Planning and running a gathering: venue, guide, publishing, rescheduling, cancelling, completing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.web.forms import Form
from gateway.web.listings import office_holders
from gateway.web.visit import Visit
from services.kernel.base.problem import Forbidden, Malformed

GUIDES = 8
ROSTER = 100


async def plan_form(visit: Visit) -> Response:
    """The form for a gathering about one topic."""
    visit.require_person()
    topic = await visit.get(f"/v1/topics/{visit.parameter('topic')}")
    if not visit.may("activities.plan", topic["region"]):
        raise Forbidden
    found = await visit.read_all(
        venues=visit.get("/v1/venues", region=topic["region"], limit=100),
        region=visit.get_public(f"/v1/regions/{topic['region']}"),
    )
    if "venues" in found.problems:
        raise found.problems["venues"]
    venues = found.answers["venues"]["items"]
    options = [(venue["venue"], venue["name"]) for venue in venues]
    return visit.render("plan.html", topic=topic, venues=venues, venue_options=options, region=found.answers["region"])


async def plan(visit: Visit) -> Response:
    visit.require_person()
    topic, form = visit.parameter("topic"), await visit.form()
    document: dict[str, Any] = {
        "kind": "gathering",
        "topic": topic,
        **form.filled("title", "region", "venue"),
        **_times(visit),
        **form.filled_numbers("capacity"),
    }
    if form.text("past") == "yes":
        document["past"] = True
    missing = [name for name in ("title", "venue", "starts", "ends", "capacity") if not document.get(name)]
    if missing:
        raise Malformed(errors={name: [""] for name in missing})
    answer = await visit.send("POST", "/v1/activities", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{answer['activity']}", "rencana")


async def manage(visit: Visit) -> Response:
    """The desk page of one activity: what is missing before publication, and the possible actions."""
    visit.require_person()
    name = visit.parameter("activity")
    activity = await visit.get(f"/v1/activities/{name}")
    if not visit.may("activities.plan", activity["region"]):
        raise Forbidden
    calls = {"offices": visit.get_public("/v1/offices"), "venue": _venue_request(visit, activity)}
    if activity["state"] == "planned":
        calls["guides"] = visit.get(
            "/v1/guides", region=activity["region"], subdistrict=activity["venue"].get("subdistrict")
        )
        calls["roster"] = visit.get("/v1/members", region=activity["region"], limit=ROSTER)
    else:
        calls["feedback"] = visit.get(f"/v1/activities/{name}/feedback")
    found = await visit.read_all(**calls)
    names = office_holders(found.answers["offices"])
    strangers = [speaker["person"] for speaker in activity["speakers"] if speaker["person"] not in names]
    return visit.render(
        "manage.html",
        activity=activity,
        names=names | await visit.names(strangers),
        host=found.answers["venue"],
        guides=_first(found.answers.get("guides"), GUIDES),
        roster=_first(found.answers.get("roster"), ROSTER),
        roster_options=[
            (member.get("member") or member["person"], member["name"])
            for member in _first(found.answers.get("roster"), ROSTER) or ()
            if member.get("name")
        ],
        feedback=found.answers.get("feedback"),
        missing=sorted(found.problems),
    )


async def name_speaker(visit: Visit) -> Response:
    """Name a guide from the suggestions, or a speaker."""
    form = await _form_of(visit)
    document = form.filled("person", "role", "category", "competence", "name")
    if "person" not in document:
        raise Malformed(errors={"person": [""]})
    return await _command(
        visit, form, "speakers", document, "pemandu" if document.get("role") == "guide" else "pemateri"
    )


async def publish(visit: Visit) -> Response:
    return await _command(visit, await _form_of(visit), "publish", {}, "terbit")


async def reschedule(visit: Visit) -> Response:
    form = await _form_of(visit)
    times = _times(visit)
    if len(times) < 2:
        raise Malformed(errors={name: [""] for name in ("starts", "ends") if name not in times})
    return await _command(visit, form, "reschedule", times, "pindah")


async def cancel(visit: Visit) -> Response:
    form = await _form_of(visit)
    document = form.filled("reason")
    if not document:
        raise Malformed(errors={"reason": [""]})
    return await _command(visit, form, "cancel", document, "dibatalkan")


async def complete(visit: Visit) -> Response:
    return await _command(visit, await _form_of(visit), "complete", {}, "selesai")


async def ask_host(visit: Visit) -> Response:
    """Record that the host was asked for the venue."""
    form, name = await _form_of(visit), visit.parameter("activity")
    await visit.send("POST", f"/v1/venues/{form.text('venue')}/requests", {"activity": name}, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}", "ditanya")


async def record_host(visit: Visit) -> Response:
    """Record the host's answer."""
    form, name = await _form_of(visit), visit.parameter("activity")
    confirmed = form.text("confirmed") == "yes"
    document = {"confirmed": confirmed, **form.filled("by")}
    await visit.send("POST", f"/v1/venues/{form.text('venue')}/requests/{name}/answer", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}", "bersedia" if confirmed else "menolak")


async def _form_of(visit: Visit) -> Form:
    visit.require_person()
    return await visit.form()


async def _command(visit: Visit, form: Form, command: str, document: Mapping[str, Any], news: str) -> Response:
    name = visit.parameter("activity")
    await visit.send("POST", f"/v1/activities/{name}/{command}", document, form.key)
    return visit.redirect(f"/pengurus/kegiatan/{name}", news)


async def _venue_request(visit: Visit, activity: Mapping[str, Any]) -> str | None:
    """The state of the request to the host: None, ``asked``, ``confirmed`` or ``declined``."""
    venues = await visit.get("/v1/venues", region=activity["region"], limit=100)
    for venue in venues["items"]:
        if venue["venue"] == activity["venue"]["id"]:
            for request in venue.get("requests", ()):
                if request["activity"] == activity["activity"]:
                    return str(request["state"])
    return None


def _times(visit: Visit) -> dict[str, str]:
    times = {}
    for name in ("starts", "ends"):
        try:
            times[name] = visit.words.from_form(visit.fields.get(name, "").strip())
        except ValueError:
            continue
    return times


def _first(answer: Any, count: int) -> list[Any] | None:
    if answer is None:
        return None
    return list(answer["items"] if isinstance(answer, Mapping) else answer)[:count]
