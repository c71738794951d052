"""Problem follow-up: when a problem becomes a topic, all persons with the problem by name raise the topic; so do the
persons of a problem merged later.

One instance a problem. The topic is then like any other, so its raisers hear how the topic goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.events.domain.problem import ProblemBecameTopic, ProblemMerged
from services.events.domain.topic import TOPIC, JoinTopic, RaiseTopic
from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS


@dataclass(frozen=True)
class Becoming:
    """``topic`` is the topic that the problem became, "" before."""

    topic: str = ""


def instances(recorded: Recorded) -> Sequence[str]:
    """The problem that became a topic, or that another problem was merged into."""
    match recorded.event:
        case ProblemBecameTopic(problem=problem) | ProblemMerged(into=problem):
            return [problem]
    return []


def react(state: Becoming, recorded: Recorded) -> Reaction[Becoming]:
    match recorded.event:
        case ProblemBecameTopic() as event:
            first, *others = event.raisers
            raised = RaiseTopic(event.title, first, event.origin, event.region, event.details)
            return Reaction(
                Becoming(event.topic), [Dispatch(TOPIC, event.topic, raised), *_joining(event.topic, others)]
            )
        case ProblemMerged(persons=persons) if state.topic:
            return Reaction(state, _joining(state.topic, persons))
    return Reaction(state)


def _joining(topic: str, persons: Sequence[str]) -> list[Dispatch]:
    return [Dispatch(TOPIC, topic, JoinTopic(person)) for person in persons]


PROBLEM_FOLLOW_UP = ProcessManager(
    name="problem-follow-up", state=Becoming, instances=instances, react=react, logs=(COMMITS,)
)
