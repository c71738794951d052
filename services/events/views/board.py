"""Who holds an office of the board, as members told it. Key: the person.

``{offices: ["coordinator.all", "regional-coordinator.<region>", ...]}``; whoever has left the board has an empty list.
A stand-in for an office of the board is of the board while standing in.
"""

from __future__ import annotations

from services.kernel.base.message import Fact
from services.kernel.declare.view import INBOX, Applied, Change, View, adding, taking


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    match fact.name:
        case "members.office-assumed" if fact.data["board"]:
            return [Change(str(fact.data["person"]), {"offices": adding("offices", fact.subject)})]
        # Offices that had a stand-in before the fact said so were all of the board.
        case "members.stand-in-named" if fact.data.get("board", True):
            return [Change(str(fact.data["person"]), {"offices": adding("offices", fact.subject)})]
        case "members.office-vacated" | "members.stand-in-ended":
            return [Change(str(fact.data["person"]), {"offices": taking("offices", fact.subject)})]
    return []


BOARD = View(name="board", version=2, apply=apply, logs=(INBOX,))
