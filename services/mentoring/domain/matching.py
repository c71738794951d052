"""Who might go along with a library: a list with reasons, from which a person chooses (U13). The list decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG), kilometres."""
LOAD_AT_MOST = 3
"""Open cases beyond which somebody is named last: a mentor with too many is none."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who accompanies libraries. ``km`` from centre of sub-district to centre; None where one is not known."""

    person: str
    former: bool
    able: bool
    load: int
    km: float | None

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks for it and against, in the order of weight."""
        said = (
            ("former-mentor", self.former),
            ("able", self.able),
            ("near", self.km is not None and self.km <= 10),
            ("has-time", self.load < LOAD_AT_MOST),
            ("has-many", self.load >= LOAD_AT_MOST),
        )
        return tuple(name for name, holds in said if holds)


def ranked(candidates: Iterable[Candidate]) -> Sequence[Candidate]:
    """Best first: whoever went along before, then whoever has time, is able, lives near, has fewer cases."""
    return sorted(
        candidates,
        key=lambda one: (
            not one.former,
            one.load >= LOAD_AT_MOST,
            not one.able,
            one.km is None,
            one.km or 0.0,
            one.load,
            one.person,
        ),
    )


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance of two points, each (latitude, longitude) in degrees, by the haversine formula."""
    north = radians(other[0] - one[0])
    east = radians(other[1] - one[1])
    chord = sin(north / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))
