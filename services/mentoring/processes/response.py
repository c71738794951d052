"""Response: escalates a question to the board when its time to be answered is over.

One instance a consultation. The deadline is the ``due`` that was reckoned in school days when the question was asked, held or
reopened. ``decide`` alone judges whether an answer is still awaited.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.base.message import Recorded
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction, Stateless
from services.kernel.declare.view import COMMITS
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_messages import (
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
    """The consultation whose time begins or ends."""
    match recorded.event:
        case ConsultationAsked() | ConsultationHeld() | ConsultationReopened():
            return [recorded.stream_id]
        case ConsultationAnswered() | ConsultationResolved() | ConsultationPromoted():
            return [recorded.stream_id]
    return []


def react(state: Stateless, recorded: Recorded) -> Reaction[Stateless]:
    """Set the deadline, and miss the target when it passes. An answer or a solution withdraws the deadline."""
    match recorded.event:
        case ConsultationAsked(due=due) | ConsultationHeld(due=due) | ConsultationReopened(due=due):
            return Reaction(state, deadlines={DUE: due})
        case DeadlinePassed(instance=consultation, due=due):
            return Reaction(state, [Dispatch(CONSULTATION, consultation, MissTarget(due))])
    return Reaction(state)


RESPONSE = ProcessManager(name="response", state=Stateless, instances=instances, react=react, logs=(COMMITS,))
