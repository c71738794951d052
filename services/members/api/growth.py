"""The growth of a person: the levels at any time, and the steps that led to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity80, fill
from services.members.api.libraries import accompanies
from services.members.dependencies import Dependencies
from services.members.domain.competence import SECOND, SELF
from services.members.domain.framework import ASPECTS, Frameworks
from services.members.domain.growth import LevelsOfPerson, Rating, current_levels
from services.members.domain.person import PERSON
from services.members.frameworks import adopted_frameworks
from services.members.iso import IsoTime
from services.members.learned import Evidence, Learned, Reason
from services.members.views.competence import COMPETENCE_OF, CompetenceRow, RatingRow
from services.members.views.occasions import OCCASIONS

routes = Routes()


@dataclass(frozen=True)
class AsOf:
    """``as_of`` is now unless given. ``activity``: compare with how far the person was when the activity began."""

    as_of: Annotated[datetime | Unset, Described("the time at which levels are shown; now if left out")] = UNSET
    activity: Annotated[Identity80 | Unset, Described("also show the levels at the beginning of this activity")] = UNSET


@dataclass(frozen=True)
class LevelPair:
    """The person's own rating and the second rater's; null without a rating."""

    own: Annotated[int | None, Key("self")]
    second: int | None


@dataclass(frozen=True)
class UnitLevels:
    """A unit with its aspects."""

    unit: str
    name: str
    aspects: Mapping[str, LevelPair]


@dataclass(frozen=True)
class AreaUnits:
    """An area with all its units."""

    area: str
    name: str
    units: tuple[UnitLevels, ...]


@dataclass(frozen=True)
class Step:
    """One rating."""

    at: IsoTime
    unit: str
    area: str
    aspect: str
    level: int
    rater: str
    by: str
    framework: str
    because: Reason | None


@dataclass(frozen=True)
class Before:
    """How far somebody was when an activity began."""

    activity: str
    title: str
    at: IsoTime
    areas: tuple[AreaUnits, ...]


@dataclass(frozen=True)
class GrowthAnswer:
    """The levels, the ratings and the evidence of a person, the oldest first. ``before`` is null without an activity in
    the query.
    """

    person: str
    name: str | None
    as_of: IsoTime
    framework: str
    areas: tuple[AreaUnits, ...]
    steps: tuple[Step, ...]
    evidence: tuple[Evidence, ...]
    before: Before | None


@routes.get("/v1/competence/{person}", statuses=(200, 404))
def growth(deps: Dependencies, request: Request[None, AsOf]) -> Answer[GrowthAnswer]:
    """Show a person's levels of competence, and each rating that led to them with its reason.

    For the person, and for those who may rate or read the members of the person's region.
    """
    actor, key, query = request.actor.require_person(), request.path["person"], request.query
    person, _ = deps.commands.state(PERSON, key)
    if not person.is_member or not (actor == key or accompanies(request.actor, person.region)):
        raise NotFound
    as_of = query.as_of or request.now
    frameworks = adopted_frameworks(deps.commands)
    row = deps.views.get(COMPETENCE_OF, key) or CompetenceRow(key)
    rows = [rating for rating in row.ratings_in_order() if rating.at <= as_of]
    ratings = [rating_of(rating) for rating in rows]
    learned = Learned(deps, key, as_of, [rating.because for rating in rows if rating.because])
    before = None if query.activity is UNSET else _before(deps, query.activity, ratings, frameworks)
    answer = GrowthAnswer(
        person=key,
        name=deps.name_of(key),
        as_of=as_of.isoformat(),
        framework=frameworks.current_version,
        areas=_areas(frameworks, current_levels(ratings, frameworks, as_of)),
        steps=tuple(
            fill(Step, rating, at=rating.at.isoformat(), because=learned.reason(rating.because)) for rating in rows
        ),
        evidence=learned.evidence(),
        before=before,
    )
    return Answer(answer)


def _before(deps: Dependencies, activity: str, ratings: Iterable[Rating], frameworks: Frameworks) -> Before:
    occasion = deps.views.get(OCCASIONS, activity)
    if occasion is None or occasion.title is None or occasion.starts is None:
        raise Malformed(errors={"activity": ["There is no such activity, or the activity is not known here yet."]})
    begins = occasion.starts
    levels = current_levels((rating for rating in ratings if rating.at < begins), frameworks, begins)
    return Before(activity, occasion.title, begins.isoformat(), _areas(frameworks, levels))


def _areas(frameworks: Frameworks, levels: LevelsOfPerson) -> tuple[AreaUnits, ...]:
    framework = frameworks.current
    if framework is None:
        return ()
    units = [(unit.area, UnitLevels(unit.unit, unit.name, _aspects(levels, unit.unit))) for unit in framework.units]
    return tuple(
        AreaUnits(area.area, area.name, tuple(unit for within, unit in units if within == area.area))
        for area in framework.areas
    )


def _aspects(levels: LevelsOfPerson, unit: str) -> Mapping[str, LevelPair]:
    return {
        aspect: LevelPair(levels.get((unit, aspect, SELF)), levels.get((unit, aspect, SECOND))) for aspect in ASPECTS
    }


def rating_of(row: RatingRow) -> Rating:
    """A rating of the view as the domain takes it."""
    return fill(Rating, row)
