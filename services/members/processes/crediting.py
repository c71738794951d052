"""Prior learning that was accepted becomes a rating by its reviewer. One instance a submission; nothing to remember."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.members.domain.competence import COMPETENCE, SECOND, Because, Rate
from services.members.domain.prior_learning import PriorLearningReviewed


def instances(recorded: Recorded) -> Sequence[str]:
    """The submission that was accepted."""
    match recorded.event:
        case PriorLearningReviewed(accepted=True):
            return [recorded.stream_id]
        case _:
            return []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """Rate as the reviewer said."""
    match recorded.event:
        case PriorLearningReviewed() as event:
            rating = Rate(
                person=event.person,
                unit=event.unit,
                area=event.area,
                aspect=event.aspect,
                level=event.level,
                rater=SECOND,
                by=event.by,
                framework=event.framework,
                region=event.region,
                because=Because("prior", recorded.stream_id),
            )
            return Reaction(state, [Issue(COMPETENCE, event.person, rating)])
        case _:
            return Reaction(state)


CREDITING = ProcessManager("crediting", instances, react, logs=(COMMITS,))
