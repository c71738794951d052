"""Erasure: what is known of a person who is to be forgotten, and that it is gone.

Three steps, each of which a crash may fall behind: ``ErasureDecided`` in the person's own stream (``person``),
``ErasureStarted`` here with every id that is the person's, and ``MemberErased`` once the keys are destroyed, which is
what the other services hear. A guest who turns out to be the person afterwards starts it once more. A guest who left a
contact of the person's, and whom nobody has proven to be anybody, is erased for itself. (UU PDP 27/2022)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class StartErasure(Command):
    """Forget these ids, the person's own first. ``references`` are opaque ids of their contacts, as far as they are known."""

    ids: tuple[str, ...]
    references: tuple[str, ...]
    region: str | None


@dataclass(frozen=True, slots=True)
class NoteReferences(Command):
    """These are opaque ids of the person's contacts. Said before the keys are destroyed: afterwards nobody can tell."""

    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FinishErasure(Command):
    """The keys of these ids are destroyed."""

    ids: tuple[str, ...]


ErasureCommand = StartErasure | NoteReferences | FinishErasure


@dataclass(frozen=True, slots=True)
class ErasureStarted(Event):
    """All ids that were the person's at that moment, those started before among them."""

    ids: tuple[str, ...]
    references: tuple[str, ...]
    region: str | None


@dataclass(frozen=True, slots=True)
class ReferencesNoted(Event):
    """Opaque ids of the person's contacts that were not known before; untied guests who left one are to be forgotten too."""

    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberErased(Event):
    """Nothing sealed for these ids can be opened any more."""

    ids: tuple[str, ...]
    region: str | None


ErasureEvent = ErasureStarted | ReferencesNoted | MemberErased


@dataclass(frozen=True, slots=True)
class Erasure:
    """``started`` and ``finished`` are the ids of either step; ``references`` all that are known of the contacts."""

    started: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    region: str | None = None
    references: tuple[str, ...] = ()


def decide(command: ErasureCommand, erasure: Erasure) -> Sequence[Event]:
    """Nothing is finished that was not started; started again with nothing new it changes nothing."""
    match command:
        case StartErasure():
            ids = tuple(dict.fromkeys((*erasure.started, *command.ids)))
            if ids == erasure.started:
                return []
            return [ErasureStarted(ids, command.references, command.region)]
        case NoteReferences():
            fresh = tuple(reference for reference in command.references if reference not in erasure.references)
            return [ReferencesNoted(fresh)] if fresh else []
        case FinishErasure():
            known = tuple(identity for identity in erasure.started if identity in command.ids)
            if set(known) <= set(erasure.finished):
                return []
            return [MemberErased(known, erasure.region)]
        case _:
            assert_never(command)


def evolve(erasure: Erasure, event: ErasureEvent) -> Erasure:
    """How far it is after an event."""
    match event:
        case ErasureStarted():
            return replace(_knowing(erasure, event.references), started=event.ids, region=event.region)
        case ReferencesNoted():
            return _knowing(erasure, event.references)
        case MemberErased():
            return replace(erasure, finished=event.ids)
        case _:
            assert_never(event)


def _knowing(erasure: Erasure, references: Sequence[str]) -> Erasure:
    return replace(erasure, references=tuple(dict.fromkeys((*erasure.references, *references))))


ERASURE: Decider[Erasure] = Decider("erasure", Erasure(), decide, evolve)
