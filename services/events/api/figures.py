"""How many came, and how many did not who had a seat: by region, kind of venue, kind of activity and month.

Of what is completed. Counted anew at each asking, from the lists of those activities, so a list that is mended later
mends the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from services.events.domain.activity import COMPLETED
from services.events.domain.attendance import EXCUSED
from services.events.parts import PLAN, Parts
from services.events.views.activities import ACTIVITIES
from services.events.views.attendance import ATTENDANCE_LISTS
from services.events.views.registrations import REGISTRATIONS
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.shapes import identity, time
from services.kernel.declare.view import View

routes = Routes()

COUNTS = ("activities", "seats", "present", "guests", "no_shows", "excused")
AT_ONCE = 100


class FigureFilter(Schema):
    region = identity(required=False)
    since = time(required=False, data_key="from")
    until = time(required=False)


class FiguresShown(Schema):
    region = fields.String()
    venue_kind = fields.String()
    kind = fields.String()
    month = fields.String(metadata={"description": "as 2026-03, in UTC"})
    activities = fields.Integer()
    seats = fields.Integer(metadata={"description": "that were taken"})
    present = fields.Integer(metadata={"description": "members who were there"})
    guests = fields.Integer()
    no_shows = fields.Integer(metadata={"description": "had a seat, and neither came nor excused themselves"})
    excused = fields.Integer()


class FiguresList(Schema):
    items = fields.List(fields.Nested(FiguresShown))
    next = fields.String(allow_none=True)


@routes.get("/v1/attendance/figures", query=FigureFilter(), answer=FiguresList(), statuses=(200, 403))
def attendance_figures(parts: Parts, request: Request) -> Answer:
    """How many came and how many did not, by region, kind of venue, kind of activity and month."""
    query = request.query
    request.actor.require(PLAN, query.get("region"))
    where: dict[str, Any] = {"state": COMPLETED}
    if "region" in query:
        where["region"] = query["region"]
    bounds = {sign: moment(query[name]) for name, sign in (("since", "$gte"), ("until", "$lt")) if name in query}
    if bounds:
        where["starts"] = bounds
    activities = list(parts.views.all(ACTIVITIES, where))
    figures: dict[tuple[str, ...], Counter[str]] = {}
    for start in range(0, len(activities), AT_ONCE):
        some = activities[start : start + AT_ONCE]
        seats, lists = (_by_activity(parts, view, some) for view in (REGISTRATIONS, ATTENDANCE_LISTS))
        for activity in some:
            name = activity["_id"]
            counted = _counted(seats.get(name, {}), lists.get(name, {}))
            figures.setdefault(_group(activity), Counter()).update(counted)
    names = ("region", "venue_kind", "kind", "month")
    items = [
        {**dict(zip(names, group, strict=True)), **{name: counts[name] for name in COUNTS}}
        for group, counts in sorted(figures.items())
    ]
    return Answer({"items": items, "next": None})


def _by_activity(parts: Parts, view: View, activities: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    page = parts.views.find(view, {"_id": {"$in": [each["_id"] for each in activities]}}, limit=AT_ONCE)
    return {document["_id"]: document for document in page.items}


def _group(activity: Mapping[str, Any]) -> tuple[str, ...]:
    return activity["region"], activity["venue"]["kind"], activity["kind"], activity["starts"][:7]


def _counted(seats: Mapping[str, Any], attendance: Mapping[str, Any]) -> dict[str, int]:
    taken = set(seats.get("taken", ()))
    entries = attendance.get("entries", ())
    there = {entry["person"] or entry["guest"] for entry in entries}
    excused = {each["person"] for each in attendance.get("absences", ()) if each["state"] == EXCUSED}
    return {
        "activities": 1,
        "seats": len(taken),
        "present": sum(entry["person"] is not None for entry in entries),
        "guests": sum(entry["guest"] is not None for entry in entries),
        "no_shows": len(taken - there - excused),
        "excused": len(excused),
    }
