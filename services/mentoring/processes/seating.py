"""Facts of members that move people on and off the seats of an office."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from services.heard.members import OFFICES_CHANGED, OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.schema import UNSET, Unset
from services.mentoring.domain.desk import Seat

SeatMove: TypeAlias = OfficeAssumed | OfficeVacated | StandInNamed | StandInEnded
SEATING_FACTS = FactShapes(OFFICES_CHANGED)


@dataclass(frozen=True)
class SeatState:
    """The seat of an office that one person holds. ``UNSET``: no fact was heard about the holder or the stand-in."""

    holder: str | Unset | None = UNSET
    stand_in: str | Unset | None = UNSET

    @property
    def seat(self) -> Seat:
        return Seat(self.holder or None, self.stand_in or None)

    @property
    def heard_of(self) -> bool:
        return self != SeatState()


def seat_after_move(seat: SeatState, move: SeatMove) -> SeatState:
    """The seat after a fact about it."""
    match move:
        case OfficeAssumed(person=person):
            return SeatState(holder=person, stand_in=None)
        case StandInNamed(person=person):
            return replace(seat, stand_in=person)
        case OfficeVacated():
            return replace(seat, holder=None)
        case StandInEnded():
            return replace(seat, stand_in=None)
        case _:
            assert_never(move)
