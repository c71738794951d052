"""Erasure: a person's data are destroyed, under every id of the person.

Three steps, with a possible crash after each: ``ErasureDecided`` in the person's own stream (``person``),
``ErasureStarted`` here with every id of the person, and ``MemberErased`` after the keys are destroyed. The other
services hear of the last step. A guest who is tied to the person afterwards starts the erasure again. A guest who left
a contact of the person's, and is tied to no member, is erased alone. (UU PDP 27/2022)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class StartErasure(Command):
    """Forget these ids, the person's own first. ``references`` are the known opaque ids of the person's contacts."""

    ids: tuple[str, ...]
    references: tuple[str, ...]
    region: str | None


@dataclass(frozen=True, slots=True)
class NoteReferences(Command):
    """Record opaque ids of the person's contacts. This comes before the keys are destroyed: afterwards the contacts
    cannot be read.
    """

    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FinishErasure(Command):
    """The keys of these ids are destroyed."""

    ids: tuple[str, ...]


ErasureCommand = StartErasure | NoteReferences | FinishErasure


@dataclass(frozen=True, slots=True)
class ErasureStarted(Event):
    """``ids`` are all ids of the person at that moment, earlier started ids included."""

    ids: tuple[str, ...]
    references: tuple[str, ...]
    region: str | None


@dataclass(frozen=True, slots=True)
class ReferencesNoted(Event):
    """Newly known opaque ids of the person's contacts. Untied guests who left such a contact are forgotten too."""

    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MemberErased(Event):
    """The keys of these ids are destroyed, so their sealed texts stay closed."""

    ids: tuple[str, ...]
    region: str | None


ErasureEvent = ErasureStarted | ReferencesNoted | MemberErased


@dataclass(frozen=True, slots=True)
class Erasure:
    """``started`` and ``finished`` are the ids of either step; ``references`` are all known ids of contacts."""

    started: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()
    region: str | None = None
    references: tuple[str, ...] = ()


def decide(command: ErasureCommand, erasure: Erasure) -> Sequence[Event]:
    """Only started ids are finished; a start without new ids changes nothing."""
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
