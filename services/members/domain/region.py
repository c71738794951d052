"""A region of the community, with its sub-districts. Regions are data: the board opens them while the community lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class Subdistrict:
    """A sub-district (kecamatan): ``id`` is unique within its region, the point is its centre, in degrees."""

    id: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class OpenRegion(Command):
    """Open a region."""

    name: str
    subdistricts: tuple[Subdistrict, ...]


@dataclass(frozen=True, slots=True)
class RegionOpened(Event):
    """People can join in the region, and offices can be held for it."""

    name: str
    subdistricts: tuple[Subdistrict, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A region that is open."""

    name: str
    subdistricts: tuple[Subdistrict, ...]

    def has(self, subdistrict: str) -> bool:
        """Whether a sub-district of this id lies in the region."""
        return any(known.id == subdistrict for known in self.subdistricts)


def decide(command: OpenRegion, region: Region | None) -> Sequence[Event]:
    """A region is opened once; opened again with the same data, nothing changes."""
    if len({subdistrict.id for subdistrict in command.subdistricts}) < len(command.subdistricts):
        raise Refused("subdistrict-named-twice", "Two sub-districts have the same id.")
    if region is None:
        return [RegionOpened(command.name, command.subdistricts)]
    if region == Region(command.name, command.subdistricts):
        return []
    raise Refused("region-is-open", "This region is open already, with other data.")


def evolve(_region: Region | None, event: RegionOpened) -> Region:
    return Region(event.name, event.subdistricts)


REGION: Decider[Region | None] = Decider("region", None, decide, evolve)
