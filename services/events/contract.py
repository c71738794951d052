"""What this service tells the others: which event becomes which fact, and what stands in it.

A fact's fields are a promise: one may join, none changes its meaning. No name, no contact, no free text about a person:
people are ids. The region is the one that the fact concerns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.events import contract_lectures, contract_outcomes, upcasters
from services.events.domain.activity import (
    ActivityCancelled,
    ActivityCompleted,
    ActivityPublished,
    ActivityRescheduled,
    CapacityChanged,
    SpeakerAssigned,
    SpeakerWithdrawn,
)
from services.events.domain.attendance import (
    AbsenceNoted,
    AttendanceRecorded,
    CodeWordIssued,
    SessionAttended,
    SessionCodeWordIssued,
)
from services.events.domain.feedback import FeedbackGiven
from services.events.domain.gathering import GatheringPlanned
from services.events.domain.seats import (
    ClosingMoved,
    PlacedInLine,
    RegistrationClosed,
    SeatPromoted,
    SeatReleased,
    SeatsOpened,
    SeatsResized,
    SeatTaken,
)
from services.events.domain.topic import (
    TopicAnswered,
    TopicDecided,
    TopicDiscussed,
    TopicEndorsed,
    TopicJoined,
    TopicRaised,
)
from services.events.domain.venue import VenueAdded, VenueAsked, VenueConfirmed, VenueDeclined
from services.events.domain.workshop import WorkshopPlanned
from services.kernel.message import Draft, Event, Recorded
from services.kernel.process import DeadlinePassed
from services.kernel.registry import Registry
from services.kernel.times import moment

REGISTRY = Registry()
REGISTRY.register(
    *(TopicRaised, TopicJoined, TopicEndorsed, TopicDecided, TopicDiscussed, TopicAnswered),
    *(GatheringPlanned, WorkshopPlanned, SpeakerAssigned, SpeakerWithdrawn, CapacityChanged),
    *(ActivityPublished, ActivityRescheduled, ActivityCancelled, ActivityCompleted),
    *(SeatsOpened, SeatTaken, PlacedInLine, SeatReleased, SeatPromoted, SeatsResized, ClosingMoved),
    RegistrationClosed,
    *(CodeWordIssued, AttendanceRecorded, FeedbackGiven),
    *(SessionCodeWordIssued, SessionAttended, AbsenceNoted),
    *(VenueAdded, VenueAsked, VenueConfirmed, VenueDeclined),
    *contract_lectures.EVENTS,
    *contract_outcomes.EVENTS,
    DeadlinePassed,
)
upcasters.register(REGISTRY)


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _count() -> fields.Integer:
    return fields.Integer(required=True, strict=True)


def _time() -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, format="iso")


_VENUE = Schema.from_dict(
    {"id": _text(), "name": _text(), "kind": _text(), "subdistrict": _text(allow_none=True)}, name="FactVenue"
)
_RULES = Schema.from_dict({"version": _count(), "speakers": _text()}, name="FactRules")
_SHAPES: Mapping[str, Mapping[str, Any]] = {
    "topic-raised": {"topic": _text(), "title": _text(), "person": _text(), "origin": _text()},
    "topic-joined": {"topic": _text(), "person": _text()},
    "topic-endorsed": {"topic": _text(), "person": _text()},
    "topic-decided": {
        "topic": _text(),
        "decision": _text(validate=OneOf(["accepted", "declined"])),
        "reason": _text(allow_none=True),
    },
    "topic-answered": {"topic": _text(), "person": _text(), "solved": fields.Boolean(required=True)},
    "activity-published": {
        "activity": _text(),
        "kind": _text(),
        "topic": _text(allow_none=True),
        "title": _text(),
        "starts": _time(),
        "ends": _time(),
        "capacity": _count(),
        "venue": fields.Nested(_VENUE, required=True),
        "rules": fields.Nested(_RULES, required=True),
        "past": fields.Boolean(required=True),
        "units": fields.List(fields.String(), required=True),
        "levels": fields.List(fields.String(), required=True),
        "open": fields.Boolean(required=True),
    },
    "activity-rescheduled": {"activity": _text(), "starts": _time(), "ends": _time(), "was": _time()},
    "activity-cancelled": {"activity": _text(), "reason": _text(), "topic": _text(allow_none=True)},
    "activity-completed": {
        "activity": _text(),
        "topic": _text(allow_none=True),
        "present": _count(),
        "guests": _count(),
    },
    "seat-taken": {"activity": _text(), "person": _text()},
    "seat-lined": {"activity": _text(), "person": _text(), "place": _count()},
    "seat-promoted": {"activity": _text(), "person": _text()},
    "seat-released": {"activity": _text(), "person": _text(), "why": _text()},
    "attendance-recorded": {
        "activity": _text(),
        "person": _text(allow_none=True),
        "guest": _text(allow_none=True),
        "method": _text(validate=OneOf(["code", "coordinator", "walk-in", "reply"])),
    },
    "venue-confirmed": {"venue": _text(), "activity": _text()},
    "venue-declined": {"venue": _text(), "activity": _text()},
    **contract_lectures.SHAPES,
    **contract_outcomes.SHAPES,
}
FACTS: Mapping[str, Schema] = {kind: Schema.from_dict(dict(shape), name=kind)() for kind, shape in _SHAPES.items()}
"""Each fact's type and the schema of its data."""


