"""Problems that participants say during an activity (R15); any problem can become a topic.

One stream an activity. A problem is said by name or without. Without a name the event holds no person, and the words
are sealed under the activity's own id. Other participants share a problem, and two equal problems are merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import assert_never

from services.events.domain.activity import CANCELLED, PLANNED
from services.events.domain.activity_times import ActivityTimes
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

AFTERWARDS = timedelta(days=7)
"""How long after the end a problem can be said: some notice it when they are back at their desk."""


@dataclass(frozen=True, slots=True)
class CaptureProblem(Command):
    """``person`` None: said without a name. ``text`` is sealed under ``owner``: the person's id, else the activity's."""

    problem: str
    person: str | None
    owner: str
    text: str
    at: datetime
    times: ActivityTimes


@dataclass(frozen=True, slots=True)
class ShareProblem(Command):
    """The person has the same problem."""

    problem: str
    person: str


@dataclass(frozen=True, slots=True)
class MergeProblem(Command):
    """The problem is the same as ``into``, and counts there from now on."""

    problem: str
    into: str


@dataclass(frozen=True, slots=True)
class MakeTopic(Command):
    """The problem becomes a topic. ``raiser`` is the first of the topic's raisers; ``details`` are sealed under the
    raiser's id.
    """

    problem: str
    topic: str
    title: str
    origin: str
    raiser: str
    details: str | None


ProblemCommand = CaptureProblem | ShareProblem | MergeProblem | MakeTopic


@dataclass(frozen=True, slots=True)
class ProblemCaptured(Event):
    problem: str
    person: str | None
    owner: str
    text: str
    region: str


@dataclass(frozen=True, slots=True)
class ProblemShared(Event):
    problem: str
    person: str


@dataclass(frozen=True, slots=True)
class ProblemMerged(Event):
    """``persons`` and ``nameless`` are added to the problem ``into``."""

    problem: str
    into: str
    persons: tuple[str, ...]
    nameless: int


@dataclass(frozen=True, slots=True)
class ProblemBecameTopic(Event):
    """``raisers`` are all persons with the problem by name; ``details`` are sealed under the first raiser's id."""

    problem: str
    topic: str
    title: str
    origin: str
    raisers: tuple[str, ...]
    details: str | None
    region: str


ProblemEvent = ProblemCaptured | ProblemShared | ProblemMerged | ProblemBecameTopic


@dataclass(frozen=True, slots=True)
class Problem:
    """``persons`` have the problem by name, ``nameless`` counts people without a name. ``into`` is the problem that
    this problem was merged into, ``topic`` the topic that the problem became.
    """

    author: str | None
    owner: str
    text: str
    region: str
    persons: frozenset[str] = frozenset()
    nameless: int = 0
    into: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Problems:
    """The problems of one activity, by id."""

    all: Mapping[str, Problem] = field(default_factory=dict)


def decide(command: ProblemCommand, problems: Problems) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown problem."""
    if isinstance(command, CaptureProblem):
        return [] if command.problem in problems.all else [_captured(command)]
    problem = problems.all.get(command.problem)
    if problem is None:
        raise NotFound
    match command:
        case ShareProblem(person=person):
            _still_its_own(problem)
            return [] if person in problem.persons else [ProblemShared(command.problem, person)]
        case MergeProblem():
            return _merged(command, problem, problems)
        case MakeTopic():
            return _topic(command, problem)
        case _:
            assert_never(command)


def evolve(problems: Problems, event: ProblemEvent) -> Problems:
    """The problems after an event."""
    if isinstance(event, ProblemCaptured):
        person = event.person
        persons = frozenset({person} if person else ())
        new = Problem(person, event.owner, event.text, event.region, persons, 0 if person else 1)
        return _with(problems, event.problem, new)
    known = problems.all[event.problem]
    match event:
        case ProblemShared():
            return _with(problems, event.problem, replace(known, persons=known.persons | {event.person}))
        case ProblemMerged(into=into):
            other = problems.all[into]
            persons, nameless = other.persons | set(event.persons), other.nameless + event.nameless
            merged = _with(problems, event.problem, replace(known, into=into))
            return _with(merged, into, replace(other, persons=persons, nameless=nameless))
        case ProblemBecameTopic(topic=topic):
            return _with(problems, event.problem, replace(known, topic=topic))
        case _:
            assert_never(event)


PROBLEMS: Decider[Problems] = Decider("problems", Problems(), decide, evolve)


def _captured(command: CaptureProblem) -> ProblemCaptured:
    times = command.times
    if times.state == PLANNED:
        raise Refused("not-published-yet", "The activity is not published yet.")
    if times.state == CANCELLED:
        raise Refused("activity-cancelled", "The activity is cancelled.")
    if command.at < times.opens:
        raise Refused("not-started-yet", "The activity has not started yet.")
    if command.at > times.ends + AFTERWARDS:
        raise Refused("problems-are-closed", "The activity ended more than a week ago; raise a topic instead.")
    return ProblemCaptured(command.problem, command.person, command.owner, command.text, times.region)


def _merged(command: MergeProblem, problem: Problem, problems: Problems) -> Sequence[Event]:
    if problem.into == command.into:
        return []
    _still_its_own(problem)
    other = problems.all.get(command.into)
    if other is None or command.into == command.problem or other.into:
        raise Refused("merges-into-another", "Merge into a problem that is not merged itself.")
    return [ProblemMerged(command.problem, command.into, tuple(sorted(problem.persons)), problem.nameless)]


def _topic(command: MakeTopic, problem: Problem) -> Sequence[Event]:
    if problem.topic == command.topic:
        return []
    _still_its_own(problem)
    raisers = (command.raiser, *sorted(problem.persons - {command.raiser}))
    return [
        ProblemBecameTopic(
            command.problem, command.topic, command.title, command.origin, raisers, command.details, problem.region
        )
    ]


def _still_its_own(problem: Problem) -> None:
    if problem.into:
        raise Refused("problem-is-merged", "The problem was merged into another problem.")
    if problem.topic:
        raise Refused("problem-is-a-topic", "The problem has become a topic.")


def _with(problems: Problems, identity: str, problem: Problem) -> Problems:
    return Problems({**problems.all, identity: problem})
