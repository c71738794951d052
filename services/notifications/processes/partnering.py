"""Tells the board that a partner's subscription was given up by a machine, so that somebody speaks with the partner.

The board is whoever holds an office for all regions; regional coordinators keep no partners. A subscription that a partner or
the board switched off by hand is no news to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from services.kernel.base.message import Fact
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.notifications.domain.message import Kind
from services.notifications.domain.subscription import BY_HAND
from services.notifications.processes.occasion import Occasion
from services.notifications.processes.stored_state import StoredState

WORTH = timedelta(days=14)
BOARD = "board"


@dataclass(frozen=True, slots=True)
class BoardState:
    """``partners``: partner → its name. ``board``: office → the person who holds it; ``<office>+`` is its stand-in."""

    partners: Mapping[str, str] = field(default_factory=dict)
    board: Mapping[str, str] = field(default_factory=dict)


BOARD_STATE = StoredState(BoardState)


def _begins(stand_in: str = "") -> Callable[[BoardState, Fact], BoardState]:
    def learn(state: BoardState, fact: Fact) -> BoardState:
        if fact.data["region"] is not None or not fact.data.get("board"):
            return state
        return replace(state, board={**state.board, fact.data["office"] + stand_in: fact.data["person"]})

    return learn


def _ends(stand_in: str = "") -> Callable[[BoardState, Fact], BoardState]:
    def learn(state: BoardState, fact: Fact) -> BoardState:
        if fact.data["region"] is not None:
            return state
        left = (fact.data["office"] + stand_in, fact.data["person"])
        return replace(state, board={name: holder for name, holder in state.board.items() if (name, holder) != left})

    return learn


def _learn_partner(state: BoardState, fact: Fact) -> BoardState:
    return replace(state, partners={**state.partners, fact.subject: fact.data["name"]})


def _learn_nothing(state: BoardState, _fact: Fact) -> BoardState:
    return state


def _tell_nobody(_state: BoardState, _fact: Fact) -> list[Issue]:
    return []


def _tell_board(state: BoardState, fact: Fact) -> list[Issue]:
    why = fact.data["why"]
    if why == BY_HAND:
        return []
    words = {"partner_name": state.partners.get(fact.data["partner"], ""), "why": why}
    people = sorted(set(state.board.values()))
    return Occasion.of(fact).messages(Kind.SUBSCRIPTION_DISABLED, people, fact.at + WORTH, words)


@dataclass(frozen=True)
class Hears:
    """One fact: what the board's state becomes, and what the board is told (from the state before)."""

    what: str
    learns: Callable[[BoardState, Fact], BoardState] = _learn_nothing
    tells: Callable[[BoardState, Fact], list[Issue]] = _tell_nobody


HEARS = (
    Hears("members.office-assumed", learns=_begins()),
    Hears("members.office-vacated", learns=_ends()),
    Hears("members.stand-in-named", learns=_begins("+")),
    Hears("members.stand-in-ended", learns=_ends("+")),
    Hears("notifications.partner-joined", learns=_learn_partner),
    Hears("notifications.subscription-disabled", tells=_tell_board),
)
_ROWS = {row.what: row for row in HEARS}


def instances(fact: Fact) -> Sequence[str]:
    """The one board, for a fact that has a row."""
    return [BOARD] if fact.name in _ROWS else []


def react(document: Mapping[str, Any], fact: Fact) -> Reaction:
    """What the board's state becomes, and what the board is told. Pure."""
    row, state = _ROWS[fact.name], BOARD_STATE.read(document)
    return Reaction(BOARD_STATE.write(row.learns(state, fact), document), row.tells(state, fact))


PARTNERING = ProcessManager(name="partnering", instances=instances, react=react, start="now")
