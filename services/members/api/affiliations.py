"""The people who work at a library, with the times."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from marshmallow.validate import OneOf

from services.kernel.base.problem import Forbidden, Refused
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity80, Listing, OptionalPageQuery, fill, paged, paging
from services.members.api.libraries import KEEP_LIBRARIES, accompanies, known_library, works_at
from services.members.dependencies import Dependencies
from services.members.domain.affiliation import (
    AFFILIATION,
    ROLES,
    Affiliation,
    EndAffiliation,
    StartAffiliation,
    Working,
    affiliation_identity,
)
from services.members.domain.staffing import STAFFING, NoteStaff, Staffing
from services.members.iso import IsoTime, iso
from services.members.views.affiliations import AFFILIATIONS, AffiliationRow

routes = Routes()


@dataclass(frozen=True)
class AffiliationBody:
    """``person`` is the caller unless given; ``since`` is now unless given."""

    role: Annotated[str, OneOf(ROLES), Described("what the person is at the library")]
    person: Annotated[Identity80 | None, Described("the person who works there; the caller if left out")] = None
    since: Annotated[datetime | Unset, Described("since when; now if left out")] = UNSET


@dataclass(frozen=True)
class EndBody:
    """``until`` is now unless given."""

    until: Annotated[datetime | Unset, Described("until when; now if left out")] = UNSET


@dataclass(frozen=True)
class AffiliationChange:
    """The affiliation after the change; ``role`` is null after an end."""

    library: str
    person: str
    role: str | None


@dataclass(frozen=True)
class Term:
    """A time in one role; ``until`` is null while the term runs."""

    role: str
    since: IsoTime
    until: IsoTime | None


@dataclass(frozen=True)
class AffiliationAnswer:
    """A person who works or worked at the library, with all terms from first to last. ``name`` is null after an
    erasure.
    """

    person: str
    name: str | None
    stands: bool
    terms: tuple[Term, ...]


class AffiliationList(Listing[AffiliationAnswer]):
    pass


@routes.post("/v1/libraries/{library}/affiliations", statuses=(201, 403, 404, 422))
def start_affiliation(deps: Dependencies, request: Request[AffiliationBody]) -> Answer[AffiliationChange]:
    """Record that a person works at a library.

    Members say so for themselves. The first person at a library needs nobody's confirmation; everybody after that is
    entered by somebody who works there or has ``libraries.keep`` in the region.
    """
    actor, body = request.actor.require_person(), request.body
    library, known = known_library(deps, request)
    person = body.person or actor
    vouched = works_at(deps, actor, library) or request.actor.may(KEEP_LIBRARIES, known.region)
    if person != actor and not vouched:
        raise Forbidden(permission=KEEP_LIBRARIES, region=known.region)
    deps.require_member(person)
    command = StartAffiliation(
        library,
        person,
        body.role,
        known.region,
        body.since or request.now,
        request.now,
        vouched=vouched,
        first=_is_first(deps, request, library, person, vouched),
    )
    return _change_affiliation(request, library, person, command)


def _is_first(deps: Dependencies, request: Request[Any], library: str, person: str, vouched: bool) -> bool:
    """Whether the person is the first ever at the library. The library's own stream decides between two people who
    claim so at the same time.
    """
    if not vouched and deps.views.find(AFFILIATIONS, {"library": library}, limit=1).items:
        # People who began before libraries had this stream are in the view alone; the stream knows all later ones.
        return deps.commands.state(STAFFING, library)[0] == Staffing(person)
    with suppress(Refused):
        request.also(STAFFING, library, NoteStaff(person, vouched), "first")
    return deps.commands.state(STAFFING, library)[0] == Staffing(person)


@routes.post("/v1/libraries/{library}/affiliations/{person}/end", statuses=(200, 403, 404, 422))
def end_affiliation(deps: Dependencies, request: Request[EndBody]) -> Answer[AffiliationChange]:
    """Record that a person no longer works at a library.

    For the person, and for callers with ``libraries.keep`` in the region. The library and its mentorship remain.
    """
    request.actor.require_person()
    library, known = known_library(deps, request)
    person = request.path["person"]
    if person != request.actor.id:
        request.actor.require(KEEP_LIBRARIES, known.region)
    command = EndAffiliation(request.body.until or request.now, request.now)
    return _change_affiliation(request, library, person, command)


@routes.get("/v1/libraries/{library}/affiliations", statuses=(200, 403, 404))
def affiliations(deps: Dependencies, request: Request[None, OptionalPageQuery]) -> Answer[AffiliationList]:
    """List who works at a library now, and who worked there.

    For people who work there, and for those who accompany the libraries of the region; others get 403.
    """
    actor = request.actor.require_person()
    library, known = known_library(deps, request)
    if not (accompanies(request.actor, known.region) or works_at(deps, actor, library)):
        raise Forbidden(permission="members.read", region=known.region)
    page = deps.views.find(AFFILIATIONS, {"library": library}, **paging(request))
    return paged(page, lambda row: affiliation_shown(deps, row), AffiliationList)


def own_affiliations(deps: Dependencies, person: str) -> list[AffiliationRow]:
    """Where somebody works now."""
    return [row for row in deps.views.all(AFFILIATIONS, {"person": person}) if row.stands]


def _change_affiliation(
    request: Request[Any], library: str, person: str, command: StartAffiliation | EndAffiliation
) -> Answer[AffiliationChange]:
    def changed(affiliation: Affiliation, _events: object) -> AffiliationChange:
        return AffiliationChange(library, person, affiliation.role if isinstance(affiliation, Working) else None)

    return request.outcome(AFFILIATION, affiliation_identity(library, person), command, changed)


def affiliation_shown(deps: Dependencies, row: AffiliationRow) -> AffiliationAnswer:
    terms = tuple(Term(term.role, term.since.isoformat(), iso(term.until)) for term in row.terms_in_order())
    return fill(AffiliationAnswer, row, name=deps.name_of(row.person), terms=terms)
