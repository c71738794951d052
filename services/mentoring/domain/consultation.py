"""Consultation: one librarian's question, with an owner from the asking to the solution.

A consultation is answered, resolved, and reopened where the answer did not help. It moves with the office of its desk. Without
an answer in time it is lifted to the board. Where an answer is not enough it becomes a mentorship.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kernel.base.message import Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider
from services.mentoring.domain.consultation_messages import (
    AnswerPublished,
    Ask,
    AssignByHand,
    ConsultationAnswered,
    ConsultationAsked,
    ConsultationAssigned,
    ConsultationCommand,
    ConsultationEscalated,
    ConsultationEvent,
    ConsultationHeld,
    ConsultationPromoted,
    ConsultationRated,
    ConsultationReopened,
    ConsultationResolved,
    Escalate,
    GiveAnswer,
    HandOver,
    Hold,
    MissTarget,
    NoteTaken,
    Promote,
    PublishAnswer,
    Reopen,
    Resolve,
    ResponseTargetMissed,
    ShareTrouble,
    TakeNote,
    TroubleShared,
)
from services.mentoring.domain.desk import BOARD, ESCALATION, HAND, Owner
from services.mentoring.domain.school_days import due

OPEN = "open"
ANSWERED = "answered"
RESOLVED = "resolved"
PROMOTED = "promoted"
LOWEST, HIGHEST = 1, 5
MAX_ROUNDS, MAX_ANSWERS, MAX_NOTES = 10, 50, 50
"""A question that needs more is another question, or a library to accompany. One document holds the whole consultation."""

_Words: TypeAlias = GiveAnswer | PublishAnswer | TakeNote | ShareTrouble
_Custody: TypeAlias = HandOver | AssignByHand | MissTarget | Escalate
_WordsSaid: TypeAlias = ConsultationAnswered | AnswerPublished | NoteTaken | TroubleShared
_CustodyChanged: TypeAlias = ConsultationAssigned | ResponseTargetMissed | ConsultationEscalated


@dataclass(frozen=True, slots=True)
class Consultation:
    """``due`` is set while an answer is awaited, ``held`` while the question is held until that time. ``missed`` and
    ``escalated`` say what followed in this round when nobody answered in time. ``published`` holds the numbers of the public
    answers. ``answers``, ``notes`` and ``rounds`` are counts.
    """

    asker: str
    region: str
    library: str | None
    owner: Owner
    state: str
    due: datetime | None = None
    held: datetime | None = None
    missed: bool = False
    escalated: bool = False
    answers: int = 0
    notes: int = 0
    rounds: int = 1
    published: frozenset[int] = frozenset()
    sharers: frozenset[str] = frozenset()
    rating: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the question may still be answered, resolved or passed on."""
        return self.state in {OPEN, ANSWERED}

    def require_open(self) -> None:
        """Raises ``Refused`` for a consultation that is resolved or has become a mentorship."""
        if not self.is_open:
            raise Refused("consultation-is-closed", "The consultation is closed; the asker can reopen it.")


