"""How many people came, and how many with a seat did not, by region, kind of venue, kind of activity and month.

Completed activities are counted anew for each request from their lists, so a corrected list corrects the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from services.events.dependencies import PLAN, Dependencies
from services.events.domain.activity import COMPLETED
from services.events.domain.attendance import EXCUSED
from services.events.views.activities import ACTIVITIES, ActivityRow
from services.events.views.attendance import ATTENDANCE_LISTS, AttendanceRow
from services.events.views.registrations import REGISTRATIONS, RegistrationsRow
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity, Listing, fill, where
from services.kernel.declare.view import View

routes = Routes()

AT_ONCE = 100
RowT = TypeVar("RowT", AttendanceRow, RegistrationsRow)


@dataclass(frozen=True)
class FigureFilter:
    region: Annotated[Identity | Unset, Described("only activities of this region")] = UNSET
    since: Annotated[datetime | Unset, Key("from"), Described("only activities that start at this time or later")] = (
        UNSET
    )
    until: Annotated[datetime | Unset, Described("only activities that start before this time")] = UNSET


@dataclass(frozen=True)
class Group:
    """The activities of one region, kind of venue, kind of activity and month are counted together."""

    region: str
    venue_kind: str
    kind: str
    month: Annotated[str, Described("as 2026-03, in UTC")]

    @staticmethod
    def of(row: ActivityRow) -> Group:
        return Group(row.region, row.venue.kind, row.kind, row.starts[:7])


@dataclass(frozen=True)
class FiguresShown(Group):
    activities: int
    seats: Annotated[int, Described("that were taken")]
    present: Annotated[int, Described("members who were there")]
    guests: int
    no_shows: Annotated[int, Described("had a seat, and neither came nor excused themselves")]
    excused: int


class FiguresList(Listing[FiguresShown]):
    pass


@routes.get("/v1/attendance/figures", statuses=(200, 403))
def attendance_figures(deps: Dependencies, request: Request[None, FigureFilter]) -> Answer[FiguresList]:
    """Count who attended and who did not, grouped by region, kind of venue, kind of activity and month.

    Needs ``activities.plan`` in the region, or everywhere if no ``region`` is given.
    """
    query = request.query
    request.actor.require(PLAN, query.region or None)
    activities = list(deps.views.all(ACTIVITIES, _wanted(query)))
    figures: dict[Group, Counter[str]] = {}
    for start in range(0, len(activities), AT_ONCE):
        some = activities[start : start + AT_ONCE]
        seats = {row.activity: row for row in _rows_of(deps, REGISTRATIONS, some)}
        lists = {row.activity: row for row in _rows_of(deps, ATTENDANCE_LISTS, some)}
        for row in some:
            taken = seats[row.activity].taken if row.activity in seats else ()
            attendance = lists.get(row.activity, AttendanceRow(row.activity))
            figures.setdefault(Group.of(row), Counter()).update(_counted(frozenset(taken), attendance))
    items = [fill(FiguresShown, group, **counts) for group, counts in figures.items()]
    items.sort(key=lambda item: (item.region, item.venue_kind, item.kind, item.month))
    return Answer(FiguresList(tuple(items)))


def _wanted(query: FigureFilter) -> Mapping[str, Any]:
    bounds: dict[str, str] = {}
    if query.since is not UNSET:
        bounds["$gte"] = moment(query.since)
    if query.until is not UNSET:
        bounds["$lt"] = moment(query.until)
    return where(state=COMPLETED, region=query.region, starts=bounds or UNSET)


def _rows_of(deps: Dependencies, view: View[RowT], activities: list[ActivityRow]) -> list[RowT]:
    return deps.views.find(view, {"_id": {"$in": [each.activity for each in activities]}}, limit=AT_ONCE).items


def _counted(taken: frozenset[str], attendance: AttendanceRow) -> Mapping[str, int]:
    """The numbers of one activity, by the names of the fields of ``FiguresShown``."""
    there = {entry.participant for entry in attendance.entries}
    excused = {each.person for each in attendance.absences if each.state == EXCUSED}
    return {
        "activities": 1,
        "seats": len(taken),
        "present": sum(entry.person is not None for entry in attendance.entries),
        "guests": sum(entry.guest is not None for entry in attendance.entries),
        "no_shows": len(taken - there - excused),
        "excused": len(excused),
    }
