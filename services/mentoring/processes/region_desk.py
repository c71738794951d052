"""The desk of a region. Its regional coordinator, or the stand-in, owns every consultation that lies at the desk.

One instance a region. A person who takes the seat takes over the consultations at the desk, and fetches back the region's
consultations from the board. Members tell a hand-over as one person leaving and another coming, so the seat
counts as empty only ``GRACE`` after the first left; until then that person still owns the consultations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.mentoring.domain.consultation import CONSULTATION
from services.mentoring.domain.consultation_messages import (
    ConsultationAsked,
    ConsultationAssigned,
    ConsultationPromoted,
    ConsultationReopened,
    ConsultationResolved,
    HandOver,
)
from services.mentoring.domain.desk import BOARD, HANDOVER, REGION, REGIONAL, STAND_IN, Owner
from services.mentoring.processes.seating import SEATING_FACTS, SeatState, seat_after_move

GRACE = timedelta(minutes=5)
EMPTY = "empty"
TO_THE_BOARD = Owner(None, BOARD, BOARD)


@dataclass(frozen=True)
class RegionDesk:
    """``lies`` holds the owner of each consultation at the desk; ``waits`` the region's consultations that the board looks
    after meanwhile. ``emptied`` is the moment from which the seat counts as empty, as ISO text, while that lies ahead.
    """

    seat: SeatState = field(default_factory=SeatState)
    lies: Mapping[str, str | None] = field(default_factory=dict)
    waits: tuple[str, ...] = ()
    emptied: str | None = None

    @property
    def seat_holder(self) -> str | None:
        """The person who answers at the desk; None while the seat is vacant."""
        return self.seat.seat.taken_by

    @property
    def why_handed_over(self) -> str:
        return HANDOVER if self.seat.holder else STAND_IN


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """The region whose seat or consultation the fact concerns."""
    if isinstance(fact, Fact):
        move = SEATING_FACTS.read(fact)
        return [move.region] if move is not None and move.office == REGIONAL and move.region else []
    match fact.event:
        case (
            ConsultationAsked(region=region) | ConsultationAssigned(region=region) | ConsultationReopened(region=region)
        ):
            return [region]
        case ConsultationResolved(region=region) | ConsultationPromoted(region=region):
            return [region]
    return []


def react(desk: RegionDesk, fact: Recorded | Fact) -> Reaction[RegionDesk]:
    if isinstance(fact, Fact):
        return _seat_changed(replace(desk, seat=seat_after_move(desk.seat, SEATING_FACTS.read(fact))), fact.at)
    if isinstance(fact.event, DeadlinePassed):
        to_the_board = _hand_over(desk.lies, REGION, TO_THE_BOARD) if desk.seat_holder is None else []
        return _reaction(replace(desk, emptied=None), to_the_board)
    return _consultation_moved(desk, fact)


def _seat_changed(desk: RegionDesk, at: datetime) -> Reaction[RegionDesk]:
    sitting = desk.seat_holder
    if sitting is None:
        return _reaction(replace(desk, emptied=(at + GRACE).isoformat()))
    owner = Owner(sitting, REGION, desk.why_handed_over)
    of_others = [consultation for consultation, holder in desk.lies.items() if holder != sitting]
    taken = [*_hand_over(of_others, REGION, owner), *_hand_over(desk.waits, BOARD, owner)]
    return _reaction(replace(desk, emptied=None), taken)


def _consultation_moved(desk: RegionDesk, recorded: Recorded) -> Reaction[RegionDesk]:
    consultation, event = recorded.stream_id, recorded.event
    lies = {each: owner for each, owner in desk.lies.items() if each != consultation}
    waits = tuple(each for each in desk.waits if each != consultation)
    if not isinstance(event, ConsultationAsked | ConsultationAssigned | ConsultationReopened):
        return _reaction(replace(desk, lies=lies, waits=waits))
    here, with_the_board = event.desk == REGION, event.desk == BOARD and event.why == BOARD
    if here:
        lies[consultation] = event.owner
    elif with_the_board:
        waits = (*waits, consultation)
    desk = replace(desk, lies=lies, waits=waits)
    sitting = desk.seat_holder
    if sitting is not None:
        if (here and event.owner != sitting) or with_the_board:
            # The question or the change of office may be heard first; both orders end with the same event.
            why = REGION if here and event.owner is None else desk.why_handed_over
            return _reaction(desk, _hand_over([consultation], event.desk, Owner(sitting, REGION, why)))
        return _reaction(desk)
    # While no fact about the seat was heard, the owner keeps the question: the facts about that owner are still to come.
    left = event.owner is None or (desk.seat.heard_of and desk.emptied is None)
    return _reaction(desk, _hand_over([consultation], REGION, TO_THE_BOARD) if here and left else ())


def _hand_over(consultations: Iterable[str], of: str, owner: Owner) -> list[Dispatch]:
    return [Dispatch(CONSULTATION, consultation, HandOver(of, owner)) for consultation in consultations]


def _reaction(desk: RegionDesk, dispatches: Sequence[Dispatch] = ()) -> Reaction[RegionDesk]:
    return Reaction(desk, dispatches, {EMPTY: datetime.fromisoformat(desk.emptied)} if desk.emptied else {})


REGION_DESK = ProcessManager(
    name="region-desk", state=RegionDesk, instances=instances, react=react, logs=(COMMITS, INBOX)
)
