"""A message: what is told to whom about one fact, and until when it is worth telling.

It holds ids and facts, never a name or an address: those are asked for at the moment of sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

PEOPLE_AT_MOST = 500
"""Keeps one message far under the log's largest commit; more people are more messages about the same fact."""


class Kind(StrEnum):
    """What a message is about. Each has a template in each language, under this name."""

    LOGIN_CODE = "login-code"
    WELCOME = "welcome"
    TOPIC_GATHERING = "topic-gathering"
    ACTIVITY_PUBLISHED = "activity-published"
    SEAT_TAKEN = "seat-taken"
    SEAT_LINED = "seat-lined"
    SEAT_PROMOTED = "seat-promoted"
    SEAT_RELEASED = "seat-released"
    ACTIVITY_RESCHEDULED = "activity-rescheduled"
    ACTIVITY_CANCELLED = "activity-cancelled"
    ACTIVITY_COMPLETED = "activity-completed"
    TOPIC_QUESTION = "topic-question"
    REMINDER = "reminder"
    DIGEST = "digest"
    CERTIFICATE_ISSUED = "certificate-issued"
    POLL_OPENED = "poll-opened"
    LECTURE_ANNOUNCED = "lecture-announced"
    CONSULTATION_ASSIGNED = "consultation-assigned"
    CONSULTATION_ANSWERED = "consultation-answered"
    CONSULTATION_RESOLVED = "consultation-resolved"
    CONSULTATION_ESCALATED = "consultation-escalated"
    MENTOR_ASSIGNED = "mentor-assigned"
    LIBRARY_SMOOTH = "library-smooth"
    LIBRARY_REGRESSED = "library-regressed"
    ANNOUNCEMENT = "announcement"
    ANNOUNCEMENT_CORRECTED = "announcement-corrected"
    ANNOUNCEMENT_WITHDRAWN = "announcement-withdrawn"
    CONTACT_BOUNCED = "contact-bounced"
    SUBSCRIPTION_DISABLED = "subscription-disabled"


@dataclass(frozen=True, slots=True)
class Variable:
    """One value that the template shows: a title, a place, a time (RFC 3339, UTC), an id. Never personal data."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PlanMessage(Command):
    """Tell people about a fact.

    ``people`` are persons' or guests' ids in the order they are to be told. ``worth_until`` is when the message has
    lost its sense: it is not sent then or later. ``urgent`` passes quiet hours and a switched-off e-mail, because the
    person asked for it just now. ``activity`` and ``region`` say what it belongs to, for whoever looks after it.
    ``chat`` is a chat group's id on Telegram, where the one who is told is a group. ``announcement`` is the one
    of which this is a text: what is still open of its earlier texts is not sent any more.
    """

    fact: str
    kind: Kind
    people: tuple[str, ...]
    variables: tuple[Variable, ...]
    worth_until: datetime
    urgent: bool = False
    activity: str | None = None
    region: str | None = None
    chat: str | None = None
    announcement: str | None = None


@dataclass(frozen=True, slots=True)
class MessagePlanned(Event):
    """These people are to be told. Nobody stands in ``people`` twice."""

    fact: str
    kind: Kind
    people: tuple[str, ...]
    variables: tuple[Variable, ...]
    worth_until: datetime
    urgent: bool
    activity: str | None
    region: str | None
    chat: str | None = None
    announcement: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands; ``planned`` is None until it is."""

    planned: MessagePlanned | None = None


def decide(command: PlanMessage, state: Message) -> Sequence[Event]:
    """A message is planned once; one that concerns nobody is none.

    Raises ``Refused`` ``too-many-people``.
    """
    people = tuple(dict.fromkeys(command.people))
    if len(people) > PEOPLE_AT_MOST:
        raise Refused("too-many-people", f"one message tells at most {PEOPLE_AT_MOST} people", people=len(people))
    if state.planned is not None or not people:
        return []
    return [
        MessagePlanned(
            fact=command.fact,
            kind=command.kind,
            people=people,
            variables=command.variables,
            worth_until=command.worth_until,
            urgent=command.urgent,
            activity=command.activity,
            region=command.region,
            chat=command.chat,
            announcement=command.announcement,
        )
    ]


def evolve(state: Message, event: Event) -> Message:
    match event:
        case MessagePlanned():
            return Message(event)
    return state


MESSAGE: Decider[Message] = Decider("message", Message(), decide, evolve)
