"""Problem follow-up: a problem that becomes a topic is raised by all who said by name that they have it.

One instance a problem. From then on it is a topic like any other, and they hear of what becomes of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.events.domain.problem import ProblemBecameTopic
from services.events.domain.topic import TOPIC, JoinTopic, RaiseTopic
from services.kernel.message import Recorded
from services.kernel.process import Issue, ProcessManager, Reaction
from services.kernel.view import COMMITS


def instances(recorded: Recorded) -> Sequence[str]:
    """The problem that has become a topic."""
    return [recorded.event.problem] if isinstance(recorded.event, ProblemBecameTopic) else []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """What follows; ``state`` is empty, for all that is needed stands in the event."""
    event = recorded.event
    if not isinstance(event, ProblemBecameTopic):
        return Reaction(state)
    first, *others = event.raisers
    raised = RaiseTopic(event.title, first, event.origin, event.region, event.details)
    return Reaction(
        state,
        [Issue(TOPIC, event.topic, raised), *(Issue(TOPIC, event.topic, JoinTopic(person)) for person in others)],
    )


PROBLEM_FOLLOW_UP = ProcessManager(name="problem-follow-up", instances=instances, react=react, logs=(COMMITS,))
