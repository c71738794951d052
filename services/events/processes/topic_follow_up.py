"""Topic follow-up: planning an activity about a topic accepts the topic; completing the activity marks the topic as
discussed.

One instance a topic. After the discussion the raisers can say whether the topic is solved.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.events.domain.activity import ActivityCompleted
from services.events.domain.gathering import GatheringPlanned
from services.events.domain.topic import TOPIC, MarkDiscussed, TakeUpTopic
from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction, Stateless
from services.kernel.declare.view import COMMITS


def instances(recorded: Recorded) -> Sequence[str]:
    match recorded.event:
        case GatheringPlanned(topic=topic) | ActivityCompleted(topic=topic) if topic:
            return [topic]
    return []


def react(state: Stateless, recorded: Recorded) -> Reaction[Stateless]:
    match recorded.event:
        case GatheringPlanned(topic=topic):
            return Reaction(state, [Dispatch(TOPIC, topic, TakeUpTopic())])
        case ActivityCompleted(topic=topic):
            return Reaction(state, [Dispatch(TOPIC, topic, MarkDiscussed(recorded.stream_id))])
    return Reaction(state)


TOPIC_FOLLOW_UP = ProcessManager(
    name="topic-follow-up", state=Stateless, instances=instances, react=react, logs=(COMMITS,)
)
