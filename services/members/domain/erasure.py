"""Erasure: what is known of a person who is to be forgotten, and that it is gone.

Three steps, each of which a crash may fall behind: ``ErasureDecided`` in the person's own stream (``person``),
``ErasureStarted`` here with every id that is the person's, and ``MemberErased`` once the keys are destroyed, which is
what the other services hear. A guest who turns out to be the person afterwards starts it once more. (UU PDP 27/2022)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.kernel.decider import Decider
from services.kernel.message import Command, Event


@dataclass(frozen=True, slots=True)
class StartErasure(Command):
    """Forget these ids, the person's own first. ``references`` are the opaque ids of their contacts."""

    ids: tuple[str, ...]
    references: tuple[str, ...]
    region: str | None


@dataclass(frozen=True, slots=True)
class FinishErasure(Command):
    """The keys of these ids are destroyed."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ErasureStarted(Event):
    """All ids that were the person's at that moment, those started before among them."""

    ids: tuple[str, ...]
    references: tuple[str, ...]
    region: str | None


@dataclass(frozen=True, slots=True)
class MemberErased(Event):
    """Nothing sealed for these ids can be opened any more."""

    ids: tuple[str, ...]
    region: str | None


@dataclass(frozen=True, slots=True)
class Erasure:
    """``started`` and ``finished`` are the ids of either step."""

    started: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    region: str | None = None


def decide(command: Command, erasure: Erasure) -> Sequence[Event]:
    """Nothing is finished that was not started; started again with nothing new it changes nothing."""
    match command:
        case StartErasure():
            ids = tuple(dict.fromkeys((*erasure.started, *command.ids)))
            if ids == erasure.started:
                return []
            return [ErasureStarted(ids, command.references, command.region)]
        case FinishErasure():
            known = tuple(identity for identity in erasure.started if identity in command.ids)
            if set(known) <= set(erasure.finished):
                return []
            return [MemberErased(known, erasure.region)]
        case _:
            raise TypeError(type(command).__name__)


def evolve(erasure: Erasure, event: Any) -> Erasure:
    """How far it is after an event."""
    match event:
        case ErasureStarted():
            return Erasure(event.ids, erasure.finished, event.region)
        case MemberErased():
            return Erasure(erasure.started, event.ids, erasure.region)
        case _:
            return erasure


ERASURE: Decider[Erasure] = Decider("erasure", Erasure(), decide, evolve)
