"""Topic: a problem that a member raises, that other members share, and that one gathering is about (R2, R3).

After the gathering the raisers are asked whether the topic is solved; only the raisers know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

ACCEPTED = "accepted"
DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class RaiseTopic(Command):
    """``origin`` is member, library or current (R2); ``details`` are sealed under the person's id."""

    title: str
    person: str
    origin: str
    region: str
    details: str | None = None


@dataclass(frozen=True, slots=True)
class JoinTopic(Command):
    """Another member has the same trouble."""

    person: str


@dataclass(frozen=True, slots=True)
class EndorseTopic(Command):
    """A person without the trouble wants a gathering about the topic."""

    person: str


@dataclass(frozen=True, slots=True)
class DecideTopic(Command):
    """``decision`` is accepted or declined."""

    decision: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TakeUpTopic(Command):
    """An activity about the topic was planned, which accepts the topic unless the board has accepted it before."""


@dataclass(frozen=True, slots=True)
class MarkDiscussed(Command):
    """The activity about the topic was held."""

    activity: str


@dataclass(frozen=True, slots=True)
class AnswerTopic(Command):
    """A raiser says whether the topic is solved; ``note`` is sealed under the person's id."""

    person: str
    solved: bool
    note: str | None = None


TopicCommand = RaiseTopic | JoinTopic | EndorseTopic | DecideTopic | TakeUpTopic | MarkDiscussed | AnswerTopic


@dataclass(frozen=True, slots=True)
class TopicRaised(Event):
    title: str
    person: str
    origin: str
    region: str
    details: str | None = None


@dataclass(frozen=True, slots=True)
class TopicJoined(Event):
    person: str
    region: str


@dataclass(frozen=True, slots=True)
class TopicEndorsed(Event):
    person: str
    region: str


@dataclass(frozen=True, slots=True)
class TopicDecided(Event):
    decision: str
    reason: str | None
    region: str


@dataclass(frozen=True, slots=True)
class TopicDiscussed(Event):
    activity: str


@dataclass(frozen=True, slots=True)
class TopicAnswered(Event):
    person: str
    solved: bool
    region: str
    note: str | None = None


TopicEvent = TopicRaised | TopicJoined | TopicEndorsed | TopicDecided | TopicDiscussed | TopicAnswered


@dataclass(frozen=True, slots=True)
class Topic:
    """``discussed`` names the activities held about the topic; ``answers`` holds each raiser's latest answer as
    (person, solved).
    """

    title: str
    region: str
    raisers: frozenset[str]
    endorsers: frozenset[str] = frozenset()
    decision: str | None = None
    discussed: tuple[str, ...] = ()
    answers: frozenset[tuple[str, bool]] = frozenset()


def decide(command: TopicCommand, topic: Topic | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown topic."""
    if isinstance(command, RaiseTopic):
        return [] if topic else [_raised(command)]
    if topic is None:
        raise NotFound
    match command:
        case JoinTopic(person=person):
            return [] if person in topic.raisers else _unless_declined(topic, TopicJoined(person, topic.region))
        case EndorseTopic(person=person):
            known = person in topic.raisers | topic.endorsers
            return [] if known else _unless_declined(topic, TopicEndorsed(person, topic.region))
        case DecideTopic():
            return _decided(command, topic)
        case TakeUpTopic():
            return [] if topic.decision == ACCEPTED else [TopicDecided(ACCEPTED, None, topic.region)]
        case MarkDiscussed(activity=activity):
            return [] if activity in topic.discussed else [TopicDiscussed(activity)]
        case AnswerTopic():
            return _answered(command, topic)
        case _:
            assert_never(command)


def evolve(topic: Topic | None, event: TopicEvent) -> Topic:
    """The topic after an event."""
    if isinstance(event, TopicRaised):
        return Topic(event.title, event.region, frozenset({event.person}))
    assert topic is not None  # a topic's first event is TopicRaised
    match event:
        case TopicJoined(person=person):
            return replace(topic, raisers=topic.raisers | {person}, endorsers=topic.endorsers - {person})
        case TopicEndorsed(person=person):
            return replace(topic, endorsers=topic.endorsers | {person})
        case TopicDecided(decision=decision):
            return replace(topic, decision=decision)
        case TopicDiscussed(activity=activity):
            return replace(topic, discussed=(*topic.discussed, activity))
        case TopicAnswered(person=person, solved=solved):
            return replace(topic, answers=topic.answers - {(person, not solved)} | {(person, solved)})
        case _:
            assert_never(event)


TOPIC: Decider[Topic | None] = Decider("topic", None, decide, evolve)


def _raised(command: RaiseTopic) -> TopicRaised:
    return TopicRaised(command.title, command.person, command.origin, command.region, command.details)


def _unless_declined(topic: Topic, event: TopicEvent) -> Sequence[Event]:
    if topic.decision == DECLINED:
        raise Refused("topic-declined", "The board has declined this topic.")
    return [event]


def _decided(command: DecideTopic, topic: Topic) -> Sequence[Event]:
    if command.decision == DECLINED and not command.reason:
        raise Refused("declining-needs-a-reason", "Give a reason for the people who raised the topic.")
    if command.decision == DECLINED and topic.discussed:
        raise Refused("already-discussed", "The topic has been discussed and can no longer be declined.")
    if command.decision == topic.decision:
        return []
    return [TopicDecided(command.decision, command.reason, topic.region)]


def _answered(command: AnswerTopic, topic: Topic) -> Sequence[Event]:
    if command.person not in topic.raisers:
        raise Refused("raisers-only", "Only the people who raised the topic can say whether it is solved.")
    if not topic.discussed:
        raise Refused("not-discussed-yet", "The topic has not been discussed yet.")
    if (command.person, command.solved) in topic.answers and command.note is None:
        return []
    return [TopicAnswered(command.person, command.solved, topic.region, command.note)]
