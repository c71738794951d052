"""Lectures as their group, their moderator and those who were absent read them. Key: the activity.

``{title, region, group: {id, name, channel, chat}, starts, ends, working_hours, agreement: {poll, otherwise}, phase,
public, cancelled, times: {phase: moment}, closed_by, guide, speakers: [persons], units, levels, open, version}``

``phase`` is scheduled, announced, opened, presentation, questions, closed or archived; ``times`` says since when, of those
that are begun by somebody. ``closed_by`` is hand or deadline.
"""

from __future__ import annotations

from typing import Any

from services.events.domain.activity import (
    ActivityCancelled,
    ActivityRescheduled,
    SpeakerAssigned,
    SpeakerWithdrawn,
)
from services.events.domain.lecture import (
    ANNOUNCED,
    ARCHIVED,
    CLOSED,
    LECTURE,
    OPENED,
    PRESENTATION,
    QUESTIONS,
    SCHEDULED,
    LectureAnnounced,
    LectureArchived,
    LectureClosed,
    LectureOpened,
    LecturePlanned,
    PresentationBegun,
    QuestionsTaken,
    in_working_hours,
)
from services.events.domain.plan import GUIDE
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, Expression, View
from services.kernel.views.arrays import dropping

_LECTURES = f"{LECTURE.name}-"


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    if not recorded.stream.startswith(_LECTURES):
        return []
    changed = _shared(recorded) or _own(recorded)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _shared(recorded: Recorded) -> dict[str, Any] | None:
    match recorded.event:
        case SpeakerAssigned(speaker=speaker) if speaker.role == GUIDE:
            return {"guide": speaker.person}
        case SpeakerAssigned(speaker=speaker):
            others = dropping("speakers", speaker.person).value
            return {"speakers": Expression({"$concatArrays": [others, [{"$literal": speaker.person}]]})}
        case SpeakerWithdrawn(person=person):
            same = {"$eq": ["$guide", {"$literal": person}]}
            guide = Expression({"$cond": [same, None, "$guide"]})
            return {"speakers": dropping("speakers", person), "guide": guide}
        case ActivityRescheduled(starts=starts, ends=ends):
            times = {"starts": moment(starts), "ends": moment(ends)}
            return {**times, "working_hours": in_working_hours(starts, ends)}
        case ActivityCancelled():
            return {"cancelled": True}
    return None


def _own(recorded: Recorded) -> dict[str, Any] | None:
    match recorded.event:
        case LecturePlanned():
            return _planned(recorded.event)
        case LectureAnnounced():
            return {"phase": ANNOUNCED, "public": True, f"times.{ANNOUNCED}": moment(recorded.at)}
        case LectureOpened(at=at):
            return _begun(OPENED, moment(at))
        case PresentationBegun(at=at):
            return _begun(PRESENTATION, moment(at))
        case QuestionsTaken(at=at):
            return _begun(QUESTIONS, moment(at))
        case LectureClosed(at=at, why=why):
            return {**_begun(CLOSED, moment(at)), "closed_by": why}
        case LectureArchived():
            return _begun(ARCHIVED, moment(recorded.at))
    return None


def _begun(phase: str, at: str) -> dict[str, Any]:
    return {"phase": phase, f"times.{phase}": at}


def _planned(event: LecturePlanned) -> dict[str, Any]:
    plan, chat = event.plan, event.chat
    return {
        "title": plan.title,
        "region": plan.region,
        "group": {"id": chat.group, "name": plan.place.name, "channel": chat.channel, "chat": chat.chat},
        "starts": moment(plan.starts),
        "ends": moment(plan.ends),
        "working_hours": event.working_hours,
        "agreement": {"poll": event.agreement.poll, "otherwise": event.agreement.otherwise},
        "phase": SCHEDULED,
        "public": False,
        "cancelled": False,
        "times": {},
        "closed_by": None,
        "guide": None,
        "speakers": [],
        "units": list(plan.units),
        "levels": list(plan.levels),
        "open": plan.open,
    }


LECTURES = View(name="lectures", version=1, apply=apply, indexes=([("starts", 1)], [("public", 1)], [("phase", 1)]))
