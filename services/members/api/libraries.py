"""Libraries: what there is, and how each stands towards SLiMS."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.ids import derived_id
from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import OptionalPaging, listing, slug, text
from services.members.domain.affiliation import AFFILIATION, affiliation_identity
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
from services.members.domain.person import PERSON
from services.members.domain.region import REGION
from services.members.identity.joining import clean
from services.members.parts import Parts
from services.members.views.libraries import LIBRARIES

routes = Routes()


class DescriptionBody(Schema):
    """What a library is."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    subdistrict = slug(required=False, allow_none=True, load_default=None)
    size = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(SIZES))


class LibraryBody(DescriptionBody):
    """A library to register."""

    name = text()
    region = slug()


class InterestBody(Schema):
    """How it stands towards SLiMS."""

    interest = fields.String(required=True, validate=validate.OneOf(INTERESTS))


class LibrariesQuery(OptionalPaging):
    """``name``: a part of the name, in any spelling; ``level`` and ``interest`` as they stand."""

    region = slug(required=False)
    name = text(required=False, longest=100)
    level = fields.String(validate=validate.OneOf(LEVELS))
    interest = fields.String(validate=validate.OneOf(INTERESTS))


class LibraryAnswer(Schema):
    """A library."""

    library = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    level = fields.String(required=True)
    region = fields.String(required=True)
    subdistrict = fields.String(required=True, allow_none=True)
    size = fields.String(required=True, allow_none=True)
    interest = fields.String(required=True)


class LibraryRegistered(Schema):
    """The library; ``registered`` false where it was known before."""

    library = fields.String(required=True)
    registered = fields.Boolean(required=True)


class LibraryId(Schema):
    """The library."""

    library = fields.String(required=True)


@routes.post("/v1/libraries", body=LibraryBody(), answer=LibraryRegistered(), statuses=(200, 201, 403, 422))
def register_library(parts: Parts, request: Request) -> Answer:
    """Register a library, once.

    Only members of its region and those who keep the region's libraries may do so. A library that is known already is
    answered as it is.
    """
    body = request.body
    _require_own_region(parts, request.actor, body["region"])
    _check_place(parts, body["region"], body["subdistrict"])
    name = clean(body["name"])
    if not spelling(name):
        raise Malformed(errors={"name": ["A name has letters or digits."]})
    library = library_identity(body["region"], name)
    command = RegisterLibrary(name, body["kind"], body["level"], body["region"], body["subdistrict"], body["size"])
    commit = request.take(
        LIBRARY, library, command, answer=lambda _state, events: {"library": library, "registered": bool(events)}
    )
    return recorded(commit, 201 if commit.answer["registered"] else 200, location=f"/v1/libraries/{library}")


@routes.put("/v1/libraries/{library}", body=DescriptionBody(), answer=LibraryId(), statuses=(200, 403, 404, 422))
def describe_library(parts: Parts, request: Request) -> Answer:
    """Say anew what a library is."""
    library, known = known_library(parts, request)
    require_keeper_or_staff(parts, request.actor, library, known)
    body = request.body
    _check_place(parts, known.region, body["subdistrict"])
    command = DescribeLibrary(body["kind"], body["level"], body["subdistrict"], body["size"])
    return recorded(request.take(LIBRARY, library, command, answer=lambda _state, _events: {"library": library}))


@routes.post("/v1/libraries/{library}/interest", body=InterestBody(), answer=LibraryId(), statuses=(200, 403, 404))
def change_library_interest(parts: Parts, request: Request) -> Answer:
    """Say how a library stands towards SLiMS."""
    library, known = known_library(parts, request)
    require_keeper_or_staff(parts, request.actor, library, known)
    command = ChangeInterest(request.body["interest"])
    return recorded(request.take(LIBRARY, library, command, answer=lambda _state, _events: {"library": library}))


@routes.get("/v1/libraries", query=LibrariesQuery(), answer=listing(LibraryAnswer, "LibraryList", required=True))
def libraries(parts: Parts, request: Request) -> Answer:
    """The libraries, also by a part of the name."""
    query = request.query
    where: dict[str, Any] = {name: query[name] for name in ("region", "level", "interest") if name in query}
    if "name" in query:
        where["spelling"] = {"$regex": re.escape(spelling(query["name"]))}
    page = parts.views.find(LIBRARIES, where, sort="spelling", limit=query["limit"], after=query.get("after"))
    return Answer({"items": [_shown(document) for document in page.items], "next": page.next})


@routes.get("/v1/libraries/{library}", answer=LibraryAnswer(), statuses=(200, 404))
def library(parts: Parts, request: Request) -> Answer:
    """A library."""
    document = parts.views.get(LIBRARIES, request.path["library"])
    if document is None:
        raise NotFound
    return Answer(_shown(document))


def library_identity(region: str, name: str) -> str:
    """The id of the library of a name in a region, however the name is spelt."""
    return derived_id("library", region, spelling(name))


def known_library(parts: Parts, request: Request) -> tuple[str, Library]:
    """The library in the path. Raises ``NotFound``."""
    library = request.path["library"]
    known, _ = parts.commands.state(LIBRARY, library)
    if not known.is_known:
        raise NotFound("there is no such library")
    return library, known


def works_at(parts: Parts, person: str, library: str) -> bool:
    """Whether a person works at a library now."""
    return parts.commands.state(AFFILIATION, affiliation_identity(library, person))[0].stands


def accompanies(actor: Actor, region: str | None) -> bool:
    """Whether somebody rates the people of a region, or reads who they are."""
    return actor.may("members.read", region) or actor.may("competence.rate", region)


def require_keeper_or_staff(parts: Parts, actor: Actor, library: str, known: Library) -> None:
    """Only for who keeps the libraries of its region, and for who works there."""
    if actor.kind == "person" and works_at(parts, actor.id, library):
        return
    actor.require("libraries.keep", known.region)


def _require_own_region(parts: Parts, actor: Actor, region: str) -> None:
    if actor.kind == "person":
        person, _ = parts.commands.state(PERSON, actor.id)
        if person.is_member and person.region == region:
            return
    actor.require("libraries.keep", region)


def _check_place(parts: Parts, region: str, subdistrict: str | None) -> None:
    known, _ = parts.commands.state(REGION, region)
    if not known.is_open:
        raise Malformed(errors={"region": ["There is no such region."]})
    if subdistrict is not None and not known.has(subdistrict):
        raise Malformed(errors={"subdistrict": ["There is no such sub-district in this region."]})


def _shown(document: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "kind", "level", "region", "subdistrict", "size", "interest")
    return {"library": document["_id"], **{name: document[name] for name in names}}
