"""Frameworks: areas, units, aspects and levels of competence, as versioned data.

An adopted version stays unchanged, because ratings name their version. A later version names the new place of each unit
of the version before, so that old ratings keep counting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

IDENTITY = "community"
ASPECTS = ("knowledge", "skill", "attitude")
LEVELS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Standard:
    """A unit of a national standard that a unit corresponds to: ``SKKNI 83/2012``, ``PRP.LP01.001.01``."""

    standard: str
    code: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What somebody can do."""

    unit: str
    area: str
    name: str
    standards: tuple[Standard, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """What units belong to."""

    area: str
    name: str


@dataclass(frozen=True, slots=True)
class Aspect:
    """One of ``ASPECTS``, in the community's words."""

    aspect: str
    name: str


@dataclass(frozen=True, slots=True)
class Level:
    """One of ``LEVELS``, in plain words."""

    level: int
    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Framework:
    """One version. ``source`` says where areas and definition come from."""

    version: str
    name: str
    source: str
    levels: tuple[Level, ...]
    aspects: tuple[Aspect, ...]
    areas: tuple[Area, ...]
    units: tuple[Unit, ...]

    def unit(self, identity: str) -> Unit | None:
        """The unit of an id, None where this version has none."""
        return next((unit for unit in self.units if unit.unit == identity), None)


@dataclass(frozen=True, slots=True)
class Migration:
    """The new place of a unit of the version before; ``to`` None: the unit is no longer rated."""

    unit: str
    to: str | None


@dataclass(frozen=True, slots=True)
class AdoptFramework(Command):
    """Let this version count from now on. Units with an unchanged id need no migration."""

    framework: Framework
    migration: tuple[Migration, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameworkAdopted(Event):
    """The whole version."""

    framework: Framework
    migration: tuple[Migration, ...]


@dataclass(frozen=True, slots=True)
class Frameworks:
    """All versions, oldest first."""

    adopted: tuple[FrameworkAdopted, ...] = ()

    @property
    def current(self) -> Framework | None:
        """The version that counts, None before the first adoption."""
        return self.adopted[-1].framework if self.adopted else None

    @property
    def current_version(self) -> str:
        """The name of the version that counts, "" before any was adopted."""
        return self.current.version if self.current else ""

    def version(self, version: str) -> Framework | None:
        """The version of a name."""
        return next((one.framework for one in self.adopted if one.framework.version == version), None)

    def present_name(self, unit: str, version: str) -> str | None:
        """The id in the current version of a unit of an earlier version; None for a unit that is no longer rated."""
        versions = [one.framework.version for one in self.adopted]
        if version not in versions:
            return unit
        here: str | None = unit
        for later in self.adopted[versions.index(version) + 1 :]:
            moved = {moving.unit: moving.to for moving in later.migration}
            here = moved.get(here, here) if here is not None else None
        return here


def decide(command: AdoptFramework, frameworks: Frameworks) -> Sequence[Event]:
    """A version is whole in itself, comes once, and leaves no unit of the version before without a place."""
    framework = command.framework
    if (standing := frameworks.version(framework.version)) is not None:
        if standing == framework:
            return []
        raise Refused("framework-version-is-taken", "Another framework was adopted under this version.")
    for trouble in _troubles(framework):
        raise Refused("framework-is-not-whole", trouble)
    before = frameworks.current
    moved = {moving.unit: moving.to for moving in command.migration}
    known, old = {unit.unit for unit in framework.units}, {unit.unit for unit in before.units} if before else set()
    if (
        len(moved) != len(command.migration)
        or not set(moved) <= old
        or not {to for to in moved.values() if to} <= known
    ):
        raise Refused(
            "framework-migration-is-wrong",
            "A migration leads from units of the version before to units of this version.",
        )
    if not old - set(moved) <= known:
        raise Refused("framework-loses-units", "Every unit of the version before needs a migration.")
    return [FrameworkAdopted(framework, command.migration)]


def _troubles(framework: Framework) -> Iterator[str]:
    areas, units = [area.area for area in framework.areas], [unit.unit for unit in framework.units]
    if not units or max(Counter(areas).values()) > 1 or max(Counter(units).values()) > 1:
        yield "areas and units are there, each once"
    if {unit.area for unit in framework.units} != set(areas):
        yield "every unit belongs to an area, and every area has a unit"
    if tuple(level.level for level in framework.levels) != LEVELS:
        yield "the levels are 1 to 4, in this order"
    if tuple(aspect.aspect for aspect in framework.aspects) != ASPECTS:
        yield "the aspects are knowledge, skill and attitude, in this order"


def evolve(frameworks: Frameworks, event: FrameworkAdopted) -> Frameworks:
    return Frameworks((*frameworks.adopted, event))


FRAMEWORK: Decider[Frameworks] = Decider("framework", Frameworks(), decide, evolve)
