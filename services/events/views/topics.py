"""The demand board. Key: the topic.

``{title, origin, region, state, raisers: [ids], endorsers: [ids], count, details: {person, sealed}, reason, gathering,
answers: {person: bool}, version}``

``state`` is raised, accepted, declined or discussed; ``gathering`` the latest activity planned about it and not
cancelled; ``count`` how many people want it.
"""

from __future__ import annotations

from typing import Any

from services.events.domain.activity import ActivityCancelled
from services.events.domain.gathering import GatheringPlanned
from services.events.domain.topic import (
    TopicAnswered,
    TopicDecided,
    TopicDiscussed,
    TopicEndorsed,
    TopicJoined,
    TopicRaised,
)
from services.kernel.message import Event, Recorded
from services.kernel.view import Applied, Change, Expression, View, adding, taking

RAISED = "raised"
DISCUSSED = "discussed"


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    match recorded.event:
        case GatheringPlanned(topic=topic):
            return [Change(topic, {"gathering": recorded.stream_id})]
        case ActivityCancelled(topic=topic) if topic:
            same = {"$eq": ["$gathering", {"$literal": recorded.stream_id}]}
            return [Change(topic, {"gathering": Expression({"$cond": [same, None, "$gathering"]})})]
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
        case TopicRaised():
            return {
                "title": event.title,
                "origin": event.origin,
                "region": event.region,
                "state": RAISED,
                "raisers": [event.person],
                "endorsers": [],
                "count": 1,
                "reason": None,
                "answers": {},
                "gathering": None,
                "details": {"person": event.person, "sealed": event.details},
            }
        case TopicJoined(person=person):
            return {
                "raisers": adding("raisers", person),
                "endorsers": taking("endorsers", person),
                "count": _people(person),
            }
        case TopicEndorsed(person=person):
            return {"endorsers": adding("endorsers", person), "count": _people(person)}
        case TopicDecided():
            return {"state": event.decision, "reason": event.reason}
        case TopicDiscussed():
            return {"state": DISCUSSED}
        case TopicAnswered():
            return {f"answers.{event.person}": event.solved}
    return None


def _people(newcomer: str) -> Expression:
    return Expression({"$size": {"$setUnion": ["$raisers", "$endorsers", [{"$literal": newcomer}]]}})


TOPICS = View(name="topics", version=1, apply=apply, indexes=([("region", 1)], [("state", 1)], [("count", 1)]))
