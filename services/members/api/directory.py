"""The people of a region with a skill, by level and distance: for finding a speaker, a mentor or a helper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import OneOf

from services.kernel.base.problem import Forbidden, Malformed
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Listing, Slug
from services.members.api.growth import rating_of
from services.members.api.members import centres
from services.members.dependencies import Dependencies
from services.members.domain.competence import SECOND, SELF
from services.members.domain.framework import LEVELS
from services.members.domain.growth import current_levels
from services.members.domain.place import kilometres
from services.members.frameworks import adopted_frameworks
from services.members.views.competence import COMPETENCE_OF
from services.members.views.roster import ROSTER

routes = Routes()

LOOKING = ("activities.plan", "mentorships.lead", "competence.rate", "members.read")
MAX_FOUND = 50


@dataclass(frozen=True)
class DirectoryQuery:
    """``level`` is the lowest level in the unit. ``subdistrict`` is where distances are measured from."""

    unit: Annotated[Slug, Described("the unit of competence")]
    region: Annotated[Slug, Described("the region where the people live")]
    subdistrict: Annotated[Slug | Unset, Described("the sub-district from which distances are measured")] = UNSET
    level: Annotated[int, OneOf(LEVELS), Described("the lowest level in the unit")] = 3


@dataclass(frozen=True)
class Able:
    """A person of the region. ``rater`` is ``second`` or ``self``; ``km`` is the distance between centres, null where a
    centre is unknown.
    """

    person: str
    name: str | None
    level: int
    rater: str
    km: float | None


@routes.get("/v1/people-who-can", statuses=(200, 403))
def people_who_can(deps: Dependencies, request: Request[None, DirectoryQuery]) -> Answer[Listing[Able]]:
    """List people of a region who are able in a unit of competence, the best level first, then the nearest.

    Needs ``activities.plan``, ``mentorships.lead``, ``competence.rate`` or ``members.read`` in the region. Levels
    confirmed by a second rater come before people's own ratings. Distances are given if ``subdistrict`` is.
    """
    query, region = request.query, request.query.region
    request.actor.require_person()
    if not any(request.actor.may(permission, region) for permission in LOOKING):
        raise Forbidden(permission=LOOKING[0], region=region)
    frameworks = adopted_frameworks(deps.commands)
    if frameworks.current is None or frameworks.current.unit(query.unit) is None:
        raise Malformed(errors={"unit": ["There is no such unit in the framework in force."]})
    known = centres(deps)
    here = known.get((region, query.subdistrict or ""))
    found: list[Able] = []
    for row in deps.views.all(COMPETENCE_OF, {"region": region}):
        levels = current_levels(map(rating_of, row.ratings.values()), frameworks, request.now)
        level, rater = _skill(levels, query.unit)
        member = deps.views.get(ROSTER, row.person) if level >= query.level else None
        if member is None:
            continue
        home = known.get((member.region, member.subdistrict))
        km = round(kilometres(home, here), 1) if home is not None and here is not None else None
        found.append(Able(row.person, deps.vault.open(row.person, member.name), level, rater, km))
    found.sort(key=lambda able: (able.rater != SECOND, -able.level, able.km is None, able.km, able.person))
    return Answer(Listing(tuple(found[:MAX_FOUND])))


def _skill(levels: Mapping[tuple[str, str, str], int], unit: str) -> tuple[int, str]:
    """The level in skill and its rater: a second rater's level before the person's own. Level 0 for an unrated unit."""
    for rater in (SECOND, SELF):
        level = levels.get((unit, "skill", rater))
        if level is not None:
            return level, rater
    return 0, SELF
