"""Rating: oneself, or somebody else as a second rater."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from marshmallow import ValidationError
from marshmallow.validate import OneOf

from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity, Identity80, Slug
from services.members.dependencies import Dependencies
from services.members.domain.competence import BECAUSE, COMPETENCE, SECOND, SELF, Because, Rate
from services.members.domain.framework import ASPECTS, LEVELS
from services.members.frameworks import unit_that_counts

routes = Routes()


@dataclass(frozen=True)
class BecauseBody:
    """The reason for a rating: an activity or mentorship by its id, learning from before, or no reason known here. The
    id goes out in a fact, so free text is refused.
    """

    kind: Annotated[str, OneOf(BECAUSE)]
    id: Identity | None = None

    def __post_init__(self) -> None:
        if (self.kind in {"activity", "mentorship"}) != (self.id is not None):
            raise ValidationError("Give the id of an activity or mentorship, and of nothing else.", "id")


@dataclass(frozen=True)
class RatingBody:
    """How far a person, the caller unless given, is in an aspect of a unit."""

    unit: Slug
    aspect: Annotated[str, OneOf(ASPECTS)]
    level: Annotated[int, OneOf(LEVELS)]
    person: Annotated[Identity80 | None, Described("the member who is rated; the caller if left out")] = None
    because: Annotated[BecauseBody | None, Described("what led to the rating")] = None


@dataclass(frozen=True)
class RatingAnswer:
    """``framework`` is the version that the rating was made under."""

    person: str
    framework: str
    rater: Annotated[str, OneOf((SELF, SECOND))]


@routes.post("/v1/competence", statuses=(201, 403, 422))
def rate_competence(deps: Dependencies, request: Request[RatingBody]) -> Answer[RatingAnswer]:
    """Rate one's own competence, or another member's as a second rater.

    Rating another member needs ``competence.rate`` in the member's region.
    """
    by, body = request.actor.require_person(), request.body
    rated = body.person or by
    member = deps.require_member(rated)
    if rated != by:
        request.actor.require("competence.rate", member.region)
    framework, unit = unit_that_counts(deps.commands, body.unit)
    rater = SELF if rated == by else SECOND
    command = Rate(
        person=rated,
        unit=unit.unit,
        area=unit.area,
        aspect=body.aspect,
        level=body.level,
        rater=rater,
        by=by,
        framework=framework.version,
        region=member.region,
        because=None if body.because is None else Because(body.because.kind, body.because.id),
    )
    answer = RatingAnswer(rated, framework.version, rater)
    return request.outcome(COMPETENCE, rated, command, lambda *_: answer)
