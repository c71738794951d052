"""How far the people of a region or the staff of a library are, without names, now and at a time before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from marshmallow import ValidationError

from services.kernel.base.problem import Forbidden
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Key, Unset
from services.kernel.declare.shapes import Identity80, Slug
from services.members.api.growth import rating_of
from services.members.api.libraries import accompanies, registered_library, works_at
from services.members.dependencies import Dependencies
from services.members.domain.competence import SECOND, SELF
from services.members.domain.framework import Frameworks
from services.members.domain.growth import LevelsOfPerson, area_levels, current_levels, gained
from services.members.frameworks import adopted_frameworks
from services.members.iso import IsoTime
from services.members.views.affiliations import AFFILIATIONS
from services.members.views.competence import COMPETENCE_OF, CompetenceRow

routes = Routes()


@dataclass(frozen=True)
class ManyQuery:
    """Of a region or of a library's staff. ``until`` is now unless given; ``since`` is a time to compare with."""

    region: Annotated[Slug | Unset, Described("the region; either a region or a library")] = UNSET
    library: Annotated[Identity80 | Unset, Described("the library; either a region or a library")] = UNSET
    since: Annotated[datetime | Unset, Key("from"), Described("an earlier time to compare with")] = UNSET
    until: Annotated[
        datetime | Unset, Key("to"), Described("the time at which levels are counted; now if left out")
    ] = UNSET

    def __post_init__(self) -> None:
        if (self.region is UNSET) == (self.library is UNSET):
            raise ValidationError("Give a region or a library.", "region")


@dataclass(frozen=True)
class AreaCount:
    """The number of people rated in an area, and the number at each level."""

    area: str
    name: str
    people: int
    levels: Mapping[str, int]


@dataclass(frozen=True)
class CountAt:
    """How far the people were at a time. ``people``: how many of them were rated at all."""

    at: IsoTime
    people: int
    areas: tuple[AreaCount, ...]


@dataclass(frozen=True)
class Gained:
    """Levels gained between both times, by rater, of the people counted at both."""

    own: Annotated[int, Key("self")]
    second: int


@dataclass(frozen=True)
class ManyAnswer:
    framework: str
    before: Annotated[CountAt | None, Key("from")]
    after: Annotated[CountAt, Key("to")]
    gained: Gained | None


@routes.get("/v1/competence", statuses=(200, 403, 404))
def competence_of_many(deps: Dependencies, request: Request[None, ManyQuery]) -> Answer[ManyAnswer]:
    """Count the levels of competence in a region or at a library, without names.

    For people who work at the library, and for those who accompany libraries or rate in the region. With ``since`` the
    answer also counts the levels at that time, and how many people gained.
    """
    query = request.query
    _require_may_count(deps, request, query)
    frameworks = adopted_frameworks(deps.commands)
    until = query.until or request.now
    at_end = _standings(deps, frameworks, query, until)
    after = _counted(frameworks, until, at_end.values())
    if query.since is UNSET:
        return Answer(ManyAnswer(frameworks.current_version, None, after, None))
    at_beginning = _standings(deps, frameworks, query, query.since)
    before = _counted(frameworks, query.since, at_beginning.values())
    return Answer(ManyAnswer(frameworks.current_version, before, after, _gained(at_beginning, at_end)))


def _gained(at_beginning: Mapping[str, LevelsOfPerson], at_end: Mapping[str, LevelsOfPerson]) -> Gained:
    steps = [gained(at_beginning[person], at_end[person]) for person in at_beginning.keys() & at_end.keys()]
    return Gained(sum(step[SELF] for step in steps), sum(step[SECOND] for step in steps))


def _standings(
    deps: Dependencies, frameworks: Frameworks, query: ManyQuery, at: datetime
) -> Mapping[str, LevelsOfPerson]:
    """How far each person was at a time, without the people who had no rating yet."""
    if query.library is UNSET:
        rows = list(deps.views.all(COMPETENCE_OF, {"region": query.region}))
    else:
        people = _staff(deps, query.library, at)
        rows = [deps.views.get(COMPETENCE_OF, person) or CompetenceRow(person) for person in people]
    found = {row.person: current_levels(map(rating_of, row.ratings.values()), frameworks, at) for row in rows}
    return {person: levels for person, levels in found.items() if levels}


def _staff(deps: Dependencies, library: str, at: datetime) -> list[str]:
    return [
        row.person
        for row in deps.views.all(AFFILIATIONS, {"library": library})
        if any(term.since <= at and (term.until is None or at < term.until) for term in row.terms.values())
    ]


def _counted(frameworks: Frameworks, at: datetime, people: Iterable[LevelsOfPerson]) -> CountAt:
    known = list(people)
    names = {area.area: area.name for area in frameworks.current.areas} if frameworks.current else {}
    areas = tuple(
        AreaCount(count.area, names[count.area], count.people, {str(level): n for level, n in count.levels.items()})
        for count in area_levels(known, frameworks)
    )
    return CountAt(at.isoformat(), len(known), areas)


def _require_may_count(deps: Dependencies, request: Request[Any, Any], query: ManyQuery) -> None:
    actor, region = request.actor.require_person(), query.region or None
    if query.library is not UNSET:
        known = registered_library(deps, query.library)
        if works_at(deps, actor, query.library):
            return
        region = known.region
    if not accompanies(request.actor, region):
        raise Forbidden(permission="competence.rate", region=region)
