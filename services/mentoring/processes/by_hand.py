"""By hand: what somebody was given in person goes back to its region's desk when they leave their last office that answers there.

One instance a person. State: ``{lies: {consultation: region}, offices: [held], left: [offices]}``; what was resolved or given
on since stays in ``lies``, and ``decide`` leaves it alone. An office is named as facts name it, ``mentor.kota-kediri``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_acts import ConsultationAssigned, ConsultationReopened, HandOver
from services.mentoring.domain.desk import ALL, HAND, HANDOVER, REGION, Owner, answers
from services.mentoring.processes.seating import SEATING_FACTS

TO_THE_DESK = Owner(None, REGION, HANDOVER)
LEAVING = frozenset({"members.office-vacated", "members.stand-in-ended"})
ANY_OFFICE = f"coordinator.{ALL}"
"""What stands for the offices that an earlier release did not tell apart."""


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
    state = _read(state)
    if isinstance(fact, Fact):
        return _seated(state, fact)
    event = fact.event
    if not isinstance(event, ConsultationAssigned | ConsultationReopened) or event.owner is None:
        return Reaction(state)
    # An office of which nothing was heard here yet will be heard of; one that was left has been.
    if _answered(state["left"], event.region) and not _answered(state["offices"], event.region):
        return Reaction(state, [_back(event.owner, fact.stream_id)])
    return Reaction({**state, "lies": {**state["lies"], fact.stream_id: event.region}})


def _seated(state: Mapping[str, Any], fact: Fact) -> Reaction:
    others = [one for one in state["offices"] if one != fact.subject]
    left = [one for one in state["left"] if one != fact.subject]
    if fact.name not in LEAVING:
        return Reaction({**state, "offices": [*others, fact.subject], "left": left})
    lost = [
        name
        for name, region in state["lies"].items()
        if not _answered(others, region) and _answered([fact.subject], region)
    ]
    lies = {name: region for name, region in state["lies"].items() if name not in lost}
    back = [_back(str(fact.data["person"]), name) for name in lost]
    return Reaction({"lies": lies, "offices": others, "left": [*left, fact.subject]}, back)


def _answered(offices: Iterable[str], region: str | None) -> bool:
    """Whether one of the offices answers what is asked in a region; for None, which any office does."""
    named = (office.partition(".") for office in offices)
    return any(region is None or answers(office, held_for, region) for office, _, held_for in named)


def _back(person: str, name: str) -> Issue:
    return Issue(CONSULTATION, name, HandOver(HAND, TO_THE_DESK, person))


def _read(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state, also as an earlier release kept it: a list in ``lies``, and in ``left`` whether the last office was."""
    lies, left = state.get("lies", {}), state.get("left", [])
    if isinstance(left, bool):
        left = [ANY_OFFICE] if left else []
    return {
        "lies": dict.fromkeys(lies) if isinstance(lies, list) else lies,
        "offices": state.get("offices", []),
        "left": left,
    }


BY_HAND = ProcessManager(name="by-hand", instances=instances, react=react, logs=(COMMITS, INBOX))
