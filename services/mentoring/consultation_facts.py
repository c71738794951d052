"""What is told of consultations, and to whom they belong. Titles are public lines; all other texts stay here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields
from marshmallow.validate import OneOf

from services.kernel.message import Event
from services.mentoring.domain.consultation_acts import (
    AnswerPublished,
    ConsultationAnswered,
    ConsultationAsked,
    ConsultationAssigned,
    ConsultationEscalated,
    ConsultationHeld,
    ConsultationPromoted,
    ConsultationRated,
    ConsultationReopened,
    ConsultationResolved,
    NoteTaken,
    ResponseTargetMissed,
    TroubleShared,
)
from services.mentoring.domain.desk import BOARD, ESCALATION, HAND, HANDOVER, REGION, STAND_IN

EVENTS: tuple[type[Event], ...] = (
    *(ConsultationAsked, ConsultationAssigned, ConsultationAnswered, AnswerPublished, NoteTaken, ConsultationHeld),
    *(ConsultationResolved, ConsultationRated, ConsultationReopened, TroubleShared, ConsultationPromoted),
    *(ResponseTargetMissed, ConsultationEscalated),
)


def _id(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


SHAPES: Mapping[str, Mapping[str, Any]] = {
    "consultation-asked": {
        "consultation": _id(),
        "asker": _id(),
        "library": _id(allow_none=True),
        "owner": _id(allow_none=True),
        "title": _id(),
    },
    "consultation-assigned": {
        "consultation": _id(),
        "asker": _id(),
        "owner": _id(),
        "why": _id(validate=OneOf([REGION, STAND_IN, BOARD, HANDOVER, ESCALATION, HAND])),
    },
    "consultation-answered": {
        "consultation": _id(),
        "asker": _id(),
        "by": _id(),
        "public": fields.Boolean(required=True),
    },
    "consultation-resolved": {"consultation": _id(), "asker": _id()},
    "consultation-reopened": {"consultation": _id(), "asker": _id(), "owner": _id(allow_none=True)},
    "consultation-escalated": {"consultation": _id(), "owner": _id(allow_none=True), "to": _id(allow_none=True)},
    "consultation-promoted": {"consultation": _id(), "mentorship": _id(), "library": _id()},
}

Told = tuple[str, str | None, dict[str, Any]]


def told(consultation: str, event: Event) -> Told | None:
    """Type, region and data of the fact; None where nobody outside is concerned."""
    match event:
        case ConsultationAsked():
            asked = {"library": event.library, "owner": event.owner, "title": event.title}
            return "consultation-asked", event.region, {"consultation": consultation, "asker": event.asker, **asked}
        case ConsultationAnswered():
            data = {"asker": event.asker, "by": event.by, "public": event.public}
            return "consultation-answered", event.region, {"consultation": consultation, **data}
        case ConsultationResolved():
            return "consultation-resolved", event.region, {"consultation": consultation, "asker": event.asker}
        case ConsultationPromoted():
            data = {"mentorship": event.mentorship, "library": event.library}
            return "consultation-promoted", event.region, {"consultation": consultation, **data}
    return _of_custody(consultation, event)


def _of_custody(consultation: str, event: Event) -> Told | None:
    match event:
        # Where nobody in person owns it yet there is nobody to tell: the desk hands it on at once.
        case ConsultationAssigned(owner=str(owner)):
            data = {"asker": event.asker, "owner": owner, "why": event.why}
            return "consultation-assigned", event.region, {"consultation": consultation, **data}
        case ConsultationReopened():
            data = {"asker": event.asker, "owner": event.owner}
            return "consultation-reopened", event.region, {"consultation": consultation, **data}
        case ConsultationEscalated():
            data = {"owner": event.owner, "to": event.to}
            return "consultation-escalated", event.region, {"consultation": consultation, **data}
    return None
