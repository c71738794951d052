"""The public facts that a reader wants, by type and by region, within the regions that the reader may read."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.public_facts import PUBLIC, matches

ALL_REGIONS = "*"


@dataclass(frozen=True, slots=True)
class Interest:
    """``types`` are patterns; without patterns all public facts are wanted. ``regions`` are wanted; without regions all that may be
    read. ``granted`` are the regions that may be read, ``ALL_REGIONS`` among them for all.
    """

    types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    granted: tuple[str, ...] = ()

    def takes(self, name: str, region: str | None) -> bool:
        """Whether the reader wants the fact and may read it. A fact of no region (changed rules, an erased member) is for every reader
        with any region.
        """
        if name not in PUBLIC or not self.granted:
            return False
        if self.types and not any(matches(pattern, name) for pattern in self.types):
            return False
        if region is None:
            return True
        wanted = not self.regions or ALL_REGIONS in self.regions or region in self.regions
        return wanted and self.may_read(region)

    def may_read(self, region: str) -> bool:
        """Whether facts of the region may be read."""
        return ALL_REGIONS in self.granted or region in self.granted
