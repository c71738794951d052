"""Whoever moves takes along what they have shown of learning from before and nobody has reviewed: those of the new region do.

One instance a person. State: ``{region, waiting: [submissions]}``; ``region`` is where they moved to, None while they never did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.members.domain.person import MemberChanged
from services.members.domain.prior_learning import (
    PRIOR_LEARNING,
    MovePriorLearning,
    PriorLearningReviewed,
    PriorLearningSubmitted,
)


def instances(recorded: Recorded) -> Sequence[str]:
    """The person that an event is about."""
    match recorded.event:
        case MemberChanged():
            return [recorded.stream_id]
        case PriorLearningSubmitted() | PriorLearningReviewed():
            return [recorded.event.person]
        case _:
            return []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """Remember what waits; move it when the person moves, and at once where it was shown while they did."""
    region: str | None = state.get("region")
    waiting: list[str] = list(state.get("waiting", []))
    match recorded.event:
        case MemberChanged(region=there) if there != region:
            moved = [Issue(PRIOR_LEARNING, submission, MovePriorLearning(there)) for submission in waiting]
            return Reaction({"region": there, "waiting": waiting}, moved)
        case PriorLearningSubmitted(region=shown):
            submission = recorded.stream_id
            late = region is not None and shown != region
            issues = [Issue(PRIOR_LEARNING, submission, MovePriorLearning(str(region)))] if late else []
            return Reaction({"region": region, "waiting": [*waiting, submission]}, issues)
        case PriorLearningReviewed():
            return Reaction({"region": region, "waiting": [one for one in waiting if one != recorded.stream_id]})
        case _:
            return Reaction(state)


MOVING = ProcessManager("moving", instances, react, logs=(COMMITS,))
