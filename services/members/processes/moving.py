"""Moving: when a person moves, the submissions that wait for a review move to the new region, whose people review them.

One instance a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.members.domain.person import MemberChanged
from services.members.domain.prior_learning import (
    PRIOR_LEARNING,
    MovePriorLearning,
    PriorLearningReviewed,
    PriorLearningSubmitted,
)


@dataclass(frozen=True)
class Mover:
    """``region`` is where the person moved to, None for a person who never moved. ``waiting`` holds submissions."""

    region: str | None = None
    waiting: tuple[str, ...] = ()


def instances(recorded: Recorded) -> Sequence[str]:
    """The person that an event is about."""
    match recorded.event:
        case MemberChanged():
            return [recorded.stream_id]
        case PriorLearningSubmitted() | PriorLearningReviewed():
            return [recorded.event.person]
    return []


def react(state: Mover, recorded: Recorded) -> Reaction[Mover]:
    """Remember waiting submissions, and move them with the person. A submission made during the move is moved at once."""
    match recorded.event:
        case MemberChanged(region=there) if there != state.region:
            moved = [Dispatch(PRIOR_LEARNING, submission, MovePriorLearning(there)) for submission in state.waiting]
            return Reaction(replace(state, region=there), moved)
        case PriorLearningSubmitted(region=shown):
            submission, here = recorded.stream_id, state.region
            late = [] if here in {None, shown} else [Dispatch(PRIOR_LEARNING, submission, MovePriorLearning(str(here)))]
            return Reaction(replace(state, waiting=(*state.waiting, submission)), late)
        case PriorLearningReviewed():
            return Reaction(replace(state, waiting=tuple(each for each in state.waiting if each != recorded.stream_id)))
    return Reaction(state)


MOVING = ProcessManager(name="moving", state=Mover, instances=instances, react=react, logs=(COMMITS,))