def decide(command: ConsultationCommand, consultation: Consultation | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for a consultation that was never asked."""
    if isinstance(command, Ask):
        return [] if consultation else [_ask(command)]
    if consultation is None:
        raise NotFound
    match command:
        case HandOver() | AssignByHand() | MissTarget() | Escalate():
            return _change_custody(command, consultation)
        case GiveAnswer() | PublishAnswer() | TakeNote() | ShareTrouble():
            return _say(command, consultation)
        case Hold():
            return _hold(command, consultation)
        case Resolve():
            return _resolve(command, consultation)
        case Reopen():
            return _reopen(command, consultation)
        case Promote():
            return _promote(command, consultation)
        case _:
            assert_never(command)


def evolve(consultation: Consultation | None, event: ConsultationEvent) -> Consultation:
    """The consultation after an event."""
    if isinstance(event, ConsultationAsked):
        owner = Owner(event.owner, event.desk, event.why)
        return Consultation(event.asker, event.region, event.library, owner, OPEN, due=event.due)
    assert consultation is not None  # a consultation's first event is ConsultationAsked
    match event:
        case ConsultationAssigned() | ResponseTargetMissed() | ConsultationEscalated():
            return _after_change_of_custody(consultation, event)
        case ConsultationAnswered() | AnswerPublished() | NoteTaken() | TroubleShared():
            return _after_words(consultation, event)
        case ConsultationHeld(until=until, due=answer_by):
            return replace(consultation, due=answer_by, held=until, missed=False, escalated=False)
        case ConsultationResolved():
            return replace(consultation, state=RESOLVED, due=None, held=None)
        case ConsultationRated(rating=rating):
            return replace(consultation, rating=rating)
        case ConsultationReopened(due=answer_by):
            again = replace(consultation, state=OPEN, due=answer_by, held=None, rounds=consultation.rounds + 1)
            return replace(again, missed=False, escalated=False, rating=None)
        case ConsultationPromoted(library=library):
            return replace(consultation, state=PROMOTED, due=None, held=None, library=library)
        case _:
            assert_never(event)


CONSULTATION: Decider[Consultation | None] = Decider("consultation", None, decide, evolve)


def _ask(command: Ask) -> ConsultationAsked:
    owner = command.owner
    return ConsultationAsked(
        asker=command.asker,
        region=command.region,
        title=command.title,
        library=command.library,
        library_name=command.library_name,
        details=command.details,
        how=command.how,
        owner=owner.person,
        desk=owner.desk,
        why=owner.why,
        due=due(command.at, command.rules),
        rules=command.rules.version,
    )


def _say(command: _Words, consultation: Consultation) -> Sequence[Event]:
    match command:
        case GiveAnswer(by=by, text=text, public=public):
            consultation.require_open()
            _require_room(answers=(consultation.answers, MAX_ANSWERS))
            number = consultation.answers + 1
            return [ConsultationAnswered(consultation.asker, consultation.region, number, by, text, public)]
        case PublishAnswer(number=number):
            if not 1 <= number <= consultation.answers:
                raise NotFound
            return [] if number in consultation.published else [AnswerPublished(number, consultation.region)]
        case TakeNote(by=by, text=text):
            _require_room(notes=(consultation.notes, MAX_NOTES))
            return [NoteTaken(by, text)]
        case ShareTrouble(person=person, ids=ids):
            known = not (ids | {person}).isdisjoint({consultation.asker, *consultation.sharers})
            return [] if known else [TroubleShared(person, consultation.region)]
        case _:
            assert_never(command)


def _require_room(**counted: tuple[int, int]) -> None:
    """Raises ``Refused`` for the first count at its bound: ``answers=(have, most)``."""
    for what, (have, most) in counted.items():
        if have >= most:
            detail = f"It has {most} {what} already; ask anew, or accompany the library."
            raise Refused("consultation-is-full", detail, what=what, most=most)


def _change_custody(command: _Custody, consultation: Consultation) -> Sequence[Event]:
    match command:
        case HandOver():
            return _hand_over(command, consultation)
        case AssignByHand():
            return _assign(command, consultation)
        case MissTarget(due=answer_by):
            awaited = consultation.state == OPEN and consultation.due == answer_by and not consultation.missed
            missed = ResponseTargetMissed(consultation.region, consultation.owner.person, answer_by)
            return [missed] if awaited else []
        case Escalate(to=to):
            if consultation.state != OPEN or not consultation.missed or consultation.escalated:
                return []
            lifted = ConsultationEscalated(consultation.region, consultation.owner.person, to)
            return [lifted, _assigned_to(Owner(to, BOARD, ESCALATION), consultation)]
        case _:
            assert_never(command)


def _hand_over(command: HandOver, consultation: Consultation) -> Sequence[Event]:
    # A consultation that was resolved or moved to another desk meanwhile stays with its owner.
    owner = consultation.owner
    elsewhere = owner.desk != command.of or command.hands not in {None, owner.person}
    if elsewhere or not consultation.is_open:
        return []
    same = (command.owner.person, command.owner.desk) == (owner.person, owner.desk)
    return [] if same else [_assigned_to(command.owner, consultation)]


def _assign(command: AssignByHand, consultation: Consultation) -> Sequence[Event]:
    consultation.require_open()
    if not command.answers_there:
        raise Refused("owner-answers-there", "The owner must hold an office that answers consultations in the region.")
    if command.person == consultation.owner.person:
        return []
    return [_assigned_to(Owner(command.person, HAND, HAND), consultation)]


def _assigned_to(owner: Owner, consultation: Consultation) -> ConsultationAssigned:
    return ConsultationAssigned(consultation.asker, consultation.region, owner.person, owner.desk, owner.why)


def _hold(command: Hold, consultation: Consultation) -> Sequence[Event]:
    if consultation.state != OPEN:
        raise Refused("nothing-is-awaited", "The consultation is answered already; no answer is due.")
    if command.until <= command.at:
        raise Refused("hold-ends-later", "A consultation can be put on hold only until a time in the future.")
    answer_by = due(command.until, command.rules)
    if (command.until, answer_by) == (consultation.held, consultation.due):
        return []
    return [ConsultationHeld(consultation.region, command.until, answer_by, command.rules.version)]


def _resolve(command: Resolve, consultation: Consultation) -> Sequence[Event]:
    if consultation.state == PROMOTED:
        consultation.require_open()
    if command.rating is not None and not command.by_asker:
        raise Refused("rating-is-the-askers", "Only the asker can rate the answer.")
    if consultation.state == OPEN and not command.by_asker:
        raise Refused(
            "answer-first", "Answer the consultation first; only the asker can mark it as solved without an answer."
        )
    happened: list[Event] = []
    if consultation.state != RESOLVED:
        happened.append(ConsultationResolved(consultation.asker, consultation.region, command.by))
    if command.rating is not None and command.rating != consultation.rating:
        happened.append(ConsultationRated(consultation.region, command.rating))
    return happened


def _reopen(command: Reopen, consultation: Consultation) -> Sequence[Event]:
    if not command.by_asker:
        raise Refused("asker-reopens", "Only the asker can reopen the consultation.")
    if consultation.state == PROMOTED:
        consultation.require_open()
    if consultation.state != RESOLVED:
        return []
    # A question that has no room for another answer would wait for ever.
    _require_room(rounds=(consultation.rounds, MAX_ROUNDS), answers=(consultation.answers, MAX_ANSWERS))
    owner = consultation.owner
    return [
        ConsultationReopened(
            asker=consultation.asker,
            region=consultation.region,
            owner=owner.person,
            desk=owner.desk,
            why=owner.why,
            reason=command.reason,
            due=due(command.at, command.rules),
            rules=command.rules.version,
        )
    ]


def _promote(command: Promote, consultation: Consultation) -> Sequence[Event]:
    if consultation.state == PROMOTED:
        return []
    consultation.require_open()
    library = command.library or consultation.library
    if library is None:
        raise Refused("mentorship-needs-a-library", "Name the library; a mentorship accompanies a library.")
    return [ConsultationPromoted(consultation.asker, consultation.region, library, command.mentorship, command.by)]


def _after_change_of_custody(consultation: Consultation, event: _CustodyChanged) -> Consultation:
    match event:
        case ConsultationAssigned():
            return replace(consultation, owner=Owner(event.owner, event.desk, event.why))
        case ResponseTargetMissed():
            return replace(consultation, missed=True)
        case ConsultationEscalated():
            return replace(consultation, escalated=True)
        case _:
            assert_never(event)


def _after_words(consultation: Consultation, event: _WordsSaid) -> Consultation:
    match event:
        case ConsultationAnswered(number=number, public=public):
            published = consultation.published | ({number} if public else frozenset())
            return replace(consultation, state=ANSWERED, due=None, held=None, answers=number, published=published)
        case AnswerPublished(number=number):
            return replace(consultation, published=consultation.published | {number})
        case TroubleShared(person=person):
            return replace(consultation, sharers=consultation.sharers | {person})
        case NoteTaken():
            return replace(consultation, notes=consultation.notes + 1)
        case _:
            assert_never(event)
