"""How each kind of activity is planned: what it needs besides the plan that all have, and the command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.events.domain import gathering, workshop
from services.events.domain.activity import Activity
from services.events.domain.gathering import GATHERING, PlanGathering
from services.events.domain.plan import Plan
from services.events.domain.topic import DECLINED, TOPIC
from services.events.domain.workshop import WORKSHOP, PlanWorkshop
from services.events.parts import PLAN, Parts
from services.kernel.base.message import Command
from services.kernel.base.problem import Malformed
from services.kernel.commands.decider import Decider
from services.kernel.declare.route import Request


@dataclass(frozen=True)
class Planner:
    """``needs`` names the fields that this kind cannot do without, ``lacks`` those that it has no place for."""

    decider: Decider[Activity]
    needs: Sequence[str]
    lacks: Sequence[str]
    command: Callable[[Parts, Request, Callable[[], Plan]], Command]


def _gathering(parts: Parts, request: Request, plan: Callable[[], Plan]) -> PlanGathering:
    topic, _ = parts.commands.state(TOPIC, request.body["topic"])
    if not topic.raisers:
        raise Malformed(errors={"topic": ["There is no such topic."]})
    # A topic is accepted by being planned about: that is for those who plan where it was raised.
    request.actor.require(PLAN, topic.region)
    return PlanGathering(
        topic=request.body["topic"],
        topic_title=topic.title,
        topic_declined=topic.decision == DECLINED,
        plan=plan(),
        at=request.now,
        rules=parts.rules(request.now),
    )


def _workshop(parts: Parts, request: Request, plan: Callable[[], Plan]) -> PlanWorkshop:
    return PlanWorkshop(plan(), request.now, parts.rules(request.now))


PLANNERS: Mapping[str, Planner] = {
    gathering.KIND: Planner(GATHERING, ("topic", "starts", "ends"), ("sessions",), _gathering),
    workshop.KIND: Planner(WORKSHOP, ("sessions",), ("topic", "starts", "ends"), _workshop),
}
"""By kind."""
