"""Mentorships: wished for, listed, shown, and who goes along."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.kernel.base.problem import Forbidden, Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import Paging, identity, listing, paged, paging
from services.kernel.declare.shapes import line as text
from services.mentoring.api.case_shown import CaseLine, CaseRef, CaseShown, line, whole
from services.mentoring.api.standing import case_of, standing
from services.mentoring.domain.case import CLOSED, OPEN, Library, Note
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import (
    COMPANION,
    AssignMentor,
    CloseMentorship,
    OpenMentorship,
    ReleaseMentor,
)
from services.mentoring.domain.opening import LEAD as LEADING
from services.mentoring.parts import LEAD, VISIT, Parts
from services.mentoring.templates import newest
from services.mentoring.views.libraries import LIBRARIES, present_staff
from services.mentoring.views.mentorships import MENTORSHIPS
from services.mentoring.views.practice import PRACTICE

routes = Routes()


class Wish(Schema):
    """A library's wish to be accompanied."""

    library = identity()
    software = identity(required=False, load_default="slims")
    wish = text(required=False, longest=2000, load_default=None)


class CaseFilter(Paging):
    region = identity(required=False)
    library = identity(required=False)
    mentor = identity(required=False)
    state = fields.String(validate=OneOf([OPEN, CLOSED]))
    stage = identity(required=False)


class MentorBody(Schema):
    person = identity()
    role = fields.String(load_default=LEADING, validate=OneOf([LEADING, COMPANION]))


class ClosingBody(Schema):
    why = fields.String(required=True, validate=OneOf(["smooth", "withdrawn", "moved"]))


class TeamShown(Schema):
    mentorship = fields.String()
    mentors = fields.List(fields.String(), metadata={"description": "who leads first"})


class ClosedShown(Schema):
    mentorship = fields.String()
    state = fields.String()


@routes.post("/v1/mentorships", body=Wish(), answer=CaseRef(), statuses=(201, 403, 404, 422))
def open_mentorship(parts: Parts, request: Request) -> Answer:
    """Open a case on a library's wish; a library has one at a time."""
    person, body = request.actor.require_person(), request.body
    known = parts.views.get(LIBRARIES, body["library"])
    if known is None or not known.get("region"):
        raise NotFound
    if person not in present_staff(known) and not request.actor.may(LEAD, known["region"]):
        raise Forbidden(region=known["region"])
    template = newest(body["software"])
    if template is None:
        raise Malformed(errors={"software": ["There is no stage template for this software."]})
    mentorship = case_of(parts, body["library"])
    library = Library(body["library"], known["region"])
    wish = body["wish"] and Note(person, parts.vault.seal(person, body["wish"]))
    command = OpenMentorship(library, template.software, template.name, person, wish)

    def answer(state: Any, _events: object) -> dict[str, Any]:
        return {"mentorship": mentorship, "library": library.id, "stage": state.stage}

    commit = request.take(MENTORSHIP, mentorship, command, answer=answer)
    return recorded(commit, 201, location=f"/v1/mentorships/{mentorship}")


@routes.get("/v1/mentorships", query=CaseFilter(), answer=listing(CaseLine))
def list_mentorships(parts: Parts, request: Request) -> Answer:
    """Cases: those of one's regions, and those of one's own library."""
    person, query = request.actor.require_person(), request.query
    names = {"region": "region", "library": "library", "mentor": "mentors", "state": "state", "stage": "stage"}
    where: dict[str, Any] = {field: query[name] for name, field in names.items() if name in query}
    sees_all = any(request.actor.may(each, query.get("region")) for each in (LEAD, VISIT))
    if not sees_all:
        own = (parts.views.get(PRACTICE, person) or {}).get("libraries", [])
        regions = {region for each in (LEAD, VISIT) for region in request.actor.grants.get(each, ())}
        mine = [{"library": {"$in": list(own)}}, {"mentors": person}, {"region": {"$in": sorted(regions)}}]
        where = {"$and": [where, {"$or": mine}]}
    page = parts.views.find(MENTORSHIPS, where, **paging(request))
    libraries = sorted({document["library"] for document in page.items})
    found = parts.views.find(LIBRARIES, {"_id": {"$in": libraries}}, limit=100).items if libraries else []
    named = {document["_id"]: document.get("name") for document in found}
    return paged(page, lambda document: line(document, named.get(document["library"])))


@routes.get("/v1/mentorships/{mentorship}", answer=CaseShown(), statuses=(200, 404))
def show_mentorship(parts: Parts, request: Request) -> Answer:
    """One case as a whole."""
    found = standing(parts, request.path["mentorship"], request.actor)
    document = parts.views.get(MENTORSHIPS, found.identity)
    if document is None:
        raise NotFound
    return Answer(whole(parts, found, document, request.now), version=found.version)


@routes.post(
    "/v1/mentorships/{mentorship}/mentors", body=MentorBody(), answer=TeamShown(), statuses=(201, 403, 404, 422)
)
def assign_mentor(parts: Parts, request: Request) -> Answer:
    """Name the mentor who leads, or one beside."""
    found = standing(parts, request.path["mentorship"], request.actor)
    found.require(found.leads)
    parts.require_member(request.body["person"])
    return _team(request, found.identity, AssignMentor(request.body["person"], request.body["role"]), 201)


@routes.delete("/v1/mentorships/{mentorship}/mentors/{person}", answer=TeamShown(), statuses=(200, 403, 404, 422))
def release_mentor(parts: Parts, request: Request) -> Answer:
    """A mentor goes along no longer."""
    found = standing(parts, request.path["mentorship"], request.actor)
    found.require(found.leads or request.path["person"] == request.actor.id)
    return _team(request, found.identity, ReleaseMentor(request.path["person"]), 200)


@routes.post(
    "/v1/mentorships/{mentorship}/close", body=ClosingBody(), answer=ClosedShown(), statuses=(200, 403, 404, 422)
)
def close_mentorship(parts: Parts, request: Request) -> Answer:
    """Close the case; as smooth only when it is."""
    found = standing(parts, request.path["mentorship"], request.actor)
    command = CloseMentorship(request.body["why"], found.require(found.leads))
    reply = {"mentorship": found.identity, "state": CLOSED}
    return recorded(request.take(MENTORSHIP, found.identity, command, answer=lambda *_: reply))


def _team(request: Request, mentorship: str, command: AssignMentor | ReleaseMentor, status: int) -> Answer:
    def answer(state: Any, _events: object) -> dict[str, Any]:
        return {"mentorship": mentorship, "mentors": list(state.mentors)}

    return recorded(request.take(MENTORSHIP, mentorship, command, answer=answer), status)
