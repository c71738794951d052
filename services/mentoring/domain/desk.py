"""Whose it is: the regional coordinator's, the stand-in's, or the board's. No question is ever without an owner.

A consultation lies at a *desk*: its region's, the board's, or, given by hand, at the desk of one person. Who sits there
owns it; who takes the seat takes over all that lies there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

REGION = "region"
BOARD = "board"
HAND = "hand"
STAND_IN = "stand-in"
HANDOVER = "handover"
ESCALATION = "escalation"
REGIONAL = "regional-coordinator"
ALL = "all"
BOARD_ORDER = ("coordinator", "secretary", "treasurer")
"""In this order the board is asked."""
ANSWERING_THERE = (REGIONAL, "mentor")
"""The offices that answer what is asked in the region that they are held for; the board's answer everywhere."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who sits on an office: its holder, or while it is vacant the stand-in."""

    holder: str | None = None
    stand_in: str | None = None

    @property
    def taken_by(self) -> str | None:
        """Who answers, None where nobody does."""
        return self.holder or self.stand_in


@dataclass(frozen=True, slots=True)
class Owner:
    """``person`` None: nobody in person yet, the desk itself has it. ``why`` is region, stand-in, board, handover,
    escalation or hand.
    """

    person: str | None
    desk: str
    why: str


Seats = Mapping[str, Seat]
"""Offices of the board by ``key_of``."""


def key_of(office: str, region: str | None) -> str:
    """The key of an office among seats; without a dot, for seats stand in documents."""
    return f"{office}/{region or ALL}"


def answers(office: str, held_for: str | None, region: str) -> bool:
    """Whether an office, held for a region or for all, answers what is asked in a region."""
    return office in BOARD_ORDER or (office in ANSWERING_THERE and held_for == region)


def owner_for(region: str, seats: Seats) -> Owner:
    """Who owns what is asked in a region: never nobody, for at last it is the board's own."""
    seat = seats.get(key_of(REGIONAL, region), Seat())
    if seat.holder is not None:
        return Owner(seat.holder, REGION, REGION)
    if seat.stand_in is not None:
        return Owner(seat.stand_in, REGION, STAND_IN)
    return Owner(at_the_board(seats), BOARD, BOARD)


def at_the_board(seats: Seats, besides: str | None = None) -> str | None:
    """Who answers for the board: the coordinator, else the secretary, else the treasurer, at last a neighbouring region's
    coordinator. ``besides`` is asked only where there is nobody else; None: the board is empty.
    """
    offices = [key_of(office, None) for office in BOARD_ORDER]
    neighbours = sorted(key for key in seats if key.startswith(f"{REGIONAL}/"))
    taken = [person for key in (*offices, *neighbours) if (person := seats.get(key, Seat()).taken_by) is not None]
    return next((person for person in taken if person != besides), besides if besides in taken else None)
