"""Activities as the public sees them, of all kinds. Key: the activity.

``{kind, title, topic: {id, title} | null, region, venue: {id, name, kind, subdistrict}, starts, ends, state, public,
past, capacity, units: [...], levels: [...], open, sessions: [{id, title, starts, ends, speaker}], seats: {taken, line},
guide, speakers: [...], rules: {version, speakers}, planned_under, reason,
present, guests, version}``

``public`` is set by publishing; before it only planners may know of the activity. ``rules`` are those of its publishing,
until then those of its planning, which ``planned_under`` keeps. A speaker's ``competence`` and ``name`` are sealed under
the person's id. ``version`` is its stream's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.events.domain.activity import (
    CANCELLED,
    COMPLETED,
    PLANNED,
    PUBLISHED,
    ActivityCancelled,
    ActivityCompleted,
    ActivityPublished,
    ActivityRescheduled,
    CapacityChanged,
    SpeakerAssigned,
    SpeakerWithdrawn,
)
from services.events.domain.gathering import GatheringPlanned
from services.events.domain.lecture import LecturePlanned
from services.events.domain.plan import GUIDE, Plan, Session
from services.events.domain.rules import RulesInForce
from services.events.domain.seats import TAKEN, PlacedInLine, SeatPromoted, SeatReleased, SeatTaken
from services.events.domain.workshop import WorkshopPlanned
from services.kernel.base.message import Event, Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, Expression, View, increment
from services.kernel.views.arrays import replacing, without


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    seats = _seats(recorded.event)
    if seats is not None:
        return [Change(recorded.stream_id, seats)]
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
        case GatheringPlanned():
            return _planned(event.plan, event.rules, {"id": event.topic, "title": event.topic_title})
        case WorkshopPlanned() | LecturePlanned():
            return _planned(event.plan, event.rules)
        case SpeakerAssigned():
            return _speaker(event)
        case SpeakerWithdrawn(person=person):
            leads = {"$eq": ["$guide", {"$literal": person}]}
            guide = Expression({"$cond": [leads, None, "$guide"]})
            return {"guide": guide, "speakers": without("speakers", {"person": person})}
        case CapacityChanged(capacity=capacity):
            return {"capacity": capacity}
        case ActivityPublished():
            return {"state": PUBLISHED, "public": True, "rules": _rules(event.rules)}
        case ActivityRescheduled():
            times = {"starts": moment(event.starts), "ends": moment(event.ends)}
            return {**times, "sessions": _agenda(event.sessions)}
        case ActivityCancelled():
            return {"state": CANCELLED, "reason": event.reason}
        case ActivityCompleted():
            return {"state": COMPLETED, "present": event.present, "guests": event.guests}
    return None


def _seats(event: Event) -> dict[str, Any] | None:
    match event:
        case SeatTaken():
            return {"seats.taken": increment("seats.taken")}
        case PlacedInLine():
            return {"seats.line": increment("seats.line")}
        case SeatReleased(held=held):
            where = "seats.taken" if held == TAKEN else "seats.line"
            return {where: increment(where, -1)}
        case SeatPromoted():
            return {"seats.taken": increment("seats.taken"), "seats.line": increment("seats.line", -1)}
    return None


def _planned(plan: Plan, rules: RulesInForce, topic: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        **_plan(plan),
        "state": PLANNED,
        "public": False,
        "guide": None,
        "speakers": [],
        "topic": topic,
        "rules": _rules(rules),
        "planned_under": rules.version,
        "seats": {"taken": 0, "line": 0},
    }


def _plan(plan: Plan) -> dict[str, Any]:
    place = plan.place
    return {
        "kind": plan.kind,
        "title": plan.title,
        "region": plan.region,
        "venue": {"id": place.venue, "name": place.name, "kind": place.kind, "subdistrict": place.subdistrict},
        "starts": moment(plan.starts),
        "ends": moment(plan.ends),
        "capacity": plan.capacity,
        "past": plan.past,
        "units": list(plan.units),
        "levels": list(plan.levels),
        "open": plan.open,
        "sessions": _agenda(plan.sessions),
    }


def _agenda(sessions: Iterable[Session]) -> list[dict[str, Any]]:
    return [
        {
            "id": session.id,
            "title": session.title,
            "starts": moment(session.starts),
            "ends": moment(session.ends),
            "speaker": session.speaker,
        }
        for session in sessions
    ]


def _speaker(event: SpeakerAssigned) -> dict[str, Any]:
    speaker = event.speaker
    item = {
        "person": speaker.person,
        "role": speaker.role,
        "category": speaker.category,
        "from_board": speaker.from_board,
        "competence": speaker.competence,
        "name": speaker.name,
        "rules": _rules(event.rules),
    }
    if speaker.role == GUIDE:
        return {"guide": speaker.person, "speakers": replacing("speakers", {"role": GUIDE}, item)}
    return {"speakers": replacing("speakers", {"role": speaker.role, "person": speaker.person}, item)}


def _rules(rules: RulesInForce) -> dict[str, Any]:
    return {"version": rules.version, "speakers": rules.speakers}


ACTIVITIES = View(
    name="activities",
    version=2,
    apply=apply,
    indexes=([("starts", 1)], [("region", 1)], [("state", 1)], [("public", 1)]),
)
