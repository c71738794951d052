"""Tells the board when a partner's subscription was disabled by a machine, so that the board speaks with the partner.

The board are the people who hold an office for all regions. A subscription that a partner or the board disabled by hand is
not told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from services.heard.members import OFFICES_CHANGED, OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.notifications.domain.message import Kind
from services.notifications.domain.subscription import BY_HAND
from services.notifications.processes.occasion import Occasion

WORTH = timedelta(days=14)
BOARD = "board"
STAND_IN = "+"


@dataclass(frozen=True)
class PartnerJoined:
    name: str


@dataclass(frozen=True)
class SubscriptionDisabled:
    partner: str
    why: str


HEARD = FactShapes(
    {
        **OFFICES_CHANGED,
        "notifications.partner-joined": PartnerJoined,
        "notifications.subscription-disabled": SubscriptionDisabled,
    }
)


@dataclass(frozen=True, slots=True)
class BoardState:
    """``partners``: partner → its name. ``board``: office → its holder; ``<office>+`` → the stand-in."""

    partners: Mapping[str, str] = field(default_factory=dict)
    board: Mapping[str, str] = field(default_factory=dict)

    def with_holder(self, office: str, person: str) -> BoardState:
        return replace(self, board={**self.board, office: person})

    def without_holder(self, office: str, person: str) -> BoardState:
        """The same board if another person holds the office by now."""
        left = (office, person)
        return replace(self, board={name: holder for name, holder in self.board.items() if (name, holder) != left})


def instances(fact: Fact) -> Sequence[str]:
    return [] if HEARD.read(fact) is None else [BOARD]


def react(state: BoardState, fact: Fact) -> Reaction[BoardState]:
    """Remember the board and the partners' names, and tell the board of a disabled subscription."""
    match HEARD.read(fact):
        case OfficeAssumed(office, None, person, board=True):
            return Reaction(state.with_holder(office, person))
        case StandInNamed(office, None, person, board=True):
            return Reaction(state.with_holder(office + STAND_IN, person))
        case OfficeVacated(office, None, person):
            return Reaction(state.without_holder(office, person))
        case StandInEnded(office, None, person):
            return Reaction(state.without_holder(office + STAND_IN, person))
        case PartnerJoined(name):
            return Reaction(replace(state, partners={**state.partners, fact.subject: name}))
        case SubscriptionDisabled(partner, why) if why != BY_HAND:
            return Reaction(state, _tell_board(state, fact, partner, why))
    return Reaction(state)


def _tell_board(state: BoardState, fact: Fact, partner: str, why: str) -> list[Dispatch]:
    words = {"partner_name": state.partners.get(partner, ""), "why": why}
    people = sorted(set(state.board.values()))
    occasion = Occasion(fact.id, fact.at, None, fact.region)
    return occasion.messages(Kind.SUBSCRIPTION_DISABLED, people, fact.at + WORTH, words)


PARTNERING = ProcessManager(name="partnering", state=BoardState, instances=instances, react=react, start="now")
