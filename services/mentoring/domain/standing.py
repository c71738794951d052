"""How a consultation stands: whose it is, what is awaited, and what has been said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.kernel.base.problem import Refused
from services.mentoring.domain.consultation_acts import (
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
from services.mentoring.domain.desk import BOARD, Owner

OPEN = "open"
ANSWERED = "answered"
RESOLVED = "resolved"
PROMOTED = "promoted"
NOBODY = Owner(None, BOARD, BOARD)


@dataclass(frozen=True, slots=True)
class Standing:
    """``owner`` is never without a desk. ``due`` stands while an answer is awaited, None otherwise; ``missed`` and
    ``escalated`` say what silence has led to in this round, ``held`` until when it is. ``published`` holds the numbers of
    public answers; ``notes`` and ``rounds`` are counted, as ``answers`` are.
    """

    asker: str = ""
    region: str = ""
    library: str | None = None
    owner: Owner = NOBODY
    state: str = ""
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
        """Whether somebody still owes something."""
        return self.state in {OPEN, ANSWERED}


def evolve(standing: Standing, event: ConsultationEvent) -> Standing:
    """A consultation after an event."""
    match event:
        case ConsultationAsked():
            owner = Owner(event.owner, event.desk, event.why)
            return Standing(event.asker, event.region, event.library, owner, OPEN, due=event.due)
        case ConsultationAssigned() | ResponseTargetMissed() | ConsultationEscalated():
            return _in_custody(standing, event)
        case ConsultationAnswered() | AnswerPublished() | NoteTaken() | TroubleShared():
            return _talked_about(standing, event)
        case _:
            return _moved(standing, event)


def still_open(standing: Standing) -> None:
    """Raises ``Refused`` for what is resolved or has become a mentorship."""
    if not standing.is_open:
        raise Refused("consultation-is-closed", "It is closed; whoever asked can reopen it.")


def _in_custody(
    standing: Standing, event: ConsultationAssigned | ResponseTargetMissed | ConsultationEscalated
) -> Standing:
    match event:
        case ConsultationAssigned():
            return replace(standing, owner=Owner(event.owner, event.desk, event.why))
        case ResponseTargetMissed():
            return replace(standing, missed=True)
        case ConsultationEscalated():
            return replace(standing, escalated=True)
        case _:
            assert_never(event)


def _talked_about(
    standing: Standing, event: ConsultationAnswered | AnswerPublished | NoteTaken | TroubleShared
) -> Standing:
    match event:
        case ConsultationAnswered(number=number, public=public):
            published = standing.published | ({number} if public else frozenset())
            return replace(standing, state=ANSWERED, due=None, held=None, answers=number, published=published)
        case AnswerPublished(number=number):
            return replace(standing, published=standing.published | {number})
        case TroubleShared(person=person):
            return replace(standing, sharers=standing.sharers | {person})
        case NoteTaken():
            return replace(standing, notes=standing.notes + 1)
        case _:
            assert_never(event)


def _moved(
    standing: Standing,
    event: ConsultationHeld | ConsultationResolved | ConsultationRated | ConsultationReopened | ConsultationPromoted,
) -> Standing:
    match event:
        case ConsultationHeld(until=until, due=due):
            return replace(standing, due=due, held=until, missed=False, escalated=False)
        case ConsultationResolved():
            return replace(standing, state=RESOLVED, due=None, held=None)
        case ConsultationRated(rating=rating):
            return replace(standing, rating=rating)
        case ConsultationReopened(due=due):
            rounds = standing.rounds + 1
            return replace(
                standing, state=OPEN, due=due, held=None, missed=False, escalated=False, rating=None, rounds=rounds
            )
        case ConsultationPromoted(library=library):
            return replace(standing, state=PROMOTED, due=None, held=None, library=library)
        case _:
            assert_never(event)
