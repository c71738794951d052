"""Rating: oneself, or somebody else as a second rater."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.kernel.base.problem import Malformed
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity, slug
from services.members.domain.competence import BECAUSE, COMPETENCE, SECOND, SELF, Because, Rate
from services.members.domain.framework import ASPECTS, LEVELS
from services.members.domain.person import PERSON
from services.members.frameworks import adopted
from services.members.parts import Parts

routes = Routes()


class BecauseBody(Schema):
    """What a rating follows from: an activity or mentorship by its id, learning from before, or nothing that is known here."""

    kind = fields.String(required=True, validate=validate.OneOf(BECAUSE))
    # It goes out in a fact, so it is an id and no text.
    id = identity(required=False, allow_none=True, load_default=None)

    @validates_schema
    def traceable(self, data: dict[str, Any], **_options: Any) -> None:
        """An activity and a mentorship are named, nothing else is."""
        if (data.get("kind") in {"activity", "mentorship"}) != (data.get("id") is not None):
            raise ValidationError("Give the id of an activity or mentorship, and of nothing else.", "id")


class RatingBody(Schema):
    """How far a person is, oneself by default, in an aspect of a unit."""

    person = identity(required=False, published_length=80, allow_none=True, load_default=None)
    unit = slug()
    aspect = fields.String(required=True, validate=validate.OneOf(ASPECTS))
    level = fields.Integer(required=True, strict=True, validate=validate.OneOf(LEVELS))
    because = fields.Nested(BecauseBody, allow_none=True, load_default=None)


class RatingAnswer(Schema):
    """Who was rated under which version of the framework, by whom."""

    person = fields.String(required=True)
    framework = fields.String(required=True)
    rater = fields.String(required=True, validate=validate.OneOf((SELF, SECOND)))


@routes.post("/v1/competence", body=RatingBody(), answer=RatingAnswer(), statuses=(201, 403, 422))
def rate_competence(parts: Parts, request: Request) -> Answer:
    """Rate oneself, or somebody else as a second rater."""
    by = request.actor.require_person()
    body = request.body
    whom = body["person"] or by
    person, _ = parts.commands.state(PERSON, whom)
    if not person.is_member:
        raise Malformed(errors={"person": ["There is no such member."]})
    if whom != by:
        request.actor.require("competence.rate", person.region)
    framework = adopted(parts.commands).current
    unit = framework and framework.unit(body["unit"])
    if framework is None or unit is None:
        raise Malformed(errors={"unit": ["There is no such unit in the framework that counts."]})
    because = body["because"]
    rater = SELF if whom == by else SECOND
    command = Rate(
        person=whom,
        unit=unit.unit,
        area=unit.area,
        aspect=body["aspect"],
        level=body["level"],
        rater=rater,
        by=by,
        framework=framework.version,
        region=person.region,
        because=None if because is None else Because(because["kind"], because["id"]),
    )
    answer = {"person": whom, "framework": framework.version, "rater": rater}
    return recorded(request.take(COMPETENCE, whom, command, answer=lambda _state, _events: answer), 201)
