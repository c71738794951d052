"""Regions and sub-districts as people write them: "Kab. Kediri", "KABUPATEN KEDIRI", "Kec. Mojoroto"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.members.views.regions import RegionRow

_REGENCY = re.compile(r"\bkab(?:upaten)?\b\.?", re.IGNORECASE)
_CITY = re.compile(r"\bkota(?:madya)?\b\.?", re.IGNORECASE)
_SUBDISTRICT = re.compile(r"^\s*kec(?:amatan)?\b\.?", re.IGNORECASE)


@dataclass(frozen=True)
class Gazetteer:
    """``regions`` maps every name of a region to the regions of that name; ``subdistricts`` maps a region to the names
    and ids of its sub-districts.
    """

    regions: Mapping[str, frozenset[str]]
    subdistricts: Mapping[str, Mapping[str, str]]

    def regions_named(self, text: str) -> frozenset[str]:
        """The regions of a name: one, none, or several for a name that leaves city and regency open."""
        return self.regions.get(_folded_region(text), frozenset())

    def subdistrict_named(self, region: str, text: str) -> str | None:
        """The id of the region's sub-district of a name, None for an unknown name."""
        return self.subdistricts.get(region, {}).get(_folded(_SUBDISTRICT.sub("", text)))


def gazetteer_of(rows: Iterable[RegionRow]) -> Gazetteer:
    """The gazetteer of all regions."""
    regions: dict[str, set[str]] = {}
    subdistricts: dict[str, Mapping[str, str]] = {}
    for row in rows:
        bare = _folded(_CITY.sub("", _REGENCY.sub("", row.name)))
        full = f"kota{bare}" if _CITY.search(row.name) else f"kab{bare}"
        for spelling in {_folded_region(row.name), _folded_region(row.region.replace("-", " ")), full, bare}:
            regions.setdefault(spelling, set()).add(row.region)
        subdistricts[row.region] = {
            spelling: subdistrict.id
            for subdistrict in row.subdistricts
            for spelling in (_folded(subdistrict.name), _folded(subdistrict.id))
        }
    return Gazetteer({spelling: frozenset(known) for spelling, known in regions.items()}, subdistricts)


def _folded(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _folded_region(text: str) -> str:
    return _folded(_CITY.sub("kota", _REGENCY.sub("kab", text)))
