"""The versions of the framework of competence, as members told, and each version's moves of units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.kernel.base.message import Fact
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.view import INBOX, Applied, Change, View


@dataclass(frozen=True)
class Move:
    """``to`` is null for a unit that is no longer rated."""

    unit: str
    to: str | None


@dataclass(frozen=True)
class FrameworkAdopted:
    framework: str
    migration: tuple[Move, ...]


HEARD = FactShapes({"members.framework-adopted": FrameworkAdopted})


@dataclass(frozen=True)
class FrameworkRow:
    """``number`` orders the versions: the position in the inbox, because the fact's own number may come again after a
    restore of its source.
    """

    framework: str
    number: int
    moves: tuple[Move, ...]


def apply(fact: Fact) -> Applied:
    match HEARD.read(fact):
        case FrameworkAdopted(framework, migration):
            return [Change.put(FrameworkRow(framework, fact.position, migration))]
    return []


FRAMEWORKS = View(name="frameworks", version=2, row=FrameworkRow, apply=apply, logs=(INBOX,))


def names_of(unit: str, versions: Iterable[FrameworkRow]) -> tuple[str, ...]:
    """All names of a unit, the oldest first. A unit without further ratings keeps the last name."""
    names = [unit]
    for version in sorted(versions, key=lambda row: row.number):
        moved_to = {move.unit: move.to for move in version.moves}
        if (now := moved_to.get(names[-1])) is not None:
            names.append(now)
    return tuple(names)


def level_under(names: Iterable[str], levels: Mapping[str, int]) -> int:
    """The level of a person under the newest of a unit's names that has a rating; 0 without one."""
    return next((levels[name] for name in reversed(tuple(names)) if name in levels), 0)
