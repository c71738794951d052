"""Growth: what ratings say as of a time, for one person and for many. Pure.

Self and second rater stay apart for a person. Where people are counted, the second rater's word counts before their own,
aspect by aspect, and somebody's level in an area is the mean over what is rated in it, rounded, a half downwards.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.members.domain.competence import SECOND, SELF
from services.members.domain.framework import LEVELS, Frameworks


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating, its unit as it was called under ``framework``."""

    unit: str
    aspect: str
    level: int
    rater: str
    framework: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AreaLevel:
    """How many of those who are rated in an area are at which level."""

    area: str
    people: int
    levels: Mapping[int, int]


Standing = Mapping[tuple[str, str, str], int]
"""Level by unit, aspect and rater."""


def standing(ratings: Iterable[Rating], frameworks: Frameworks, as_of: datetime) -> Standing:
    """The newest level of each unit, aspect and rater at a time, under the units' present names."""
    levels: dict[tuple[str, str, str], int] = {}
    for rating in sorted((one for one in ratings if one.at <= as_of), key=lambda one: one.at):
        unit = frameworks.present_name(rating.unit, rating.framework)
        if unit is not None:
            levels[unit, rating.aspect, rating.rater] = rating.level
    return levels


def area_levels(people: Iterable[Standing], frameworks: Frameworks) -> list[AreaLevel]:
    """Each area of the current framework with the people rated in it, by their level."""
    framework = frameworks.current
    if framework is None:
        return []
    area_of = {unit.unit: unit.area for unit in framework.units}
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for person in people:
        for area, level in _levels(person, area_of).items():
            counts[area][level] += 1
    return [
        AreaLevel(area.area, counts[area.area].total(), {level: counts[area.area][level] for level in LEVELS})
        for area in framework.areas
    ]


def _levels(person: Standing, area_of: Mapping[str, str]) -> Mapping[str, int]:
    rated: dict[str, list[int]] = defaultdict(list)
    for (unit, aspect, rater), level in person.items():
        overruled = rater != SECOND and (unit, aspect, SECOND) in person
        if unit in area_of and not overruled:
            rated[area_of[unit]].append(level)
    return {area: _rounded(sum(levels), len(levels)) for area, levels in rated.items()}


def _rounded(total: int, count: int) -> int:
    """The mean in whole numbers, a half downwards: nobody is said to be further than they are."""
    return -((count - 2 * total) // (2 * count))


def gained(before: Standing, after: Standing) -> Mapping[str, int]:
    """How many levels lie between two times, by rater, over what the same rater rated at both."""
    steps: Counter[str] = Counter({SELF: 0, SECOND: 0})
    for kind in before.keys() & after.keys():
        steps[kind[2]] += after[kind] - before[kind]
    return dict(steps)
