"""A person's moves between regions. The news of a region is told to residents. One stream for each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.base.message import Command, Event
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class MoveHome(Command):
    """The person has left a region and entered another, or none."""

    left: str
    entered: str | None


@dataclass(frozen=True, slots=True)
class RegionLeft(Event):
    """The person stops being told this region's news."""

    region: str


@dataclass(frozen=True, slots=True)
class RegionEntered(Event):
    """The person starts being told this region's news."""

    region: str


def decide(command: MoveHome, _state: None) -> Sequence[Event]:
    """Refuses no move: members has decided the move."""
    left = RegionLeft(command.left)
    return [left] if command.entered is None else [left, RegionEntered(command.entered)]


RESIDENCE: Decider[None] = Decider("residence", None, decide, lambda state, _event: state)
