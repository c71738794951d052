"""What several services read of the facts that members tells.

A dataclass for each fact, with every field that a reader needs; members always tells all of these fields. The maps below name
the facts: ``HEARD = FactShapes({**GUESTS_TIED, **MEMBERS_ERASED})``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Subdistrict:
    """The centre's ``latitude`` and ``longitude`` are in degrees."""

    id: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class RegionOpened:
    name: str
    subdistricts: tuple[Subdistrict, ...]


@dataclass(frozen=True)
class MemberPlaced:
    """A member has joined, or has changed; the fact's region is where the member lives from now on."""

    person: str
    subdistrict: str


@dataclass(frozen=True)
class MemberErased:
    """``ids`` are the member's own id and those of the guests that the member was."""

    person: str
    ids: tuple[str, ...]

    @property
    def all_ids(self) -> tuple[str, ...]:
        """Every id that was the person's, each once, ``person`` first."""
        return tuple(dict.fromkeys([self.person, *self.ids]))


@dataclass(frozen=True)
class GuestTied:
    """The guest is known to be the person."""

    guest: str
    person: str


@dataclass(frozen=True)
class _OfficeFact:
    """``region`` is None for an office that is held for all regions."""

    office: str
    region: str | None
    person: str


@dataclass(frozen=True)
class OfficeAssumed(_OfficeFact):
    """The person holds the office from now on. ``board``: the office belongs to the board."""

    board: bool


@dataclass(frozen=True)
class OfficeVacated(_OfficeFact):
    """The person no longer holds the office."""


@dataclass(frozen=True)
class StandInNamed(_OfficeFact):
    """The person stands in while the office is vacant. ``board``: the office belongs to the board, as did all offices with a
    stand-in before the fact said so.
    """

    board: bool = True


@dataclass(frozen=True)
class StandInEnded(_OfficeFact):
    """The person no longer stands in."""


@dataclass(frozen=True)
class LibraryRegistered:
    """A library was registered, or described anew."""

    library: str
    name: str
    kind: str
    level: str
    subdistrict: str | None


@dataclass(frozen=True)
class AffiliationStarted:
    """The person works in the library from now on."""

    library: str
    person: str
    role: str


@dataclass(frozen=True)
class AffiliationEnded:
    """The person no longer works in the library, or goes on in another role, which is told next."""

    library: str
    person: str


FactMap = Mapping[str, type[Any]]

REGIONS_OPENED: FactMap = {"members.region-opened": RegionOpened}
MEMBERS_PLACED: FactMap = {"members.member-joined": MemberPlaced, "members.member-changed": MemberPlaced}
MEMBERS_ERASED: FactMap = {"members.member-erased": MemberErased}
GUESTS_TIED: FactMap = {"members.guest-tied": GuestTied}
OFFICES_CHANGED: FactMap = {
    "members.office-assumed": OfficeAssumed,
    "members.office-vacated": OfficeVacated,
    "members.stand-in-named": StandInNamed,
    "members.stand-in-ended": StandInEnded,
}
LIBRARIES_STAFFED: FactMap = {
    "members.library-registered": LibraryRegistered,
    "members.affiliation-started": AffiliationStarted,
    "members.affiliation-ended": AffiliationEnded,
}
