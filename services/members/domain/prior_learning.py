"""Prior learning: a person claims a level with evidence, and a reviewer accepts or declines the claim.

Competence may come "from education, formal or non-formal" (the paper, after SKKNI 83/2012). One stream a submission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

WAITING, ACCEPTED, DECLINED = "waiting", "accepted", "declined"


@dataclass(frozen=True, slots=True)
class SubmitPriorLearning(Command):
    """Claim ``level`` in an aspect of a unit. ``evidence`` and ``link`` are sealed under the person's key."""

    person: str
    unit: str
    area: str
    aspect: str
    level: int
    framework: str
    region: str
    evidence: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class ReviewPriorLearning(Command):
    """Accept the submission, at ``level``, or decline it. ``region`` is where the person lives now; ``note`` is sealed
    under the person's key.
    """

    by: str
    region: str
    accepted: bool
    level: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class MovePriorLearning(Command):
    """The person lives in ``region`` now."""

    region: str


PriorLearningCommand = SubmitPriorLearning | ReviewPriorLearning | MovePriorLearning


@dataclass(frozen=True, slots=True)
class PriorLearningSubmitted(Event):
    """The claimed level, and the evidence."""

    person: str
    unit: str
    area: str
    aspect: str
    level: int
    framework: str
    region: str
    evidence: str
    link: str | None


@dataclass(frozen=True, slots=True)
class PriorLearningReviewed(Event):
    """``level`` is the reviewer's level: the claimed level unless the reviewer gave another."""

    person: str
    unit: str
    area: str
    aspect: str
    level: int
    framework: str
    region: str
    by: str
    accepted: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class PriorLearningMoved(Event):
    """Reviewers of ``region`` are responsible from here on."""

    region: str


PriorLearningEvent = PriorLearningSubmitted | PriorLearningReviewed | PriorLearningMoved


@dataclass(frozen=True, slots=True)
class PriorLearning:
    """``region`` is where the submission waits, or was reviewed."""

    submitted: PriorLearningSubmitted
    region: str
    state: str = WAITING


def decide(command: PriorLearningCommand, prior: PriorLearning | None) -> Sequence[Event]:
    """A person other than the submitter reviews a submission once; until then the submission follows the person's
    region.
    """
    match command:
        case SubmitPriorLearning():
            return _submit(command) if prior is None else []
        case ReviewPriorLearning():
            return _review(command, prior)
        case MovePriorLearning():
            moves = prior is not None and prior.state == WAITING and prior.region != command.region
            return [PriorLearningMoved(command.region)] if moves else []
        case _:
            assert_never(command)


def _submit(command: SubmitPriorLearning) -> Sequence[Event]:
    return [
        PriorLearningSubmitted(
            command.person,
            command.unit,
            command.area,
            command.aspect,
            command.level,
            command.framework,
            command.region,
            command.evidence,
            command.link,
        )
    ]


def _review(command: ReviewPriorLearning, prior: PriorLearning | None) -> Sequence[Event]:
    if prior is None:
        raise NotFound("There is no such submission.")
    shown = prior.submitted
    if command.by == shown.person:
        raise Refused("second-rater-is-another", "A person cannot review their own prior learning.")
    if prior.state != WAITING:
        raise Refused("prior-learning-is-reviewed", "This submission was reviewed already; submit a new one.")
    return [
        PriorLearningReviewed(
            shown.person,
            shown.unit,
            shown.area,
            shown.aspect,
            shown.level if command.level is None else command.level,
            shown.framework,
            command.region,
            command.by,
            command.accepted,
            command.note,
        )
    ]


def evolve(prior: PriorLearning | None, event: PriorLearningEvent) -> PriorLearning | None:
    match event:
        case PriorLearningSubmitted():
            return PriorLearning(event, event.region)
        case PriorLearningMoved():
            return prior and replace(prior, region=event.region)
        case PriorLearningReviewed():
            return prior and replace(prior, state=ACCEPTED if event.accepted else DECLINED)
        case _:
            assert_never(event)


PRIOR_LEARNING: Decider[PriorLearning | None] = Decider("prior", None, decide, evolve)
