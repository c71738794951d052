"""Workshop: an agenda of sessions, taught by speakers who declare their competence in the field (A10, R13, R14).

A workshop is for librarians at the levels that the plan names, and may be open to people without a membership. The life
shared by all kinds is ``activity``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from services.events.domain import activity
from services.events.domain.activity import PLANNED, Activity, ActivityCommand, ActivityEvent
from services.events.domain.plan import SPEAKER, Plan, planned
from services.events.domain.rules import RulesInForce
from services.events.domain.venue import SCHOOL
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

KIND = "workshop"
CATEGORIES = ("practitioner", "academic", "official")
"""Where its speakers come from (A10)."""


@dataclass(frozen=True, slots=True)
class PlanWorkshop(Command):
    """The start and end follow from the agenda."""

    plan: Plan
    at: datetime
    rules: RulesInForce


@dataclass(frozen=True, slots=True)
class WorkshopPlanned(Event):
    """``rules`` were in force at the planning."""

    plan: Plan
    rules: RulesInForce


def decide(command: PlanWorkshop | ActivityCommand, workshop: Activity | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown workshop."""
    if isinstance(command, PlanWorkshop):
        return [] if workshop else [WorkshopPlanned(_planned(command), command.rules)]
    if workshop is None:
        raise NotFound
    match command:
        case activity.AssignSpeaker(role=role) if role == SPEAKER:
            _competent(command)
        case activity.PublishActivity() if workshop.state == PLANNED:
            _ready(command, workshop)
        case _:
            pass  # a workshop has no rule of its own about the other commands
    return activity.decide(command, workshop)


def evolve(workshop: Activity | None, event: WorkshopPlanned | ActivityEvent) -> Activity:
    """The workshop after an event."""
    if isinstance(event, WorkshopPlanned):
        return Activity(plan=event.plan)
    assert workshop is not None  # a workshop's first event is WorkshopPlanned
    return activity.evolve(workshop, event)


WORKSHOP: Decider[Activity | None] = Decider("workshop", None, decide, evolve)


def _planned(command: PlanWorkshop) -> Plan:
    sessions = sorted(command.plan.sessions, key=lambda session: (session.starts, session.ends))
    if not sessions:
        raise Refused("workshop-needs-sessions", "A workshop has an agenda of at least one session.")
    if any(session.ends <= session.starts for session in sessions):
        raise Refused("ends-before-start", "The end must be after the start.")
    if len({session.id for session in sessions}) < len(sessions) or any(
        later.starts < earlier.ends for earlier, later in pairwise(sessions)
    ):
        raise Refused("sessions-overlap", "Two sessions are at the same time; sessions must follow one another.")
    plan = replace(command.plan, starts=sessions[0].starts, ends=sessions[-1].ends, sessions=tuple(sessions))
    return planned(plan, command.at)


def _competent(command: activity.AssignSpeaker) -> None:
    if command.category not in CATEGORIES:
        raise Refused(
            "workshop-speaker-category", "A workshop's speaker is a practitioner, an academic or an official."
        )
    if not command.competence:
        raise Refused("competence-not-declared", "Say which field the speaker is competent in.")


def _ready(command: activity.PublishActivity, workshop: Activity) -> None:
    plan = workshop.plan
    speaking = {speaker.person for speaker in workshop.speakers if speaker.role == SPEAKER}
    if not speaking:
        raise Refused("workshop-needs-a-speaker", "Assign a speaker with a declared field of competence first.")
    if not {session.speaker for session in plan.sessions if session.speaker} <= speaking:
        raise Refused("session-without-speaker", "A session names a person who is not a speaker of the workshop.")
    if plan.place.kind == SCHOOL and not command.venue_confirmed and not plan.past:
        raise Refused("venue-not-confirmed", "The school has not yet confirmed that the activity can be held there.")
