"""Lectures, for their group, their moderator and absent members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class GroupRow:
    """The lecture's group. ``chat`` is Telegram's id of the group's chat."""

    id: str
    name: str
    channel: str
    chat: str | None


@dataclass(frozen=True)
class AgreementOf:
    """How the time was agreed on: by a poll, or otherwise, and then how."""

    poll: str | None
    otherwise: str | None


@dataclass(frozen=True)
class LectureRow:
    """``phase`` is scheduled, announced, opened, presentation, questions, closed or archived; ``times`` says since when, for
    each phase that somebody began. ``closed_by`` is hand or deadline.
    """

    activity: str
    title: str
    region: str
    group: GroupRow
    starts: str
    ends: str
    working_hours: bool
    agreement: AgreementOf
    phase: str
    public: bool
    cancelled: bool
    times: Mapping[str, str]
    closed_by: str | None
    guide: str | None
    speakers: tuple[str, ...]
    units: tuple[str, ...]
    levels: tuple[str, ...]
    open: bool
    version: int


def apply(recorded: Recorded) -> Applied:
    if not recorded.stream.startswith(_LECTURES):
        return []
    if isinstance(recorded.event, LecturePlanned):
        return [Change.put(_planned(recorded.event, recorded))]
    changed = _of_every_kind(recorded) or _of_lectures(recorded)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _of_every_kind(recorded: Recorded) -> dict[str, Any] | None:
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


def _of_lectures(recorded: Recorded) -> dict[str, Any] | None:
    match recorded.event:
        case LectureAnnounced():
            return {**_begun(ANNOUNCED, moment(recorded.at)), "public": True}
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


def _planned(event: LecturePlanned, recorded: Recorded) -> LectureRow:
    plan, chat = event.plan, event.chat
    return LectureRow(
        activity=recorded.stream_id,
        title=plan.title,
        region=plan.region,
        group=GroupRow(chat.group, plan.place.name, chat.channel, chat.chat),
        starts=moment(plan.starts),
        ends=moment(plan.ends),
        working_hours=event.working_hours,
        agreement=AgreementOf(event.agreement.poll, event.agreement.otherwise),
        phase=SCHEDULED,
        public=False,
        cancelled=False,
        times={},
        closed_by=None,
        guide=None,
        speakers=(),
        units=plan.units,
        levels=plan.levels,
        open=plan.open,
        version=recorded.version,
    )


LECTURES = View(
    name="lectures",
    version=1,
    row=LectureRow,
    apply=apply,
    indexes=([("starts", 1)], [("public", 1)], [("phase", 1)]),
)
