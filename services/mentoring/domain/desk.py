"""The owner of a question: the regional coordinator, the stand-in, or the board. Every question always has an owner.

A consultation lies at a *desk*: its region's, the board's, or, given by hand, one person's. The person who sits at the desk
owns the consultation, and a new person there takes over all consultations at the desk.
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
"""The offices of the board, in the order in which they become owners."""
ANSWERING_THERE = (REGIONAL, "mentor")
"""The offices that answer the questions of their own region. The board's offices answer everywhere."""


@dataclass(frozen=True, slots=True)
class Seat:
    """The holder of an office, and the stand-in while the office is vacant."""

    holder: str | None = None
    stand_in: str | None = None

    @property
    def taken_by(self) -> str | None:
        """The person who answers, None for an empty seat."""
        return self.holder or self.stand_in


@dataclass(frozen=True, slots=True)
class Owner:
    """``person`` None: the desk has the consultation and no person yet. ``why`` is region, stand-in, board, handover, escalation
    or hand.
    """

    person: str | None
    desk: str
    why: str


Seats = Mapping[str, Seat]
"""Offices of the board by ``key_of``."""


def key_of(office: str, region: str | None) -> str:
    """The key of an office among seats. It has no dot, for seats are stored under their keys in documents."""
    return f"{office}/{region or ALL}"


def office_answers_in(office: str, held_for: str | None, region: str) -> bool:
    """Whether an office, held for a region or for all, answers the questions of a region."""
    return office in BOARD_ORDER or (office in ANSWERING_THERE and held_for == region)


def owner_for(region: str, seats: Seats) -> Owner:
    """The owner of a question of a region; at last the board's desk, where all seats are empty."""
    seat = seats.get(key_of(REGIONAL, region), Seat())
    if seat.holder is not None:
        return Owner(seat.holder, REGION, REGION)
    if seat.stand_in is not None:
        return Owner(seat.stand_in, REGION, STAND_IN)
    return Owner(at_the_board(seats), BOARD, BOARD)


def at_the_board(seats: Seats, besides: str | None = None) -> str | None:
    """The person who answers for the board: the coordinator, else the secretary, else the treasurer, at last the coordinator of a
    neighbouring region. ``besides`` answers only where all other seats are empty. None: all seats are empty.
    """
    offices = [key_of(office, None) for office in BOARD_ORDER]
    neighbours = sorted(key for key in seats if key.startswith(f"{REGIONAL}/"))
    taken = [person for key in (*offices, *neighbours) if (person := seats.get(key, Seat()).taken_by) is not None]
    return next((person for person in taken if person != besides), besides if besides in taken else None)
