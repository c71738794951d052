"""The libraries, and how far each is with SLiMS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow.validate import OneOf

from services.kernel.base.ids import derived_id
from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import (
    Listing,
    OptionalPageQuery,
    Slug,
    Text,
    fill,
    not_blank,
    paged,
    paging,
    where,
)
from services.members.dependencies import Dependencies
from services.members.domain.affiliation import AFFILIATION, Working, affiliation_identity
from services.members.domain.library import (
    INTERESTS,
    KINDS,
    LEVELS,
    LIBRARY,
    SIZES,
    ChangeInterest,
    DescribeLibrary,
    Library,
    RegisterLibrary,
    spelling,
)
from services.members.identity.joining import clean
from services.members.views.libraries import LIBRARIES, LibraryRow

KEEP_LIBRARIES = "libraries.keep"
routes = Routes()


@dataclass(frozen=True, kw_only=True)
class DescriptionBody:
    """What a library is."""

    kind: Annotated[str, OneOf(KINDS)]
    level: Annotated[str, OneOf(LEVELS)]
    subdistrict: Slug | None = None
    size: Annotated[str, OneOf(SIZES)] | None = None


@dataclass(frozen=True, kw_only=True)
class LibraryBody(DescriptionBody):
    """A library to register."""

    name: Text
    region: Slug


@dataclass(frozen=True)
class InterestBody:
    """How the library stands towards SLiMS."""

    interest: Annotated[str, OneOf(INTERESTS)]


@dataclass(frozen=True)
class LibrariesQuery(OptionalPageQuery):
    """``name``: a part of the name, in any spelling."""

    region: Annotated[Slug | Unset, Described("only libraries of this region")] = UNSET
    name: Annotated[str | Unset, not_blank(100), Described("a part of the name, in any spelling")] = UNSET
    level: Annotated[str | Unset, OneOf(LEVELS), Described("only libraries of this education level")] = UNSET
    interest: Annotated[str | Unset, OneOf(INTERESTS), Described("only libraries with this interest in SLiMS")] = UNSET


@dataclass(frozen=True)
class LibraryAnswer:
    library: str
    name: str
    kind: str
    level: str
    region: str
    subdistrict: str | None
    size: str | None
    interest: str


class LibraryList(Listing[LibraryAnswer]):
    pass


@dataclass(frozen=True)
class LibraryRegistered:
    """``registered`` is false where the library was known before."""

    library: str
    registered: bool


@dataclass(frozen=True)
class LibraryId:
    library: str


@routes.post("/v1/libraries", statuses=(200, 201, 403, 422))
def register_library(deps: Dependencies, request: Request[LibraryBody]) -> Answer[LibraryRegistered]:
    """Register a library.

    For members who live in its region, and for callers with ``libraries.keep`` there. A library that is registered
    already (the same name in the same region, however spelt) is answered with 200 and not changed.
    """
    body = request.body
    _require_own_region(deps, request.actor, body.region)
    deps.require_place(body.region, body.subdistrict)
    name = clean(body.name)
    if not spelling(name):
        raise Malformed(errors={"name": ["A name needs letters or digits."]})
    library = library_identity(body.region, name)
    command = RegisterLibrary(name, body.kind, body.level, body.region, body.subdistrict, body.size)
    commit = request.take(LIBRARY, library, command, lambda _, events: LibraryRegistered(library, bool(events)))
    return recorded(commit, 201 if commit.answer["registered"] else 200, location=f"/v1/libraries/{library}")


@routes.put("/v1/libraries/{library}", statuses=(200, 403, 404, 422))
def describe_library(deps: Dependencies, request: Request[DescriptionBody]) -> Answer[LibraryId]:
    """Replace the description of a library: its kind, level, sub-district and size.

    For people who work there, and for callers with ``libraries.keep`` in the region.
    """
    library, known = known_library(deps, request)
    _require_keeper_or_staff(deps, request.actor, library, known)
    body = request.body
    deps.require_place(known.region, body.subdistrict)
    command = DescribeLibrary(body.kind, body.level, body.subdistrict, body.size)
    return request.outcome(LIBRARY, library, command, lambda *_: LibraryId(library))


@routes.post("/v1/libraries/{library}/interest", statuses=(200, 403, 404))
def change_library_interest(deps: Dependencies, request: Request[InterestBody]) -> Answer[LibraryId]:
    """Record whether a library is interested in SLiMS or uses it.

    For people who work there, and for callers with ``libraries.keep`` in the region.
    """
    library, known = known_library(deps, request)
    _require_keeper_or_staff(deps, request.actor, library, known)
    command = ChangeInterest(request.body.interest)
    return request.outcome(LIBRARY, library, command, lambda *_: LibraryId(library))


@routes.get("/v1/libraries")
def libraries(deps: Dependencies, request: Request[None, LibrariesQuery]) -> Answer[LibraryList]:
    """List libraries; ``name`` finds libraries by a part of the name."""
    query = request.query
    wanted = where(region=query.region, level=query.level, interest=query.interest)
    if query.name is not UNSET:
        wanted["spelling"] = {"$regex": re.escape(spelling(query.name))}
    page = deps.views.find(LIBRARIES, wanted, sort="spelling", **paging(request))
    return paged(page, library_shown, LibraryList)


@routes.get("/v1/libraries/{library}", statuses=(200, 404))
def library(deps: Dependencies, request: Request) -> Answer[LibraryAnswer]:
    """Show one library."""
    row = deps.views.get(LIBRARIES, request.path["library"])
    if row is None:
        raise NotFound
    return Answer(library_shown(row))


def library_identity(region: str, name: str) -> str:
    """The id of the library of a name in a region, however the name is spelt."""
    return derived_id("library", region, spelling(name))


def known_library(deps: Dependencies, request: Request[Any, Any]) -> tuple[str, Library]:
    """The id and the library in the path. Raises ``NotFound``."""
    library = request.path["library"]
    return library, registered_library(deps, library)


def registered_library(deps: Dependencies, library: str) -> Library:
    """The library of an id. Raises ``NotFound``."""
    known, _ = deps.commands.state(LIBRARY, library)
    if known is None:
        raise NotFound("There is no such library.")
    return known


def works_at(deps: Dependencies, person: str, library: str) -> bool:
    """Whether a person works at a library now."""
    return isinstance(deps.commands.state(AFFILIATION, affiliation_identity(library, person))[0], Working)


def accompanies(actor: Actor, region: str | None) -> bool:
    """Whether the actor may rate or read the people of a region."""
    return actor.may("members.read", region) or actor.may("competence.rate", region)


def _require_keeper_or_staff(deps: Dependencies, actor: Actor, library: str, known: Library) -> None:
    if actor.kind == "person" and works_at(deps, actor.id, library):
        return
    actor.require(KEEP_LIBRARIES, known.region)


def _require_own_region(deps: Dependencies, actor: Actor, region: str) -> None:
    if actor.kind == "person":
        member = deps.member(actor.id)
        if member is not None and member.region == region:
            return
    actor.require(KEEP_LIBRARIES, region)


def library_shown(row: LibraryRow) -> LibraryAnswer:
    return fill(LibraryAnswer, row)
