"""By hand: what somebody was given in person goes back to its region's desk when they leave their last office.

One instance a person. State: ``{lies: [consultations], offices: [held], left: bool}``; what was resolved or given on since
stays in ``lies``, and ``decide`` leaves it alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.message import Fact, Recorded
from services.kernel.process import Issue, ProcessManager, Reaction
from services.kernel.view import COMMITS, INBOX
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_acts import ConsultationAssigned, ConsultationReopened, HandOver
from services.mentoring.domain.desk import HAND, HANDOVER, REGION, Owner
from services.mentoring.processes.seating import SEATING_FACTS

TO_THE_DESK = Owner(None, REGION, HANDOVER)
LEAVING = frozenset({"members.office-vacated", "members.stand-in-ended"})


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """The person who was given something, or who takes or leaves an office."""
    if isinstance(fact, Fact):
        return [str(fact.data["person"])] if fact.name in SEATING_FACTS else []
    match fact.event:
        case ConsultationAssigned(owner=str(owner), desk="hand") | ConsultationReopened(owner=str(owner), desk="hand"):
            return [owner]
    return []


def react(state: Mapping[str, Any], fact: Recorded | Fact) -> Reaction:
    """What follows."""
    state = {"lies": [], "offices": [], "left": False, **state}
    if isinstance(fact, Fact):
        return _seated(state, fact)
    event = fact.event
    if not isinstance(event, ConsultationAssigned | ConsultationReopened) or event.owner is None:
        return Reaction(state)
    if state["left"]:
        return Reaction(state, [_back(event.owner, fact.stream_id)])
    return Reaction({**state, "lies": [*(one for one in state["lies"] if one != fact.stream_id), fact.stream_id]})


def _seated(state: Mapping[str, Any], fact: Fact) -> Reaction:
    others = [one for one in state["offices"] if one != fact.subject]
    if fact.name not in LEAVING:
        return Reaction({**state, "offices": [*others, fact.subject], "left": False})
    if others:
        return Reaction({**state, "offices": others})
    back = [_back(str(fact.data["person"]), name) for name in state["lies"]]
    return Reaction({"lies": [], "offices": [], "left": True}, back)


def _back(person: str, name: str) -> Issue:
    return Issue(CONSULTATION, name, HandOver(HAND, TO_THE_DESK, person))


BY_HAND = ProcessManager(name="by-hand", instances=instances, react=react, logs=(COMMITS, INBOX))
