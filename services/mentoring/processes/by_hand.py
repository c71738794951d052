"""By hand: a consultation given to a person by name returns to the region's desk when the person leaves the last office
with answers in the region.

One instance a person. Offices are named as facts name them, ``mentor.kota-kediri``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.heard.members import OfficeVacated, StandInEnded
from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_messages import ConsultationAssigned, ConsultationReopened, HandOver
from services.mentoring.domain.desk import ALL, HAND, HANDOVER, REGION, Owner, office_answers_in
from services.mentoring.processes.seating import SEATING_FACTS, SeatMove

TO_THE_DESK = Owner(None, REGION, HANDOVER)
ANY_OFFICE = f"coordinator.{ALL}"
"""Stands for the offices that an earlier release did not tell apart."""


@dataclass(frozen=True)
class Assignee:
    """``lies`` holds the region of each consultation that the person was given, None where an earlier release did not keep the
    region. A consultation stays in ``lies`` when it is resolved or given on, and ``decide`` leaves it alone. ``offices`` the
    person holds now, ``left`` the person has left.
    """

    lies: Mapping[str, str | None] = field(default_factory=dict)
    offices: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def upgrade(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """An earlier release kept ``lies`` as a list, and in ``left`` only whether the person had left the last office."""
    lies, left = stored.get("lies", {}), stored.get("left", [])
    if isinstance(left, bool):
        left = [ANY_OFFICE] if left else []
    return {**stored, "lies": dict.fromkeys(lies) if isinstance(lies, list) else lies, "left": left}


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """The person who was given a consultation, or who takes or leaves an office."""
    if isinstance(fact, Fact):
        move = SEATING_FACTS.read(fact)
        return [] if move is None else [move.person]
    match fact.event:
        case ConsultationAssigned(owner=str(owner), desk="hand") | ConsultationReopened(owner=str(owner), desk="hand"):
            return [owner]
    return []


def react(state: Assignee, fact: Recorded | Fact) -> Reaction[Assignee]:
    if isinstance(fact, Fact):
        return _office_changed(state, SEATING_FACTS.read(fact), office=fact.subject)
    event = fact.event
    if not isinstance(event, ConsultationAssigned | ConsultationReopened) or event.owner is None:
        return Reaction(state)
    # The person may have left before the assignment was heard. An office about which no fact was heard is still to come.
    if _one_answers(state.left, event.region) and not _one_answers(state.offices, event.region):
        return Reaction(state, [_give_back(event.owner, fact.stream_id)])
    return Reaction(replace(state, lies={**state.lies, fact.stream_id: event.region}))


def _office_changed(state: Assignee, move: SeatMove, *, office: str) -> Reaction[Assignee]:
    others = tuple(each for each in state.offices if each != office)
    left = tuple(each for each in state.left if each != office)
    if not isinstance(move, OfficeVacated | StandInEnded):
        return Reaction(replace(state, offices=(*others, office), left=left))
    lost = [
        consultation
        for consultation, region in state.lies.items()
        if not _one_answers(others, region) and _one_answers([office], region)
    ]
    lies = {consultation: region for consultation, region in state.lies.items() if consultation not in lost}
    return Reaction(Assignee(lies, others, (*left, office)), [_give_back(move.person, each) for each in lost])


def _one_answers(offices: Iterable[str], region: str | None) -> bool:
    """Whether one of the offices answers questions of a region; every office does where the region is None."""
    named = (office.partition(".") for office in offices)
    return any(region is None or office_answers_in(office, held_for, region) for office, _, held_for in named)


def _give_back(person: str, consultation: str) -> Dispatch:
    return Dispatch(CONSULTATION, consultation, HandOver(HAND, TO_THE_DESK, person))


BY_HAND = ProcessManager(
    name="by-hand", state=Assignee, upgrade=upgrade, instances=instances, react=react, logs=(COMMITS, INBOX)
)
