"""Consultation: one librarian's question, with somebody who owes the answer from the first moment to the last.

It is answered, resolved, and reopened when it was not solved after all; it goes along with the office that it lies with;
silence beyond the target lifts it to the board; where more than an answer is needed it becomes a mentorship.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from services.kernel.base.message import Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider
from services.mentoring.domain import custody
from services.mentoring.domain.consultation_acts import (
    AnswerPublished,
    Ask,
    AssignByHand,
    ConsultationAnswered,
    ConsultationAsked,
    ConsultationCommand,
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
    ShareTrouble,
    TakeNote,
    TroubleShared,
)
from services.mentoring.domain.school_days import due
from services.mentoring.domain.standing import OPEN, PROMOTED, RESOLVED, Standing, evolve, still_open

LOWEST, HIGHEST = 1, 5
ROUNDS_AT_MOST, ANSWERS_AT_MOST, NOTES_AT_MOST = 10, 50, 50
"""A question that needs more than this is another question, or a library to accompany; and all of it is one document."""


def decide(command: ConsultationCommand, standing: Standing) -> Sequence[Event]:
    """What follows. Raises ``Refused`` and, for what nobody asked, ``NotFound``."""
    if isinstance(command, Ask):
        return [] if standing.asker else [_asked(command)]
    if not standing.asker:
        raise NotFound
    match command:
        case HandOver() | AssignByHand() | MissTarget() | Escalate():
            return custody.decide(command, standing)
        case GiveAnswer() | PublishAnswer() | TakeNote() | ShareTrouble():
            return _said(command, standing)
        case Hold():
            return _held(command, standing)
        case Resolve():
            return _resolved(command, standing)
        case Reopen():
            return _reopened(command, standing)
        case Promote():
            return _promoted(command, standing)
        case _:
            assert_never(command)


CONSULTATION: Decider[Standing] = Decider("consultation", Standing(), decide, evolve)


def _asked(command: Ask) -> ConsultationAsked:
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


def _said(command: GiveAnswer | PublishAnswer | TakeNote | ShareTrouble, standing: Standing) -> Sequence[Event]:
    match command:
        case GiveAnswer(by=by, text=text, public=public):
            still_open(standing)
            _not_full(answers=(standing.answers, ANSWERS_AT_MOST))
            number = standing.answers + 1
            return [ConsultationAnswered(standing.asker, standing.region, number, by, text, public)]
        case PublishAnswer(number=number):
            if not 1 <= number <= standing.answers:
                raise NotFound
            return [] if number in standing.published else [AnswerPublished(number, standing.region)]
        case TakeNote(by=by, text=text):
            _not_full(notes=(standing.notes, NOTES_AT_MOST))
            return [NoteTaken(by, text)]
        case ShareTrouble(person=person, ids=ids):
            known = not (ids | {person}).isdisjoint({standing.asker, *standing.sharers})
            return [] if known else [TroubleShared(person, standing.region)]
        case _:
            assert_never(command)


def _not_full(**counted: tuple[int, int]) -> None:
    """Raises ``Refused`` for the first of these, each so many of at most so many, of which there are enough."""
    for what, (have, most) in counted.items():
        if have >= most:
            detail = f"It has {most} {what} already; ask anew, or accompany the library."
            raise Refused("consultation-is-full", detail, what=what, most=most)


def _held(command: Hold, standing: Standing) -> Sequence[Event]:
    if standing.state != OPEN:
        raise Refused("nothing-is-awaited", "It is answered already; there is nothing to hold.")
    if command.until <= command.at:
        raise Refused("hold-ends-later", "A question is held until a moment that is still to come.")
    answer_by = due(command.until, command.rules)
    if (command.until, answer_by) == (standing.held, standing.due):
        return []
    return [ConsultationHeld(standing.region, command.until, answer_by, command.rules.version)]


def _resolved(command: Resolve, standing: Standing) -> Sequence[Event]:
    if standing.state == PROMOTED:
        still_open(standing)
    if command.rating is not None and not command.by_asker:
        raise Refused("rating-is-the-askers", "Only whoever asked can say how well it was answered.")
    if standing.state == OPEN and not command.by_asker:
        raise Refused("answer-first", "Answer it first; only whoever asked can say that it is solved without.")
    happened: list[Event] = []
    if standing.state != RESOLVED:
        happened.append(ConsultationResolved(standing.asker, standing.region, command.by))
    if command.rating is not None and command.rating != standing.rating:
        happened.append(ConsultationRated(standing.region, command.rating))
    return happened


def _reopened(command: Reopen, standing: Standing) -> Sequence[Event]:
    if not command.by_asker:
        raise Refused("asker-reopens", "Only whoever asked can say that it is not solved.")
    if standing.state == PROMOTED:
        still_open(standing)
    if standing.state != RESOLVED:
        return []
    # What can be answered no more is not opened again for an answer.
    _not_full(rounds=(standing.rounds, ROUNDS_AT_MOST), answers=(standing.answers, ANSWERS_AT_MOST))
    owner = standing.owner
    return [
        ConsultationReopened(
            asker=standing.asker,
            region=standing.region,
            owner=owner.person,
            desk=owner.desk,
            why=owner.why,
            reason=command.reason,
            due=due(command.at, command.rules),
            rules=command.rules.version,
        )
    ]


def _promoted(command: Promote, standing: Standing) -> Sequence[Event]:
    if standing.state == PROMOTED:
        return []
    still_open(standing)
    library = command.library or standing.library
    if library is None:
        raise Refused("mentorship-needs-a-library", "A library is accompanied, not a question: name the library.")
    return [ConsultationPromoted(standing.asker, standing.region, library, command.mentorship, command.by)]
