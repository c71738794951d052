"""The commands and events of a consultation.

Texts by people (details, answers, notes, reasons) are sealed under their writer's id. ``owner`` None means that the desk has
the consultation and no person yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.message import Command, Event
from services.mentoring.domain.desk import Owner
from services.mentoring.domain.rules import RulesInForce


@dataclass(frozen=True, slots=True)
class Ask(Command):
    """``asker`` is a participant's id, member or guest. ``title`` is a public line without names. ``how`` is web, chat, phone or
    workshop.
    """

    asker: str
    region: str
    title: str
    library: str | None
    library_name: str | None
    details: str | None
    how: str
    owner: Owner
    at: datetime
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class HandOver(Command):
    """Give the consultation to ``owner``. The command applies only while the consultation lies at the desk ``of`` and, where
    ``hands`` is given, with that person.
    """

    of: str
    owner: Owner
    hands: str | None = None


@dataclass(frozen=True, slots=True)
class AssignByHand(Command):
    """``answers_there``: whether the person may answer in the region."""

    person: str
    answers_there: bool


@dataclass(frozen=True, slots=True)
class GiveAnswer(Command):
    """``public``: people with the same trouble may read the answer."""

    by: str
    text: str
    public: bool


@dataclass(frozen=True, slots=True)
class PublishAnswer(Command):
    """``number`` counts the answers from 1."""

    number: int


@dataclass(frozen=True, slots=True)
class TakeNote(Command):
    """The asker never reads a note."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Hold(Command):
    """The consultation can only go on at ``until``; the time to answer begins then."""

    until: datetime
    at: datetime
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class Resolve(Command):
    """Only the asker gives a ``rating``, from 1 to 5."""

    by: str
    by_asker: bool
    rating: int | None


@dataclass(frozen=True, slots=True)
class Reopen(Command):
    """The question is not solved after all."""

    by_asker: bool
    reason: str | None
    at: datetime
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class ShareTrouble(Command):
    """Another person has the same trouble. ``ids`` are all ids of that person, as member and as guest."""

    person: str
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Promote(Command):
    """An answer is not enough: the library is accompanied, under the id ``mentorship``."""

    mentorship: str
    library: str | None
    by: str


@dataclass(frozen=True, slots=True)
class MissTarget(Command):
    """The moment ``due`` has come; ``decide`` judges whether an answer is still awaited."""

    due: datetime


@dataclass(frozen=True, slots=True)
class Escalate(Command):
    """``to`` answers for the board."""

    to: str | None


ConsultationCommand = (
    Ask | HandOver | AssignByHand | GiveAnswer | PublishAnswer | TakeNote | Hold | Resolve | Reopen | ShareTrouble | Promote
    | MissTarget | Escalate
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConsultationAsked(Event):
    """Asked, and given to an owner at once. ``rules`` is the version under which ``due`` was reckoned."""

    asker: str
    region: str
    title: str
    library: str | None
    library_name: str | None
    details: str | None
    how: str
    owner: str | None
    desk: str
    why: str
    due: datetime
    rules: int


@dataclass(frozen=True, slots=True)
class ConsultationAssigned(Event):
    asker: str
    region: str
    owner: str | None
    desk: str
    why: str


@dataclass(frozen=True, slots=True)
class ConsultationAnswered(Event):
    asker: str
    region: str
    number: int
    by: str
    text: str
    public: bool


@dataclass(frozen=True, slots=True)
class AnswerPublished(Event):
    number: int
    region: str


@dataclass(frozen=True, slots=True)
class NoteTaken(Event):
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class ConsultationHeld(Event):
    region: str
    until: datetime
    due: datetime
    rules: int


@dataclass(frozen=True, slots=True)
class ConsultationResolved(Event):
    asker: str
    region: str
    by: str


@dataclass(frozen=True, slots=True)
class ConsultationRated(Event):
    region: str
    rating: int


@dataclass(frozen=True, slots=True)
class ConsultationReopened(Event):
    """The consultation lies at the desk and with the owner from before; the desk's manager gives it to the present owner."""

    asker: str
    region: str
    owner: str | None
    desk: str
    why: str
    reason: str | None
    due: datetime
    rules: int


@dataclass(frozen=True, slots=True)
class TroubleShared(Event):
    person: str
    region: str


@dataclass(frozen=True, slots=True)
class ConsultationPromoted(Event):
    asker: str
    region: str
    library: str
    mentorship: str
    by: str


@dataclass(frozen=True, slots=True)
class ResponseTargetMissed(Event):
    """Nobody answered until ``due``."""

    region: str
    owner: str | None
    due: datetime


@dataclass(frozen=True, slots=True)
class ConsultationEscalated(Event):
    region: str
    owner: str | None
    to: str | None


ConsultationEvent = (
    ConsultationAsked | ConsultationAssigned | ConsultationAnswered | AnswerPublished | NoteTaken | ConsultationHeld
    | ConsultationResolved | ConsultationRated | ConsultationReopened | TroubleShared | ConsultationPromoted
    | ResponseTargetMissed | ConsultationEscalated
)  # fmt: skip
