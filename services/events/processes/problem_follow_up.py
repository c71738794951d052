"""Problem follow-up: a problem that becomes a topic is raised by all who said by name that they have it, also by those
whose problem is put together with it later.

One instance a problem. From then on it is a topic like any other, and they hear of what becomes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.events.domain.problem import ProblemBecameTopic, ProblemMerged
from services.events.domain.topic import TOPIC, JoinTopic, RaiseTopic
from services.kernel.base.message import Recorded
from services.kernel.declare.process import Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS


def instances(recorded: Recorded) -> Sequence[str]:
    """The problem that has become a topic, or with which another was put together."""
    match recorded.event:
        case ProblemBecameTopic(problem=problem) | ProblemMerged(into=problem):
            return [problem]
    return []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """What follows; ``state`` is empty until it is a topic, then ``{topic}``."""
    match recorded.event:
        case ProblemBecameTopic() as event:
            first, *others = event.raisers
            raised = RaiseTopic(event.title, first, event.origin, event.region, event.details)
            return Reaction({"topic": event.topic}, [Issue(TOPIC, event.topic, raised), *_joining(event.topic, others)])
        case ProblemMerged(persons=persons) if "topic" in state:
            return Reaction(state, _joining(state["topic"], persons))
    return Reaction(state)


def _joining(topic: str, persons: Sequence[str]) -> list[Issue]:
    return [Issue(TOPIC, topic, JoinTopic(person)) for person in persons]


PROBLEM_FOLLOW_UP = ProcessManager(name="problem-follow-up", instances=instances, react=react, logs=(COMMITS,))
