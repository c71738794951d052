"""Activities of all kinds, as the public sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
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


@dataclass(frozen=True)
class TopicOf:
    id: str
    title: str


@dataclass(frozen=True)
class VenueOf:
    id: str
    name: str
    kind: str
    subdistrict: str | None


@dataclass(frozen=True)
class SessionShown:
    id: str
    title: str
    starts: str
    ends: str
    speaker: str | None


@dataclass(frozen=True)
class SeatsOf:
    """How many seats are taken, and how many people stand in line."""

    taken: int
    line: int


@dataclass(frozen=True)
class RulesShown:
    version: int
    speakers: str


@dataclass(frozen=True)
class SpeakerRow:
    """``competence`` and ``name`` are sealed under the person's id."""

    person: str
    role: str
    category: str
    from_board: bool
    competence: str | None
    name: str | None
    rules: RulesShown


@dataclass(frozen=True)
class ActivityRow:
    """``public`` is set by publishing; before, only planners may know of the activity. ``rules`` are the rules of the
    publishing, until then of the planning, which ``planned_under`` keeps. ``version`` is the version of the activity's
    own stream: a change of the seats does not raise the version.
    """

    activity: str
    kind: str
    title: str
    topic: TopicOf | None
    region: str
    venue: VenueOf
    starts: str
    ends: str
    state: str
    public: bool
    past: bool
    capacity: int
    units: tuple[str, ...]
    levels: tuple[str, ...]
    open: bool
    sessions: tuple[SessionShown, ...]
    seats: SeatsOf
    guide: str | None
    speakers: tuple[SpeakerRow, ...]
    rules: RulesShown
    planned_under: int
    version: int
    reason: str | None = None
    present: int | None = None
    guests: int | None = None


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case GatheringPlanned() as event:
            return [Change.put(_planned(event, recorded, TopicOf(event.topic, event.topic_title)))]
        case WorkshopPlanned() | LecturePlanned() as event:
            return [Change.put(_planned(event, recorded, None))]
    seats = _seats(recorded.event)
    if seats is not None:
        return [Change(recorded.stream_id, seats)]
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
        case SpeakerAssigned():
            return _speaker(event)
        case SpeakerWithdrawn(person=person):
            leads = {"$eq": ["$guide", {"$literal": person}]}
            guide = Expression({"$cond": [leads, None, "$guide"]})
            return {"guide": guide, "speakers": without("speakers", {"person": person})}
        case CapacityChanged(capacity=capacity):
            return {"capacity": capacity}
        case ActivityPublished(rules=rules):
            return {"state": PUBLISHED, "public": True, "rules": _rules(rules)}
        case ActivityRescheduled(starts=starts, ends=ends, sessions=sessions):
            agenda = [asdict(each) for each in _agenda(sessions)]
            return {"starts": moment(starts), "ends": moment(ends), "sessions": agenda}
        case ActivityCancelled(reason=reason):
            return {"state": CANCELLED, "reason": reason}
        case ActivityCompleted(present=present, guests=guests):
            return {"state": COMPLETED, "present": present, "guests": guests}
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


def _planned(
    event: GatheringPlanned | WorkshopPlanned | LecturePlanned, recorded: Recorded, topic: TopicOf | None
) -> ActivityRow:
    plan: Plan = event.plan
    place = plan.place
    return ActivityRow(
        activity=recorded.stream_id,
        kind=plan.kind,
        title=plan.title,
        topic=topic,
        region=plan.region,
        venue=VenueOf(place.venue, place.name, place.kind, place.subdistrict),
        starts=moment(plan.starts),
        ends=moment(plan.ends),
        state=PLANNED,
        public=False,
        past=plan.past,
        capacity=plan.capacity,
        units=plan.units,
        levels=plan.levels,
        open=plan.open,
        sessions=_agenda(plan.sessions),
        seats=SeatsOf(0, 0),
        guide=None,
        speakers=(),
        rules=_rules(event.rules),
        planned_under=event.rules.version,
        version=recorded.version,
    )


def _agenda(sessions: Iterable[Session]) -> tuple[SessionShown, ...]:
    return tuple(
        SessionShown(each.id, each.title, moment(each.starts), moment(each.ends), each.speaker) for each in sessions
    )


def _speaker(event: SpeakerAssigned) -> dict[str, Any]:
    speaker = event.speaker
    row = SpeakerRow(
        person=speaker.person,
        role=speaker.role,
        category=speaker.category,
        from_board=speaker.from_board,
        competence=speaker.competence,
        name=speaker.name,
        rules=_rules(event.rules),
    )
    if speaker.role == GUIDE:
        return {"guide": speaker.person, "speakers": replacing("speakers", {"role": GUIDE}, asdict(row))}
    return {"speakers": replacing("speakers", {"role": speaker.role, "person": speaker.person}, asdict(row))}


def _rules(rules: RulesInForce) -> RulesShown:
    return RulesShown(rules.version, rules.speakers)


ACTIVITIES = View(
    name="activities",
    version=2,
    row=ActivityRow,
    apply=apply,
    indexes=([("starts", 1)], [("region", 1)], [("state", 1)], [("public", 1)]),
)
