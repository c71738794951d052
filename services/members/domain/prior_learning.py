"""Learning from before: somebody shows what they can already, and another who may rate looks at it.

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
    """Accept it, at ``level``, or decline it. ``region`` is where the person lives now; ``note`` is sealed under their key."""

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
    """What was claimed, and what was shown for it."""

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
    """``level`` is what the reviewer saw, as high as what was claimed where they did not say otherwise."""

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
    """From here on those of ``region`` review it."""

    region: str


PriorLearningEvent = PriorLearningSubmitted | PriorLearningReviewed | PriorLearningMoved


@dataclass(frozen=True, slots=True)
class PriorLearning:
    """``region`` is where the submission waits, or was reviewed."""

    submitted: PriorLearningSubmitted
    region: str
    state: str = WAITING


def decide(command: PriorLearningCommand, prior: PriorLearning | None) -> Sequence[Event]:
    """Another reviews it, once; until then it is where the person is."""
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
        raise NotFound("there is no such submission")
    shown = prior.submitted
    if command.by == shown.person:
        raise Refused("second-rater-is-another", "what one has learnt before is reviewed by another")
    if prior.state != WAITING:
        raise Refused("prior-learning-is-reviewed", "this was reviewed already; a new submission can follow it")
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
    """The submission after an event."""
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
