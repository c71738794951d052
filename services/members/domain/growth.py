"""Growth: the levels of a person or of many people at a time, computed from ratings. Pure.

For a person, own and second ratings stay apart. In counts of people a second rating replaces the person's own, aspect
by aspect, and the level in an area is the mean of its rated aspects, rounded, a half downwards.
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
    """A rating; ``unit`` is the unit's id in version ``framework``."""

    unit: str
    aspect: str
    level: int
    rater: str
    framework: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AreaLevel:
    """The number of people rated in an area, and the number at each level."""

    area: str
    people: int
    levels: Mapping[int, int]


LevelsOfPerson = Mapping[tuple[str, str, str], int]
"""Level by unit, aspect and rater."""


def current_levels(ratings: Iterable[Rating], frameworks: Frameworks, as_of: datetime) -> LevelsOfPerson:
    """The newest level of each unit, aspect and rater at a time, under the units' present names."""
    levels: dict[tuple[str, str, str], int] = {}
    for rating in sorted((one for one in ratings if one.at <= as_of), key=lambda one: one.at):
        unit = frameworks.present_name(rating.unit, rating.framework)
        if unit is not None:
            levels[unit, rating.aspect, rating.rater] = rating.level
    return levels


def area_levels(people: Iterable[LevelsOfPerson], frameworks: Frameworks) -> list[AreaLevel]:
    """The areas of the current framework, with the people rated in each by level."""
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


def _levels(person: LevelsOfPerson, area_of: Mapping[str, str]) -> Mapping[str, int]:
    rated: dict[str, list[int]] = defaultdict(list)
    for (unit, aspect, rater), level in person.items():
        overruled = rater != SECOND and (unit, aspect, SECOND) in person
        if unit in area_of and not overruled:
            rated[area_of[unit]].append(level)
    return {area: _rounded(sum(levels), len(levels)) for area, levels in rated.items()}


def _rounded(total: int, count: int) -> int:
    """The mean in whole numbers, a half downwards: the figures never flatter a person."""
    return -((count - 2 * total) // (2 * count))


def gained(before: LevelsOfPerson, after: LevelsOfPerson) -> Mapping[str, int]:
    """The sum of levels gained between two times, by rater, over aspects rated by the same rater at both."""
    steps: Counter[str] = Counter({SELF: 0, SECOND: 0})
    for kind in before.keys() & after.keys():
        steps[kind[2]] += after[kind] - before[kind]
    return dict(steps)
