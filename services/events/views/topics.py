"""The demand board: topics by demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from services.kernel.base.message import Event, Recorded
from services.kernel.declare.view import Applied, Change, Expression, View, adding, taking

RAISED = "raised"
DISCUSSED = "discussed"


@dataclass(frozen=True)
class DetailsRow:
    """The first raiser's words, sealed under the person's id."""

    person: str
    sealed: str | None


@dataclass(frozen=True)
class TopicRow:
    """``state`` is raised, accepted, declined or discussed. ``count`` is how many people want the topic. ``gathering``
    is the latest activity planned about the topic and not cancelled. ``answers``: whether the topic is solved, by
    person.
    """

    topic: str
    title: str
    origin: str
    region: str
    state: str
    raisers: tuple[str, ...]
    endorsers: tuple[str, ...]
    count: int
    details: DetailsRow
    reason: str | None
    gathering: str | None
    answers: Mapping[str, bool]
    version: int


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case TopicRaised() as event:
            return [Change.put(_raised(event, recorded))]
        case GatheringPlanned(topic=topic):
            return [Change(topic, {"gathering": recorded.stream_id})]
        case ActivityCancelled(topic=topic) if topic:
            same = {"$eq": ["$gathering", {"$literal": recorded.stream_id}]}
            return [Change(topic, {"gathering": Expression({"$cond": [same, None, "$gathering"]})})]
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _raised(event: TopicRaised, recorded: Recorded) -> TopicRow:
    return TopicRow(
        topic=recorded.stream_id,
        title=event.title,
        origin=event.origin,
        region=event.region,
        state=RAISED,
        raisers=(event.person,),
        endorsers=(),
        count=1,
        details=DetailsRow(event.person, event.details),
        reason=None,
        gathering=None,
        answers={},
        version=recorded.version,
    )


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
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


TOPICS = View(
    name="topics", version=1, row=TopicRow, apply=apply, indexes=([("region", 1)], [("state", 1)], [("count", 1)])
)
