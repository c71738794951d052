"""Who holds an office of the board, as members told. A stand-in counts while standing in."""

from __future__ import annotations

from dataclasses import dataclass

from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View, adding, taking


@dataclass(frozen=True)
class OfficeAssumed:
    """``board``: the office belongs to the board."""

    person: str
    board: bool


@dataclass(frozen=True)
class StandInNamed:
    """``board``: the office belongs to the board, as did all offices with a stand-in before the fact said so."""

    person: str
    board: bool = True


@dataclass(frozen=True)
class OfficeVacated:
    person: str


@dataclass(frozen=True)
class StandInEnded:
    person: str


HEARD = FactShapes(
    {
        "members.office-assumed": OfficeAssumed,
        "members.stand-in-named": StandInNamed,
        "members.office-vacated": OfficeVacated,
        "members.stand-in-ended": StandInEnded,
    }
)


@dataclass(frozen=True)
class BoardRow:
    """``offices``: ``coordinator.all``, ``regional-coordinator.<region>`` …; empty for a person who has left the board."""

    person: str
    offices: tuple[str, ...] = ()


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case OfficeAssumed(person, board=True) | StandInNamed(person, board=True):
            return [Change(person, {"offices": adding("offices", fact.subject)})]
        case OfficeVacated(person) | StandInEnded(person):
            return [Change(person, {"offices": taking("offices", fact.subject)})]
    return []


BOARD = View(name="board", version=2, row=BoardRow, apply=apply, logs=(INBOX,))
