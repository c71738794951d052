"""Mentors to choose from for a library: a ranked list with reasons, from which a person chooses (U13)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG), kilometres."""
MAX_LOAD = 3
"""A mentor with this many open cases is ranked behind the others."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who accompanies libraries. ``km`` is from centre of sub-district to centre; None where a centre is not known."""

    person: str
    former: bool
    able: bool
    load: int
    km: float | None

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons for and against this person, in the order of weight."""
        said = (
            ("former-mentor", self.former),
            ("able", self.able),
            ("near", self.km is not None and self.km <= 10),
            ("has-time", self.load < MAX_LOAD),
            ("has-many", self.load >= MAX_LOAD),
        )
        return tuple(name for name, holds in said if holds)


def ranked(candidates: Iterable[Candidate]) -> Sequence[Candidate]:
    """Best first: a former mentor, then a person with time, able, near, with fewer cases."""
    return sorted(
        candidates,
        key=lambda each: (
            not each.former,
            each.load >= MAX_LOAD,
            not each.able,
            each.km is None,
            each.km or 0.0,
            each.load,
            each.person,
        ),
    )


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance of two points, each (latitude, longitude) in degrees, by the haversine formula."""
    north = radians(other[0] - one[0])
    east = radians(other[1] - one[1])
    chord = sin(north / 2) ** 2 + cos(radians(one[0])) * cos(radians(other[0])) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))
