"""Who holds an office of the board, as members told. A stand-in counts while standing in."""

from __future__ import annotations

from dataclasses import dataclass

from services.heard.members import OFFICES_CHANGED, OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View, adding, taking

HEARD = FactShapes(OFFICES_CHANGED)


@dataclass(frozen=True)
class BoardRow:
    """``offices``: ``coordinator.all``, ``regional-coordinator.<region>`` …; empty for a person who has left the board."""

    person: str
    offices: tuple[str, ...] = ()


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case OfficeAssumed(person=person, board=True) | StandInNamed(person=person, board=True):
            return [Change(person, {"offices": adding("offices", fact.subject)})]
        case OfficeVacated(person=person) | StandInEnded(person=person):
            return [Change(person, {"offices": taking("offices", fact.subject)})]
    return []


BOARD = View(name="board", version=2, row=BoardRow, apply=apply, logs=(INBOX,))
