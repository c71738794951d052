"""Mentorships: open a case, list and show cases, name and release mentors, close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow.validate import OneOf

from services.kernel.base.problem import Forbidden, Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Listing, PageQuery, paged, paging, up_to, where
from services.mentoring.api.case_access import current_case, take_for_case, visible_case
from services.mentoring.api.case_presenter import CaseLine, CaseRef, CaseShown, case_line, case_shown
from services.mentoring.dependencies import LEAD, VISIT, Dependencies
from services.mentoring.domain.case import CLOSED, OPEN, Library, Mentorship
from services.mentoring.domain.opening import (
    COMPANION,
    AssignMentor,
    CloseMentorship,
    OpenMentorship,
    ReleaseMentor,
)
from services.mentoring.domain.opening import LEAD as LEADING
from services.mentoring.templates import newest
from services.mentoring.views.libraries import LIBRARIES
from services.mentoring.views.mentorships import MENTORSHIPS
from services.mentoring.views.practice import PRACTICE, PracticeRow

routes = Routes()


@dataclass(frozen=True)
class Wish:
    """A library's wish to be accompanied."""

    library: Identity
    software: Annotated[Identity, Described("the software that the library is to use")] = "slims"
    wish: Annotated[str | None, up_to(2000), Described("why the library wishes to be accompanied")] = None


@dataclass(frozen=True)
class CaseFilter(PageQuery):
    region: Annotated[Identity | Unset, Described("only mentorships of this region")] = UNSET
    library: Annotated[Identity | Unset, Described("only mentorships of this library")] = UNSET
    mentor: Annotated[Identity | Unset, Described("only mentorships of this mentor")] = UNSET
    state: Annotated[str | Unset, OneOf([OPEN, CLOSED]), Described("only mentorships in this state")] = UNSET
    stage: Annotated[Identity | Unset, Described("only mentorships at this stage")] = UNSET


@dataclass(frozen=True)
class MentorBody:
    person: Identity
    role: Annotated[str, OneOf([LEADING, COMPANION]), Described("leading mentor or further mentor")] = LEADING


@dataclass(frozen=True)
class ClosingBody:
    why: Annotated[str, OneOf(["smooth", "withdrawn", "moved"]), Described("why the mentorship ends")]


@dataclass(frozen=True)
class TeamShown:
    mentorship: str
    mentors: Annotated[tuple[str, ...], Described("who leads first")]


@dataclass(frozen=True)
class ClosedShown:
    mentorship: str
    state: str


@routes.post("/v1/mentorships", statuses=(201, 403, 404, 422))
def open_mentorship(deps: Dependencies, request: Request[Wish]) -> Answer[CaseRef]:
    """Open a mentorship for a library that wishes to be accompanied; a library has one open mentorship at a time.

    For people who work at the library, and for callers with ``mentorships.lead`` in its region.
    """
    person, body = request.actor.require_person(), request.body
    known = deps.library(body.library)
    if not known.region:
        raise NotFound
    if person not in known.present_staff and not request.actor.may(LEAD, known.region):
        raise Forbidden(region=known.region)
    template = newest(body.software)
    if template is None:
        raise Malformed(errors={"software": ["There is no stage template for this software."]})
    mentorship, library = current_case(deps, body.library), Library(body.library, known.region)
    wish = deps.seal_note(person, body.wish)
    command = OpenMentorship(library, template.software, template.name, person, wish)

    def ref_of(case: Mentorship) -> CaseRef:
        return CaseRef(mentorship, library.id, case.stage)

    return take_for_case(request, mentorship, command, ref_of, location=f"/v1/mentorships/{mentorship}")


@routes.get("/v1/mentorships")
def list_mentorships(deps: Dependencies, request: Request[None, CaseFilter]) -> Answer[Listing[CaseLine]]:
    """List mentorships: of the caller's regions, of the caller's own library, and those that the caller is a mentor
    of.
    """
    person, query = request.actor.require_person(), request.query
    wanted = where(
        region=query.region, library=query.library, mentors=query.mentor, state=query.state, stage=query.stage
    )
    sees_all = any(request.actor.may(each, query.region or None) for each in (LEAD, VISIT))
    if not sees_all:
        own = (deps.views.get(PRACTICE, person) or PracticeRow(person)).libraries
        regions = {region for each in (LEAD, VISIT) for region in request.actor.grants.get(each, ())}
        mine = [{"library": {"$in": list(own)}}, {"mentors": person}, {"region": {"$in": sorted(regions)}}]
        wanted = {"$and": [wanted, {"$or": mine}]}
    page = deps.views.find(MENTORSHIPS, wanted, **paging(request))
    libraries = sorted({row.library for row in page.items})
    found = deps.views.find(LIBRARIES, {"_id": {"$in": libraries}}, limit=100).items if libraries else []
    names = {library.library: library.name for library in found}
    return paged(page, lambda row: case_line(row, names.get(row.library)))


@routes.get("/v1/mentorships/{mentorship}", statuses=(200, 404))
def show_mentorship(deps: Dependencies, request: Request) -> Answer[CaseShown]:
    """Show one mentorship with its stages, blockers, evidence and mentors.

    For mentors, callers with ``mentorships.visit`` or ``mentorships.lead`` in the region, and people who work at the
    library; others get 404.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    row = deps.views.get(MENTORSHIPS, access.identity)
    if row is None:
        raise NotFound
    return Answer(case_shown(deps, access, row, request.now), version=access.version)


@routes.post("/v1/mentorships/{mentorship}/mentors", statuses=(201, 403, 404, 422))
def assign_mentor(deps: Dependencies, request: Request[MentorBody]) -> Answer[TeamShown]:
    """Assign a mentor to a library, as the leading mentor or as a further mentor.

    Needs ``mentorships.lead`` in the region.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    access.require(access.may_lead)
    deps.require_member(request.body.person)
    return _take_for_team(request, access.identity, AssignMentor(request.body.person, request.body.role))


@routes.delete("/v1/mentorships/{mentorship}/mentors/{person}", statuses=(200, 403, 404, 422))
def release_mentor(deps: Dependencies, request: Request) -> Answer[TeamShown]:
    """Release a mentor from a mentorship.

    For the mentor, and for callers with ``mentorships.lead`` in the region.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    access.require(access.may_lead or request.path["person"] == request.actor.id)
    return _take_for_team(request, access.identity, ReleaseMentor(request.path["person"]))


@routes.post("/v1/mentorships/{mentorship}/close", statuses=(200, 403, 404, 422))
def close_mentorship(deps: Dependencies, request: Request[ClosingBody]) -> Answer[ClosedShown]:
    """Close a mentorship and say why; ``smooth`` is refused unless the library runs smoothly.

    Needs ``mentorships.lead`` in the region.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    command = CloseMentorship(request.body.why, access.require(access.may_lead))
    return take_for_case(request, access.identity, command, lambda case: ClosedShown(access.identity, case.state))


def _take_for_team(request: Request[Any], mentorship: str, command: AssignMentor | ReleaseMentor) -> Answer[TeamShown]:
    return take_for_case(request, mentorship, command, lambda case: TeamShown(mentorship, case.mentors))
