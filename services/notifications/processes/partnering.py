"""Tells the board that a partner gets nothing any more: a machine gave up, and somebody has to speak with somebody.

``partners`` maps a partner to its name, ``board`` an office for all regions to who holds it; regional coordinators keep
no partners. What a partner or the board itself switched off is known to whoever did it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.kernel.message import Fact
from services.kernel.process import Issue, ProcessManager, Reaction
from services.notifications.domain.message import Kind
from services.notifications.domain.subscription import BY_HAND
from services.notifications.processes.telling import occasion

WORTH = timedelta(days=14)
BOARD = "board"
_BEGINS = ("members.office-assumed", "members.stand-in-named")
_ENDS = ("members.office-vacated", "members.stand-in-ended")
_HEARD = (*_BEGINS, *_ENDS, "notifications.partner-joined", "notifications.subscription-disabled")


def instances(fact: Fact) -> Sequence[str]:
    """There is one board."""
    return [BOARD] if fact.name in _HEARD else []


def react(state: Mapping[str, Any], fact: Fact) -> Reaction:
    """What the board is, and what it is told. Pure."""
    if fact.name == "notifications.partner-joined":
        return Reaction({**state, "partners": {**state.get("partners", {}), fact.subject: fact.data["name"]}})
    if fact.name == "notifications.subscription-disabled":
        return Reaction(state, _tell(state, fact))
    return Reaction({**state, "board": _board(state.get("board", {}), fact)})


def _board(board: Mapping[str, str], fact: Fact) -> dict[str, str]:
    """A stand-in beside the holder: both may be there for a while."""
    stands_in = fact.name in ("members.stand-in-named", "members.stand-in-ended")
    seat = f"{fact.data['office']}{'+' if stands_in else ''}"
    if fact.data["region"] is not None:
        return dict(board)
    if fact.name in _BEGINS:
        return {**board, seat: fact.data["person"]} if fact.data.get("board") else dict(board)
    return {name: person for name, person in board.items() if (name, person) != (seat, fact.data["person"])}


def _tell(state: Mapping[str, Any], fact: Fact) -> list[Issue]:
    why = fact.data["why"]
    if why == BY_HAND:
        return []
    people = sorted(set(state.get("board", {}).values()))
    shown = {"partner_name": state.get("partners", {}).get(fact.data["partner"], ""), "why": why}
    return occasion(fact).tell(Kind.SUBSCRIPTION_DISABLED, people, fact.at + WORTH, shown)


PARTNERING = ProcessManager(name="partnering", instances=instances, react=react, start="now")
