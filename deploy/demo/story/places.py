"""The regions of the former Residency of Kediri, as the board opens them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "wilayah.json"

KOTA_KEDIRI = "kota-kediri"
KABUPATEN_KEDIRI = "kabupaten-kediri"
KOTA_BLITAR = "kota-blitar"
KABUPATEN_BLITAR = "kabupaten-blitar"
TULUNGAGUNG = "kabupaten-tulungagung"
TRENGGALEK = "kabupaten-trenggalek"
NGANJUK = "kabupaten-nganjuk"


@dataclass(frozen=True)
class Place:
    """A region: its id, its name, and its sub-districts as `POST /v1/regions` takes them."""

    region: str
    name: str
    subdistricts: tuple[dict[str, Any], ...]

    @property
    def body(self) -> dict[str, Any]:
        """The body of the request that opens the region."""
        return {"region": self.region, "name": self.name, "subdistricts": list(self.subdistricts)}


@cache
def places() -> tuple[Place, ...]:
    """All seven regions."""
    document = json.loads(FILE.read_text("utf-8"))
    return tuple(Place(entry["region"], entry["name"], tuple(entry["subdistricts"])) for entry in document["wilayah"])


def place(region: str) -> Place:
    """The region with this id."""
    return next(one for one in places() if one.region == region)
