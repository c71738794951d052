"""Custody of a consultation: how it passes from one owner to the next, and what silence leads to."""

from __future__ import annotations

from collections.abc import Sequence

from services.kernel.base.message import Event
from services.kernel.base.problem import Refused
from services.mentoring.domain.consultation_acts import (
    AssignByHand,
    ConsultationAssigned,
    ConsultationEscalated,
    Escalate,
    HandOver,
    MissTarget,
    ResponseTargetMissed,
)
from services.mentoring.domain.desk import BOARD, ESCALATION, HAND, Owner
from services.mentoring.domain.standing import OPEN, Standing, still_open


def decide(command: HandOver | AssignByHand | MissTarget | Escalate, standing: Standing) -> Sequence[Event]:
    """What follows. Raises ``Refused``."""
    match command:
        case HandOver():
            return _handed_over(command, standing)
        case AssignByHand():
            return _assigned(command, standing)
        case MissTarget(due=due):
            awaited = standing.state == OPEN and standing.due == due and not standing.missed
            return [ResponseTargetMissed(standing.region, standing.owner.person, due)] if awaited else []
        case Escalate(to=to):
            if standing.state != OPEN or not standing.missed or standing.escalated:
                return []
            lifted = ConsultationEscalated(standing.region, standing.owner.person, to)
            return [lifted, _to(Owner(to, BOARD, ESCALATION), standing)]


def _handed_over(command: HandOver, standing: Standing) -> Sequence[Event]:
    # What was resolved, or taken elsewhere since, is left where it is.
    elsewhere = standing.owner.desk != command.of or command.hands not in {None, standing.owner.person}
    if elsewhere or not standing.is_open:
        return []
    same = (command.owner.person, command.owner.desk) == (standing.owner.person, standing.owner.desk)
    return [] if same else [_to(command.owner, standing)]


def _assigned(command: AssignByHand, standing: Standing) -> Sequence[Event]:
    still_open(standing)
    if not command.answers_there:
        raise Refused("owner-answers-there", "Whoever is to own it must hold an office that answers in its region.")
    if command.person == standing.owner.person:
        return []
    return [_to(Owner(command.person, HAND, HAND), standing)]


def _to(owner: Owner, standing: Standing) -> ConsultationAssigned:
    return ConsultationAssigned(standing.asker, standing.region, owner.person, owner.desk, owner.why)
