"""The facts about competence: part of the service's contract (``contract``)."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from services.kernel.message import Draft, Recorded
from services.members.domain.competence import BECAUSE, SECOND, SELF, CompetenceRated
from services.members.domain.framework import ASPECTS, LEVELS, FrameworkAdopted
from services.members.domain.prior_learning import PriorLearningMoved, PriorLearningReviewed, PriorLearningSubmitted

EVENTS = (FrameworkAdopted, CompetenceRated, PriorLearningSubmitted, PriorLearningReviewed, PriorLearningMoved)


class BecauseData(Schema):
    """What a rating follows from."""

    kind = fields.String(required=True, validate=validate.OneOf(BECAUSE))
    id = fields.String(required=True, allow_none=True)


class CompetenceRatedData(Schema):
    """``competence-rated``, subject the person: how far they are in an aspect of a unit, and who says so."""

    person = fields.String(required=True)
    unit = fields.String(required=True)
    area = fields.String(required=True)
    aspect = fields.String(required=True, validate=validate.OneOf(ASPECTS))
    level = fields.Integer(required=True, strict=True, validate=validate.OneOf(LEVELS))
    rater = fields.String(required=True, validate=validate.OneOf((SELF, SECOND)))
    by = fields.String(required=True)
    framework = fields.String(required=True)
    because = fields.Nested(BecauseData, required=True, allow_none=True)


class MovedUnit(Schema):
    """Where a unit of the version before has gone; ``to`` null: it is rated no more."""

    unit = fields.String(required=True)
    to = fields.String(required=True, allow_none=True)


class FrameworkAdoptedData(Schema):
    """``framework-adopted``, subject ``framework``: from now on this version counts. What is not in ``migration`` keeps its id."""

    framework = fields.String(required=True)
    units = fields.List(fields.String(), required=True)
    migration = fields.List(fields.Nested(MovedUnit), required=True)


FACTS: Mapping[str, Schema] = {
    "competence-rated": CompetenceRatedData(),
    "framework-adopted": FrameworkAdoptedData(),
}


def tell(recorded: Recorded) -> Draft | None:
    """The fact that a rating, or a new version of what is rated, tells."""
    match recorded.event:
        case CompetenceRated() as event:
            because = event.because
            data = {
                "person": event.person,
                "unit": event.unit,
                "area": event.area,
                "aspect": event.aspect,
                "level": event.level,
                "rater": event.rater,
                "by": event.by,
                "framework": event.framework,
                "because": None if because is None else {"kind": because.kind, "id": because.id},
            }
            return Draft(recorded.id, "competence-rated", event.person, data, region=event.region)
        case FrameworkAdopted(framework, migration):
            adopted = {
                "framework": framework.version,
                "units": [unit.unit for unit in framework.units],
                "migration": [{"unit": moved.unit, "to": moved.to} for moved in migration],
            }
            return Draft(recorded.id, "framework-adopted", "framework", adopted)
        case _:
            return None
