"""Response: a question that nobody has answered when its time is up is lifted to the board.

One instance a consultation. Its deadline is the ``due`` that was reckoned in school days when it was asked, held or
reopened; whether it still applies ``decide`` alone judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.process import DeadlinePassed, Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_acts import (
    ConsultationAnswered,
    ConsultationAsked,
    ConsultationHeld,
    ConsultationPromoted,
    ConsultationReopened,
    ConsultationResolved,
    MissTarget,
)

DUE = "due"


def instances(recorded: Recorded) -> Sequence[str]:
    """The consultation, where its time begins or ends."""
    match recorded.event:
        case ConsultationAsked() | ConsultationHeld() | ConsultationReopened():
            return [recorded.stream_id]
        case ConsultationAnswered() | ConsultationResolved() | ConsultationPromoted():
            return [recorded.stream_id]
    return []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """What follows; ``state`` is empty, for all that is needed stands in the events."""
    match recorded.event:
        case ConsultationAsked(due=due) | ConsultationHeld(due=due) | ConsultationReopened(due=due):
            return Reaction(state, deadlines={DUE: due})
        case DeadlinePassed(instance=consultation, due=due):
            return Reaction(state, [Issue(CONSULTATION, consultation, MissTarget(due))])
    return Reaction(state)


RESPONSE = ProcessManager(name="response", instances=instances, react=react, logs=(COMMITS,))