def tell(recorded: Recorded) -> Draft | None:
    """The fact that an event tells, from that event alone; None for one that concerns nobody outside."""
    told = (
        _of_topic(recorded.stream_id, recorded.event)
        or _of_activity(recorded.stream_id, recorded.event)
        or _of_seats(recorded.stream_id, recorded.event)
        or _of_venue(recorded.stream_id, recorded.event)
        or contract_lectures.told(recorded.stream_id, recorded.event)
        or contract_outcomes.told(recorded.stream_id, recorded.event)
    )
    if told is None:
        return None
    kind, region, data = told
    return Draft(event=recorded.id, type=kind, subject=recorded.stream_id, region=region, data=data)


Told = tuple[str, str | None, dict[str, Any]]


def _of_topic(topic: str, event: Event) -> Told | None:
    match event:
        case TopicRaised():
            data = {"topic": topic, "title": event.title, "person": event.person, "origin": event.origin}
            return "topic-raised", event.region, data
        case TopicJoined():
            return "topic-joined", event.region, {"topic": topic, "person": event.person}
        case TopicEndorsed():
            return "topic-endorsed", event.region, {"topic": topic, "person": event.person}
        case TopicDecided():
            return "topic-decided", event.region, {"topic": topic, "decision": event.decision, "reason": event.reason}
        case TopicAnswered():
            return "topic-answered", event.region, {"topic": topic, "person": event.person, "solved": event.solved}
    return None


def _of_activity(activity: str, event: Event) -> Told | None:
    match event:
        case ActivityPublished():
            return "activity-published", event.plan.region, {"activity": activity, **_published(event)}
        case ActivityRescheduled(published=True):
            times = {"starts": moment(event.starts), "ends": moment(event.ends), "was": moment(event.was)}
            return "activity-rescheduled", event.region, {"activity": activity, **times}
        case ActivityCancelled(published=True):
            data = {"activity": activity, "reason": event.reason, "topic": event.topic or None}
            return "activity-cancelled", event.region, data
        case ActivityCompleted():
            counts = {"present": event.present, "guests": event.guests}
            return "activity-completed", event.region, {"activity": activity, "topic": event.topic or None, **counts}
    return None


def _published(event: ActivityPublished) -> dict[str, Any]:
    plan, place = event.plan, event.plan.place
    return {
        "kind": plan.kind,
        "topic": event.topic or None,
        "title": plan.title,
        "starts": moment(plan.starts),
        "ends": moment(plan.ends),
        "venue": {"id": place.venue, "name": place.name, "kind": place.kind, "subdistrict": place.subdistrict},
        "capacity": plan.capacity,
        "rules": {"version": event.rules.version, "speakers": event.rules.speakers},
        "past": plan.past,
        "units": list(plan.units),
        "levels": list(plan.levels),
        "open": plan.open,
    }


def _of_seats(activity: str, event: Event) -> Told | None:
    match event:
        case SeatTaken():
            return "seat-taken", event.region, {"activity": activity, "person": event.person}
        case PlacedInLine():
            return "seat-lined", event.region, {"activity": activity, "person": event.person, "place": event.place}
        case SeatPromoted():
            return "seat-promoted", event.region, {"activity": activity, "person": event.person}
        case SeatReleased():
            return "seat-released", event.region, {"activity": activity, "person": event.person, "why": event.why}
        case AttendanceRecorded():
            data = {"activity": activity, "person": event.person, "guest": event.guest, "method": event.method}
            return "attendance-recorded", event.region, data
    return None


def _of_venue(venue: str, event: Event) -> Told | None:
    match event:
        case VenueConfirmed():
            return "venue-confirmed", event.region, {"venue": venue, "activity": event.activity}
        case VenueDeclined():
            return "venue-declined", event.region, {"venue": venue, "activity": event.activity}
    return None
