"""Learning from before: shown by oneself, looked at by another."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.problem import Malformed, NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import OptionalPaging, listing, slug, text
from services.members.domain.framework import ASPECTS, LEVELS
from services.members.domain.person import PERSON
from services.members.domain.prior_learning import (
    ACCEPTED,
    DECLINED,
    PRIOR_LEARNING,
    WAITING,
    ReviewPriorLearning,
    SubmitPriorLearning,
)
from services.members.frameworks import adopted
from services.members.parts import Parts
from services.members.views.prior_learning import PRIOR

routes = Routes()

LINK = r"https?://\S+\Z"


class SubmissionBody(Schema):
    """What one can already, and what shows it: a certificate, a course, years of work; a link where there is one."""

    unit = slug()
    aspect = fields.String(required=True, validate=validate.OneOf(ASPECTS))
    level = fields.Integer(required=True, strict=True, validate=validate.OneOf(LEVELS))
    evidence = text(longest=2000)
    link = fields.String(allow_none=True, load_default=None, validate=[validate.Length(8, 500), validate.Regexp(LINK)])


class ReviewBody(Schema):
    """``level`` is what was claimed by default."""

    accepted = fields.Boolean(required=True, truthy={True}, falsy={False})
    level = fields.Integer(strict=True, allow_none=True, load_default=None, validate=validate.OneOf(LEVELS))
    note = text(required=False, longest=1000, allow_none=True, load_default=None)


class SubmissionsQuery(OptionalPaging):
    """Those of a region, for who rates there; one's own without one."""

    region = slug(required=False)
    state = fields.String(validate=validate.OneOf((WAITING, ACCEPTED, DECLINED)))


class SubmissionState(Schema):
    """How it stands."""

    submission = fields.String(required=True)
    state = fields.String(required=True)


class SubmissionAnswer(SubmissionState):
    """A submission; texts and name null where they are erased."""

    person = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True)
    aspect = fields.String(required=True)
    level = fields.Integer(required=True)
    evidence = fields.String(required=True, allow_none=True)
    link = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True, format="iso")


@routes.post("/v1/prior-learning", body=SubmissionBody(), answer=SubmissionState(), statuses=(201, 401))
def submit_prior_learning(parts: Parts, request: Request) -> Answer:
    """Show what I can already."""
    person = request.actor.require_person()
    member, _ = parts.commands.state(PERSON, person)
    if not member.is_member or member.region is None:
        raise NotFound
    body = request.body
    framework = adopted(parts.commands).current
    unit = framework and framework.unit(body["unit"])
    if framework is None or unit is None:
        raise Malformed(errors={"unit": ["There is no such unit in the framework that counts."]})
    sealed = parts.vault.seal_all(person, [("evidence", body["evidence"].strip()), ("link", body["link"])])
    command = SubmitPriorLearning(
        person=person,
        unit=unit.unit,
        area=unit.area,
        aspect=body["aspect"],
        level=body["level"],
        framework=framework.version,
        region=member.region,
        evidence=sealed["evidence"] or "",
        link=sealed["link"],
    )
    return _take(request, request.new_id("prior"), command, 201)


@routes.post(
    "/v1/prior-learning/{submission}/review", body=ReviewBody(), answer=SubmissionState(), statuses=(200, 403, 404, 422)
)
def review_prior_learning(parts: Parts, request: Request) -> Answer:
    """Accept or decline what somebody showed.

    Accepting rates the person. Only for those who may rate in the region where the person lives now.
    """
    by, submission = request.actor.require_person(), request.path["submission"]
    shown = parts.commands.state(PRIOR_LEARNING, submission)[0].submitted
    if shown is None:
        raise NotFound
    person, _ = parts.commands.state(PERSON, shown.person)
    if not person.is_member or person.region is None:
        raise NotFound
    if not (by == shown.person or request.actor.may("competence.rate", person.region)):
        raise NotFound
    request.actor.require("competence.rate", person.region)
    note = request.body["note"] and parts.vault.seal(shown.person, request.body["note"].strip())
    command = ReviewPriorLearning(by, person.region, request.body["accepted"], request.body["level"], note)
    return _take(request, submission, command)


@routes.get(
    "/v1/prior-learning",
    query=SubmissionsQuery(),
    answer=listing(SubmissionAnswer, "SubmissionList", required=True),
    statuses=(200, 403),
)
def prior_learning(parts: Parts, request: Request) -> Answer:
    """What I showed of learning from before, or what a region's people did."""
    person, query = request.actor.require_person(), request.query
    if "region" in query:
        request.actor.require("competence.rate", query["region"])
        where = {"region": query["region"]}
    else:
        where = {"person": person}
    if "state" in query:
        where["state"] = query["state"]
    page = parts.views.find(PRIOR, where, limit=query["limit"], after=query.get("after"))
    return Answer({"items": [_shown(parts, document) for document in page.items], "next": page.next})


def _take(
    request: Request, submission: str, command: SubmitPriorLearning | ReviewPriorLearning, status: int = 200
) -> Answer:
    commit = request.take(
        PRIOR_LEARNING,
        submission,
        command,
        answer=lambda state, _events: {"submission": submission, "state": state.state},
    )
    return recorded(commit, status)


def _shown(parts: Parts, document: dict[str, Any]) -> dict[str, Any]:
    person = document["person"]
    plain = {name: document[name] for name in ("person", "state", "unit", "aspect", "level", "by")}
    opened = {name: parts.vault.open(person, document[name]) for name in ("evidence", "link", "note")}
    named = {"submission": document["_id"], "name": parts.name_of(person), "at": document["at"].isoformat()}
    return {**plain, **opened, **named}
