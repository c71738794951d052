"""Consultations, with the texts sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias, assert_never

from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, Expression, View, adding, increment
from services.kernel.views.arrays import appending
from services.mentoring.domain.consultation import ANSWERED, OPEN, PROMOTED, RESOLVED
from services.mentoring.domain.consultation_messages import (
    AnswerPublished,
    ConsultationAnswered,
    ConsultationAsked,
    ConsultationAssigned,
    ConsultationEscalated,
    ConsultationEvent,
    ConsultationHeld,
    ConsultationPromoted,
    ConsultationRated,
    ConsultationReopened,
    ConsultationResolved,
    NoteTaken,
    ResponseTargetMissed,
    TroubleShared,
)

_Said: TypeAlias = ConsultationAnswered | AnswerPublished | NoteTaken | TroubleShared
_Custody: TypeAlias = ConsultationAssigned | ResponseTargetMissed | ConsultationEscalated
_Course: TypeAlias = (
    ConsultationHeld | ConsultationResolved | ConsultationRated | ConsultationReopened | ConsultationPromoted
)


@dataclass(frozen=True)
class DetailsRow:
    """What the asker wrote, sealed under the id of ``person``."""

    person: str
    sealed: str | None


@dataclass(frozen=True)
class AnswerRow:
    """``text`` is sealed under the id of ``by``. ``number`` counts the answers from 1."""

    number: int
    by: str
    text: str
    public: bool
    at: str


@dataclass(frozen=True)
class RemarkRow:
    """A note, or the reason for a reopening. ``text`` is sealed under the id of ``by``."""

    by: str
    text: str | None
    at: str


@dataclass(frozen=True)
class ConsultationRow:
    """``owner`` is null while a desk has the consultation and no person. ``due`` stays when the question is answered.
    ``public`` is true from the first public answer on. ``rounds`` counts the asking and each reopening. ``changed_at`` is the
    time of the last event.
    """

    consultation: str
    asker: str
    region: str
    library: str | None
    library_name: str | None
    title: str
    details: DetailsRow
    how: str
    owner: str | None
    desk: str
    why: str
    state: str
    asked_at: str
    due: str
    held_until: str | None
    missed: bool
    escalated: bool
    answers: tuple[AnswerRow, ...]
    notes: tuple[RemarkRow, ...]
    reasons: tuple[RemarkRow, ...]
    public: bool
    sharers: tuple[str, ...]
    me_too: int
    rating: int | None
    mentorship: str | None
    rounds: int
    changed_at: str
    version: int


def apply(recorded: Recorded) -> Applied:
    event, at = recorded.event, moment(recorded.at)
    if not isinstance(event, ConsultationEvent):
        return []
    match event:
        case ConsultationAsked():
            return [Change.put(_asked(event, recorded.stream_id, at, recorded.version))]
        case ConsultationAnswered() | AnswerPublished() | NoteTaken() | TroubleShared():
            changed = _after_words(event, at)
        case ConsultationAssigned() | ResponseTargetMissed() | ConsultationEscalated():
            changed = _after_change_of_custody(event)
        case (
            ConsultationHeld()
            | ConsultationResolved()
            | ConsultationRated()
            | ConsultationReopened()
            | ConsultationPromoted()
        ):
            changed = _after_step(event, at)
        case _:
            assert_never(event)
    return [Change(recorded.stream_id, {**changed, "changed_at": at, "version": recorded.version})]


def _asked(event: ConsultationAsked, consultation: str, at: str, version: int) -> ConsultationRow:
    return ConsultationRow(
        consultation=consultation,
        asker=event.asker,
        region=event.region,
        library=event.library,
        library_name=event.library_name,
        title=event.title,
        details=DetailsRow(event.asker, event.details),
        how=event.how,
        owner=event.owner,
        desk=event.desk,
        why=event.why,
        state=OPEN,
        asked_at=at,
        due=moment(event.due),
        held_until=None,
        missed=False,
        escalated=False,
        answers=(),
        notes=(),
        reasons=(),
        public=False,
        sharers=(),
        me_too=0,
        rating=None,
        mentorship=None,
        rounds=1,
        changed_at=at,
        version=version,
    )


def _after_words(event: _Said, at: str) -> dict[str, Any]:
    match event:
        case ConsultationAnswered(number=number, by=by, text=text, public=public):
            answers = appending("answers", AnswerRow(number, by, text, public, at))
            shown = {"public": True} if public else {}
            return {"answers": answers, "state": ANSWERED, "held_until": None, **shown}
        case AnswerPublished(number=number):
            return {"answers": _with_public_answer(number), "public": True}
        case NoteTaken(by=by, text=text):
            return {"notes": appending("notes", RemarkRow(by, text, at))}
        case TroubleShared(person=person):
            return {"sharers": adding("sharers", person), "me_too": increment("me_too")}
        case _:
            assert_never(event)


def _after_change_of_custody(event: _Custody) -> dict[str, Any]:
    match event:
        case ConsultationAssigned(owner=owner, desk=desk, why=why):
            return {"owner": owner, "desk": desk, "why": why}
        case ResponseTargetMissed():
            return {"missed": True}
        case ConsultationEscalated():
            return {"escalated": True}
        case _:
            assert_never(event)


def _after_step(event: _Course, at: str) -> dict[str, Any]:
    match event:
        case ConsultationHeld(until=until, due=due):
            return {"held_until": moment(until), "due": moment(due), "missed": False, "escalated": False}
        case ConsultationResolved():
            return {"state": RESOLVED, "held_until": None}
        case ConsultationRated(rating=rating):
            return {"rating": rating}
        case ConsultationReopened():
            reasons = appending("reasons", RemarkRow(event.asker, event.reason, at))
            fresh = {"missed": False, "escalated": False, "rating": None, "held_until": None}
            return {"state": OPEN, "due": moment(event.due), **fresh, "reasons": reasons, "rounds": increment("rounds")}
        case ConsultationPromoted(library=library, mentorship=mentorship):
            return {"state": PROMOTED, "library": library, "mentorship": mentorship}
        case _:
            assert_never(event)


def _with_public_answer(number: int) -> Expression:
    public = {"$mergeObjects": ["$$this", {"public": True}]}
    one = {"$cond": [{"$eq": ["$$this.number", number]}, public, "$$this"]}
    return Expression({"$map": {"input": "$answers", "in": one}})


_INDEXED = ("region", "owner", "asker", "state", "public", "asked_at", "due")
CONSULTATIONS = View(
    name="consultations",
    version=1,
    row=ConsultationRow,
    apply=apply,
    indexes=tuple([(field, 1)] for field in _INDEXED),
)
