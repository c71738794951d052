"""Mentors to choose from, with reasons; the person who leads in the region decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from services.heard.regions import REGIONS, RegionRow
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Listing, fill
from services.mentoring.api.case_access import CaseAccess, able_unit, rows_under, visible_case
from services.mentoring.dependencies import Dependencies
from services.mentoring.domain.case import OPEN
from services.mentoring.domain.matching import Candidate, kilometres, ranked
from services.mentoring.views.frameworks import level_under
from services.mentoring.views.libraries import LibraryRow
from services.mentoring.views.mentorships import MENTORSHIPS
from services.mentoring.views.offices import OFFICES
from services.mentoring.views.practice import PRACTICE, PracticeRow

ACCOMPANYING = ("mentor", "regional-coordinator")
"""The offices whose holders accompany libraries."""
routes = Routes()


@dataclass(frozen=True)
class Suggestion:
    person: str
    former: bool
    able: bool
    load: Annotated[int, Described("open cases")]
    km: float | None
    reasons: tuple[str, ...]


@routes.get("/v1/mentorships/{mentorship}/suggestions", statuses=(200, 403, 404))
def suggest_mentors(deps: Dependencies, request: Request) -> Answer[Listing[Suggestion]]:
    """List people who could accompany the library, the best first, each with the reasons; nobody is assigned.

    Needs ``mentorships.lead`` in the region.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    access.require(access.may_lead)
    offices = [row for office in ACCOMPANYING for row in deps.views.all(OFFICES, {"office": office})]
    people = sorted({person for office in offices for person in office.holders})
    practice = {row.participant: row for row in rows_under(deps, PRACTICE, people)}
    former = _former_mentors(deps, access)
    regions = {row.region: row for row in deps.views.all(REGIONS)}
    here = _centre(regions, access.known)
    level, names = deps.rules(request.now).pilot_level, able_unit(deps)
    candidates = [
        Candidate(
            person=person,
            former=person in former,
            able=level_under(names, row.levels) >= level,
            load=deps.views.count(MENTORSHIPS, {"mentors": person, "state": OPEN}),
            km=_distance(here, _centre(regions, row)),
        )
        for person in people
        if person not in access.case.mentors
        for row in [practice.get(person, PracticeRow(person))]
    ]
    return Answer(Listing(tuple(fill(Suggestion, each, reasons=each.reasons) for each in ranked(candidates))))


def _former_mentors(deps: Dependencies, access: CaseAccess) -> frozenset[str]:
    cases = deps.views.all(MENTORSHIPS, {"library": access.library.id})
    return frozenset(person for case in cases for person in case.mentors_ever or ())


def _centre(regions: Mapping[str, RegionRow], place: LibraryRow | PracticeRow) -> tuple[float, float] | None:
    """Latitude and longitude of the sub-district's centre, None where it is not known."""
    region = regions.get(place.region or "")
    known = region.subdistricts if region else ()
    return next(((each.latitude, each.longitude) for each in known if each.id == place.subdistrict), None)


def _distance(here: tuple[float, float] | None, there: tuple[float, float] | None) -> float | None:
    return None if here is None or there is None else round(kilometres(here, there), 1)
