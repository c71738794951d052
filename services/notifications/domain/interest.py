"""Which of the public facts somebody reads: by type and by region, and never more than they may."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.public_facts import PUBLIC, matches

ALL_REGIONS = "*"


@dataclass(frozen=True, slots=True)
class Interest:
    """``types`` are patterns, none for all public facts. ``regions`` are those asked for, none for all that may be read;
    ``granted`` are those that may be, ``ALL_REGIONS`` among them for all.
    """

    types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    granted: tuple[str, ...] = ()

    def takes(self, name: str, region: str | None) -> bool:
        """Whether the fact is one of them. One that belongs to no region (the rules changed, somebody is to be
        forgotten) concerns whoever may read anything.
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
