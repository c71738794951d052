"""Crediting: prior learning that was accepted becomes a rating by its reviewer. One instance a submission."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction, Stateless
from services.kernel.declare.view import COMMITS
from services.members.domain.competence import COMPETENCE, SECOND, Because, Rate
from services.members.domain.prior_learning import PriorLearningReviewed


def instances(recorded: Recorded) -> Sequence[str]:
    match recorded.event:
        case PriorLearningReviewed(accepted=True):
            return [recorded.stream_id]
    return []


def react(state: Stateless, recorded: Recorded) -> Reaction[Stateless]:
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
            return Reaction(state, [Dispatch(COMPETENCE, event.person, rating)])
    return Reaction(state)


CREDITING = ProcessManager(name="crediting", state=Stateless, instances=instances, react=react, logs=(COMMITS,))
