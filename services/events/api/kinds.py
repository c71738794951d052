"""How each kind of activity is planned: the fields that a request needs, and the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from marshmallow import ValidationError
from marshmallow.validate import Length, OneOf, Range

from services.events.dependencies import PLAN, Dependencies
from services.events.domain import gathering, workshop
from services.events.domain.activity import Activity
from services.events.domain.gathering import GATHERING, PlanGathering
from services.events.domain.plan import LEVELS, Plan
from services.events.domain.topic import DECLINED, TOPIC
from services.events.domain.workshop import WORKSHOP, PlanWorkshop
from services.kernel.base.message import Command
from services.kernel.base.problem import Malformed
from services.kernel.commands.decider import Decider
from services.kernel.declare.route import Request
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Line


@dataclass(frozen=True)
class NewSession:
    title: Line
    starts: datetime
    ends: datetime
    speaker: Identity | None = None


@dataclass(frozen=True)
class NewActivity:
    """One venue and no fee: no field exists for a fee. A gathering has one topic and its times; a workshop has an
    agenda, which gives the workshop its start and end.
    """

    kind: Annotated[str, OneOf([gathering.KIND, workshop.KIND])]
    title: Line
    region: Identity
    venue: Identity
    capacity: Annotated[int, Range(1, 1000)]
    topic: Annotated[Identity | Unset, Described("the topic of a gathering")] = UNSET
    starts: datetime | Unset = UNSET
    ends: datetime | Unset = UNSET
    past: Annotated[bool, Described("true for an activity that was held before it was entered")] = False
    units: Annotated[tuple[Identity, ...], Length(max=40), Described("units of competence that it teaches")] = ()
    levels: Annotated[
        tuple[Annotated[str, OneOf(LEVELS)], ...],
        Length(max=3),
        Described("education levels that it is for; empty: all"),
    ] = ()
    open: Annotated[bool, Described("whether guests may register")] = False
    sessions: Annotated[tuple[NewSession, ...], Length(max=60), Described("the agenda of a workshop")] = ()

    def __post_init__(self) -> None:
        planner = PLANNERS[self.kind]
        errors = {name: ["Missing data for required field."] for name in planner.needs if not getattr(self, name)}
        errors |= {name: [f"Not of a {self.kind}."] for name in planner.lacks if getattr(self, name)}
        if errors:
            raise ValidationError(errors)


@dataclass(frozen=True)
class Planner:
    """``needs`` names the fields that this kind requires, ``lacks`` the fields that this kind refuses."""

    decider: Decider[Activity | None]
    needs: Sequence[str]
    lacks: Sequence[str]
    command: Callable[[Dependencies, Request[NewActivity], Callable[[], Plan]], Command]


def _plan_gathering(deps: Dependencies, request: Request[NewActivity], plan: Callable[[], Plan]) -> PlanGathering:
    identity = request.body.topic
    assert identity  # a gathering needs a topic: ``NewActivity`` has refused the body without
    topic, _ = deps.commands.state(TOPIC, identity)
    if topic is None:
        raise Malformed(errors={"topic": ["There is no such topic."]})
    # Planning accepts the topic, so the planner must be one for the region in which the topic was raised.
    request.actor.require(PLAN, topic.region)
    return PlanGathering(
        topic=identity,
        topic_title=topic.title,
        topic_declined=topic.decision == DECLINED,
        plan=plan(),
        at=request.now,
        rules=deps.rules(request.now),
    )


def _plan_workshop(deps: Dependencies, request: Request[NewActivity], plan: Callable[[], Plan]) -> PlanWorkshop:
    return PlanWorkshop(plan(), request.now, deps.rules(request.now))


PLANNERS: Mapping[str, Planner] = {
    gathering.KIND: Planner(GATHERING, ("topic", "starts", "ends"), ("sessions",), _plan_gathering),
    workshop.KIND: Planner(WORKSHOP, ("sessions",), ("topic", "starts", "ends"), _plan_workshop),
}
"""By kind."""
