"""Gathering: free of charge, voluntary, about exactly one topic (R1, R2).

This module has the rules of gatherings alone; the life shared by all kinds is ``activity``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.events.domain import activity
from services.events.domain.activity import PLANNED, Activity, ActivityCommand, ActivityEvent
from services.events.domain.plan import Plan, planned
from services.events.domain.rules import BOARD_ONLY, RulesInForce
from services.events.domain.venue import SCHOOL
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

KIND = "gathering"


@dataclass(frozen=True, slots=True)
class PlanGathering(Command):
    """``topic_declined``: the board has declined the topic."""

    topic: str
    topic_title: str
    topic_declined: bool
    plan: Plan
    at: datetime
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class AddTopic(Command):
    """A request for a second topic, always refused with the reason."""

    topic: str


@dataclass(frozen=True, slots=True)
class GatheringPlanned(Event):
    """``rules`` were in force at the planning."""

    schema: ClassVar[int] = 2
    topic: str
    topic_title: str
    plan: Plan
    rules: RulesInForce


def one_topic_per_gathering(gathering: Activity, topic: str) -> None:
    """A gathering is about one topic, and keeps that topic (R2: «Gathering hanya membahas satu isu»).

    Raises ``Refused`` for another topic, which needs another gathering.
    """
    if topic != gathering.topic:
        raise Refused(
            "one-topic-per-gathering", "A gathering is about one topic. Plan another gathering for the other topic."
        )


def decide(command: PlanGathering | AddTopic | ActivityCommand, gathering: Activity | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown gathering."""
    if isinstance(command, PlanGathering):
        return _plan(command, gathering)
    if gathering is None:
        raise NotFound
    match command:
        case AddTopic(topic=topic):
            one_topic_per_gathering(gathering, topic)
            return []
        case activity.AssignSpeaker():
            _led_by_the_board(command)
        case activity.PublishActivity() if gathering.state == PLANNED:
            _ready(command, gathering)
        case _:
            pass  # a gathering has no rule of its own about the other commands
    return activity.decide(command, gathering)


def evolve(gathering: Activity | None, event: GatheringPlanned | ActivityEvent) -> Activity:
    """The gathering after an event."""
    if isinstance(event, GatheringPlanned):
        return Activity(plan=event.plan, topic=event.topic)
    assert gathering is not None  # a gathering's first event is GatheringPlanned
    return activity.evolve(gathering, event)


GATHERING: Decider[Activity | None] = Decider("gathering", None, decide, evolve)


def _plan(command: PlanGathering, gathering: Activity | None) -> Sequence[Event]:
    if gathering is not None:
        one_topic_per_gathering(gathering, command.topic)
        return []
    if command.topic_declined:
        raise Refused("topic-declined", "The board has declined this topic; accept it first.")
    plan = planned(command.plan, command.at)
    return [GatheringPlanned(command.topic, command.topic_title, plan, command.rules)]


def _led_by_the_board(command: activity.AssignSpeaker) -> None:
    if command.rules.speakers == BOARD_ONLY and not command.from_board:
        raise Refused(
            "speakers-from-the-board",
            "Under the rules in force a gathering is led by a member of the board.",
            rules=command.rules.version,
        )


def _ready(command: activity.PublishActivity, gathering: Activity) -> None:
    plan = gathering.plan
    if not gathering.speakers:
        raise Refused("nobody-leads-it", "Assign a guide or a speaker first.")
    if plan.place.kind == SCHOOL and not command.venue_confirmed and not plan.past:
        raise Refused("venue-not-confirmed", "The school has not yet confirmed that the activity can be held there.")
