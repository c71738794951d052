"""Consultations as those concerned read them, and what of them is public. Key: the consultation.

``{asker, region, library, library_name, title, details: {person, sealed}, how, owner, desk, why, state, asked_at, due,
held_until, missed, escalated, answers: [{number, by, text, public, at}], notes: [{by, text, at}], reasons: [{by, text,
at}], public, sharers: [ids], me_too, rating, mentorship, rounds, changed_at, version}``

Texts are sealed under ``by`` (``details`` under ``person``). ``public`` is set by the first public answer. ``due`` stays
when it was answered. ``changed_at`` is the last event's time.
"""

from __future__ import annotations

from typing import Any

from services.kernel.base.message import Event, Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, Expression, View, adding, increment
from services.kernel.views.arrays import appending
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
from services.mentoring.domain.standing import ANSWERED, OPEN, PROMOTED, RESOLVED


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    at = moment(recorded.at)
    changed = _talk(recorded.event, at) or _custody(recorded.event) or _course(recorded.event, at)
    if changed is None:
        return []
    return [Change(recorded.stream_id, {**changed, "changed_at": at, "version": recorded.version})]


def _talk(event: Event, at: str) -> dict[str, Any] | None:
    match event:
        case ConsultationAnswered(number=number, by=by, text=text, public=public):
            answer = {"number": number, "by": by, "text": text, "public": public, "at": at}
            shown = {"public": True} if public else {}
            return {"answers": appending("answers", answer), "state": ANSWERED, "held_until": None, **shown}
        case AnswerPublished(number=number):
            return {"answers": _opened(number), "public": True}
        case NoteTaken(by=by, text=text):
            return {"notes": appending("notes", {"by": by, "text": text, "at": at})}
        case TroubleShared(person=person):
            return {"sharers": adding("sharers", person), "me_too": increment("me_too")}
    return None


def _custody(event: Event) -> dict[str, Any] | None:
    match event:
        case ConsultationAssigned(owner=owner, desk=desk, why=why):
            return {"owner": owner, "desk": desk, "why": why}
        case ResponseTargetMissed():
            return {"missed": True}
        case ConsultationEscalated():
            return {"escalated": True}
    return None


def _course(event: Event, at: str) -> dict[str, Any] | None:
    match event:
        case ConsultationAsked():
            return _asked(event, at)
        case ConsultationHeld(until=until, due=due):
            return {"held_until": moment(until), "due": moment(due), "missed": False, "escalated": False}
        case ConsultationResolved():
            return {"state": RESOLVED, "held_until": None}
        case ConsultationRated(rating=rating):
            return {"rating": rating}
        case ConsultationReopened():
            reasons = appending("reasons", {"by": event.asker, "text": event.reason, "at": at})
            fresh = {"missed": False, "escalated": False, "rating": None, "held_until": None}
            return {"state": OPEN, "due": moment(event.due), **fresh, "reasons": reasons, "rounds": increment("rounds")}
        case ConsultationPromoted(library=library, mentorship=mentorship):
            return {"state": PROMOTED, "library": library, "mentorship": mentorship}
    return None


def _asked(event: ConsultationAsked, at: str) -> dict[str, Any]:
    return {
        "asker": event.asker,
        "region": event.region,
        "library": event.library,
        "library_name": event.library_name,
        "title": event.title,
        "details": {"person": event.asker, "sealed": event.details},
        "how": event.how,
        "owner": event.owner,
        "desk": event.desk,
        "why": event.why,
        "state": OPEN,
        "asked_at": at,
        "due": moment(event.due),
        "held_until": None,
        "missed": False,
        "escalated": False,
        "answers": [],
        "notes": [],
        "reasons": [],
        "public": False,
        "sharers": [],
        "me_too": 0,
        "rating": None,
        "mentorship": None,
        "rounds": 1,
    }


def _opened(number: int) -> Expression:
    public = {"$mergeObjects": ["$$this", {"public": True}]}
    one = {"$cond": [{"$eq": ["$$this.number", number]}, public, "$$this"]}
    return Expression({"$map": {"input": "$answers", "in": one}})


CONSULTATIONS = View(
    name="consultations",
    version=1,
    apply=apply,
    indexes=(
        [("region", 1)], [("owner", 1)], [("asker", 1)], [("state", 1)], [("public", 1)], [("asked_at", 1)], [("due", 1)]
    ),
)  # fmt: skip
