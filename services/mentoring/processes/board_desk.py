"""The board's desk, for consultations of regions without a coordinator, and for questions not answered in time.

One instance. A consultation changes hands only when its owner was seen to leave a seat and sits on none. An owner about whom
no fact was heard yet keeps the consultation, for the facts are still to come. Members tell a hand-over as one person leaving
and another coming, so a leaving counts only ``GRACE`` later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.heard.members import OfficeVacated, StandInEnded
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
    Escalate,
    HandOver,
    ResponseTargetMissed,
)
from services.mentoring.domain.desk import BOARD, BOARD_ORDER, REGIONAL, Owner, Seat, at_the_board, key_of
from services.mentoring.processes.region_desk import EMPTY, GRACE
from services.mentoring.processes.seating import (
    SEATING_FACTS,
    SeatMove,
    SeatState,
    seat_after_move,
)

THE_BOARD = "board"


@dataclass(frozen=True)
class BoardDesk:
    """``seats`` by ``key_of`` an office. ``lies`` holds owner and reason of each consultation at the desk. ``gone`` are persons
    who left a seat; None in a state of the release that did not keep them. ``emptied`` is the moment from which the latest
    leaving counts, as ISO text, while that lies ahead.
    """

    seats: Mapping[str, SeatState] = field(default_factory=dict)
    lies: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)
    emptied: str | None = None
    gone: tuple[str, ...] | None = None

    @property
    def taken_seats(self) -> dict[str, Seat]:
        return {key: state.seat for key, state in self.seats.items()}

    @property
    def seat_holders(self) -> frozenset[str]:
        return frozenset(person for seat in self.taken_seats.values() if (person := seat.taken_by) is not None)

    @property
    def departed(self) -> frozenset[str]:
        """``gone``. In a state without them every owner who sits on no seat has left."""
        if self.gone is not None:
            return frozenset(self.gone)
        return frozenset(owner for owner, _why in self.lies.values() if owner is not None) - self.seat_holders

    def with_departed(self, *persons: str) -> BoardDesk:
        """``gone`` is set from then on, empty or not: a state without it would be read as the earlier release's."""
        return replace(self, gone=tuple(sorted({*self.departed, *persons})))


def instances(fact: Recorded | Fact) -> Sequence[str]:
    """The board, for the seats and for every change of hands."""
    if isinstance(fact, Fact):
        move = SEATING_FACTS.read(fact)
        return [THE_BOARD] if move is not None and move.office in {*BOARD_ORDER, REGIONAL} else []
    match fact.event:
        case ConsultationAsked() | ConsultationAssigned() | ConsultationReopened() | ResponseTargetMissed():
            return [THE_BOARD]
        case ConsultationResolved() | ConsultationPromoted():
            return [THE_BOARD]
    return []


def react(desk: BoardDesk, fact: Recorded | Fact) -> Reaction[BoardDesk]:
    desk = desk.with_departed()
    if isinstance(fact, Fact):
        return _seat_changed(desk, SEATING_FACTS.read(fact), fact.at)
    match fact.event:
        case DeadlinePassed():
            return _reaction(replace(desk, emptied=None), _hand_over_ownerless(desk))
        case ResponseTargetMissed(owner=owner):
            to = at_the_board(desk.taken_seats, besides=owner)
            return _reaction(desk, [Dispatch(CONSULTATION, fact.stream_id, Escalate(to))])
    return _consultation_moved(desk, fact)


def _seat_changed(desk: BoardDesk, move: SeatMove, at: datetime) -> Reaction[BoardDesk]:
    key = key_of(move.office, move.region)
    before = desk.seats.get(key, SeatState())
    after = seat_after_move(before, move)
    left = {person for person in (before.holder, before.stand_in) if person} - {after.holder, after.stand_in}
    desk = replace(desk, seats={**desk.seats, key: after}).with_departed(*(str(person) for person in left))
    if isinstance(move, OfficeVacated | StandInEnded):
        return _reaction(replace(desk, emptied=(at + GRACE).isoformat()))
    return _reaction(replace(desk, emptied=None), _hand_over_ownerless(desk))


def _consultation_moved(desk: BoardDesk, recorded: Recorded) -> Reaction[BoardDesk]:
    consultation, event = recorded.stream_id, recorded.event
    lies = {each: owned for each, owned in desk.lies.items() if each != consultation}
    if not isinstance(event, ConsultationAsked | ConsultationAssigned | ConsultationReopened) or event.desk != BOARD:
        return _reaction(replace(desk, lies=lies))
    lies[consultation] = (event.owner, event.why)
    desk = replace(desk, lies=lies)
    if isinstance(event, ConsultationReopened) and event.owner is not None:
        # A reopened consultation lies with its last owner, who may have left the board meanwhile.
        desk = desk.with_departed(event.owner)
    waiting = desk.emptied is not None and event.owner is not None
    now = [] if waiting else [dispatch for dispatch in _hand_over_ownerless(desk) if dispatch.identity == consultation]
    return _reaction(desk, now)


def _hand_over_ownerless(desk: BoardDesk) -> list[Dispatch]:
    """Give each consultation without a present owner to the first of the board."""
    sitting, departed = desk.seat_holders, desk.departed
    to = at_the_board(desk.taken_seats)
    return [
        Dispatch(CONSULTATION, consultation, HandOver(BOARD, Owner(to, BOARD, why)))
        for consultation, (owner, why) in desk.lies.items()
        if owner not in sitting and owner != to and (owner is None or owner in departed)
    ]


def _reaction(desk: BoardDesk, dispatches: Sequence[Dispatch] = ()) -> Reaction[BoardDesk]:
    return Reaction(desk, dispatches, {EMPTY: datetime.fromisoformat(desk.emptied)} if desk.emptied else {})


BOARD_DESK = ProcessManager(name="board-desk", state=BoardDesk, instances=instances, react=react, logs=(COMMITS, INBOX))
