"""Who works at which library, from when to when."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.problem import Forbidden, Malformed, Refused
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import OptionalPaging, identity, listing, time
from services.members.api.libraries import accompanies, known_library, works_at
from services.members.domain.affiliation import (
    AFFILIATION,
    ROLES,
    EndAffiliation,
    StartAffiliation,
    affiliation_identity,
)
from services.members.domain.library import Library
from services.members.domain.person import PERSON
from services.members.domain.staffing import STAFFING, NoteStaff
from services.members.parts import Parts
from services.members.views.affiliations import AFFILIATIONS

routes = Routes()


class AffiliationBody(Schema):
    """Who works there, oneself by default, as what and since when: now by default."""

    person = identity(required=False, published_length=80, allow_none=True, load_default=None)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    since = time(required=False)


class EndBody(Schema):
    """Until when: now by default."""

    until = time(required=False)


class AffiliationChange(Schema):
    """The affiliation as it stands; ``role`` null where it has ended."""

    library = fields.String(required=True)
    person = fields.String(required=True)
    role = fields.String(required=True, allow_none=True)


class Term(Schema):
    """A time in one role; ``until`` null while it runs."""

    role = fields.String(required=True)
    since = fields.AwareDateTime(required=True, format="iso")
    until = fields.AwareDateTime(required=True, format="iso", allow_none=True)


class AffiliationAnswer(Schema):
    """Somebody who works there, or did; terms from first to last. ``name`` null where it is erased."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    stands = fields.Boolean(required=True)
    terms = fields.List(fields.Nested(Term), required=True)


@routes.post(
    "/v1/libraries/{library}/affiliations",
    body=AffiliationBody(),
    answer=AffiliationChange(),
    statuses=(201, 403, 404, 422),
)
def start_affiliation(parts: Parts, request: Request) -> Answer:
    """Begin to work at a library.

    The first person at a library says so alone. Everybody after that needs a colleague, or somebody who keeps the
    libraries of the region, to say it.
    """
    actor = request.actor.require_person()
    library, known = known_library(parts, request)
    person = request.body["person"] or actor
    vouched = works_at(parts, actor, library) or request.actor.may("libraries.keep", known.region)
    if person != actor and not vouched:
        raise Forbidden(permission="libraries.keep", region=known.region)
    if not parts.commands.state(PERSON, person)[0].is_member:
        raise Malformed(errors={"person": ["There is no such member."]})
    since = request.body.get("since", request.now)
    command = StartAffiliation(
        library,
        person,
        request.body["role"],
        known.region,
        since,
        request.now,
        vouched=vouched,
        first=_first(parts, request, library, person, vouched),
    )
    return _take(request, library, person, command, 201)


def _first(parts: Parts, request: Request, library: str, person: str, vouched: bool) -> bool:
    """Whether nobody ever worked there before: two who say so at once are told apart by the library's own stream."""
    if not vouched and parts.views.find(AFFILIATIONS, {"library": library}, limit=1).items:
        # Those who began before libraries had such a stream; of anybody later the stream knows.
        return parts.commands.state(STAFFING, library)[0].first == person
    with suppress(Refused):
        request.also(STAFFING, library, NoteStaff(person, vouched), "first")
    return parts.commands.state(STAFFING, library)[0].first == person


@routes.post(
    "/v1/libraries/{library}/affiliations/{person}/end",
    body=EndBody(),
    answer=AffiliationChange(),
    statuses=(200, 403, 404, 422),
)
def end_affiliation(parts: Parts, request: Request) -> Answer:
    """Work at a library no more.

    The library stays, and so does its mentorship.
    """
    request.actor.require_person()
    library, known = known_library(parts, request)
    person = request.path["person"]
    _require_oneself_or_keeper(request, person, known)
    command = EndAffiliation(request.body.get("until", request.now), request.now)
    return _take(request, library, person, command)


@routes.get(
    "/v1/libraries/{library}/affiliations",
    query=OptionalPaging(),
    answer=listing(AffiliationAnswer, "AffiliationList", required=True),
    statuses=(200, 403, 404),
)
def affiliations(parts: Parts, request: Request) -> Answer:
    """Who works at a library, and who did.

    Shown to those who work there, and to those who accompany the libraries of the region.
    """
    actor = request.actor.require_person()
    library, known = known_library(parts, request)
    if not (accompanies(request.actor, known.region) or works_at(parts, actor, library)):
        raise Forbidden(permission="members.read", region=known.region)
    page = parts.views.find(
        AFFILIATIONS, {"library": library}, limit=request.query["limit"], after=request.query.get("after")
    )
    return Answer({"items": [_shown(parts, document) for document in page.items], "next": page.next})


def own_affiliations(parts: Parts, person: str) -> list[dict[str, Any]]:
    """Where somebody works now: ``{library, role, since}`` each."""
    documents = parts.views.all(AFFILIATIONS, {"person": person})
    return [
        {"library": document["library"], "role": document["role"], "since": document["since"].isoformat()}
        for document in documents
        if document["stands"]
    ]


def _require_oneself_or_keeper(request: Request, person: str, known: Library) -> None:
    if person != request.actor.id:
        request.actor.require("libraries.keep", known.region)


def _take(
    request: Request, library: str, person: str, command: StartAffiliation | EndAffiliation, status: int = 200
) -> Answer:
    commit = request.take(
        AFFILIATION,
        affiliation_identity(library, person),
        command,
        answer=lambda state, _events: {"library": library, "person": person, "role": state.role},
    )
    return recorded(commit, status)


def _shown(parts: Parts, document: dict[str, Any]) -> dict[str, Any]:
    person = document["person"]
    terms = [document["terms"][number] for number in sorted(document["terms"], key=int)]
    return {
        "person": person,
        "name": parts.name_of(person),
        "stands": document["stands"],
        "terms": [{"role": term["role"], "since": _iso(term["since"]), "until": _iso(term["until"])} for term in terms],
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
