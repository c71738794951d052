"""To which region a person belongs, as far as that decides what they hear of. One stream a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.base.message import Command, Event
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class MoveHome(Command):
    """The person lives in another region now, or in none any more."""

    left: str
    entered: str | None


@dataclass(frozen=True, slots=True)
class RegionLeft(Event):
    """From now on nothing is told to them as one of this region."""

    region: str


@dataclass(frozen=True, slots=True)
class RegionEntered(Event):
    """From now on they hear what this region's people hear."""

    region: str


def decide(command: MoveHome, _state: None) -> Sequence[Event]:
    """Never refused: members has decided it."""
    left = RegionLeft(command.left)
    return [left] if command.entered is None else [left, RegionEntered(command.entered)]


RESIDENCE: Decider[None] = Decider("residence", None, decide, lambda state, _event: state)
