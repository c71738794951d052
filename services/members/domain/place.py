"""Places: the centres of sub-districts, never addresses."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG), kilometres."""


@dataclass(frozen=True, slots=True)
class Centre:
    """A point, in degrees: ``latitude`` −90..90 (south negative), ``longitude`` −180..180 (east positive)."""

    latitude: float
    longitude: float


def kilometres(one: Centre, other: Centre) -> float:
    """The great-circle distance of two centres, by the haversine formula, in kilometres."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))
