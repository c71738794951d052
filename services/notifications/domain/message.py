"""A message tells people about one fact, until a time after which telling is worth nothing.

A message holds ids and no names or addresses: the sender asks for names and addresses at the moment of sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

MAX_PEOPLE = 500
"""Keeps a message far under the log's largest commit. More people are told by several messages about the same fact."""


class Kind(StrEnum):
    """The subject of a message. Each kind has a template of the same name in each language."""

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
    """A value that the template shows: a title, a place, a time (RFC 3339, UTC), an id. Never personal data."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PlanMessage(Command):
    """Tell people about a fact.

    ``people`` are ids of persons or guests in the order in which they are told. From ``worth_until`` on the message is not sent.
    An ``urgent`` message passes quiet hours and a switched-off e-mail, because the person asked for the message just now.
    ``activity`` and ``region`` are those of the fact; they decide who may see the deliveries. ``chat`` is the id of a chat
    group on Telegram, where a group is told and not a person. ``announcement`` is set for a text of an announcement: deliveries
    of earlier texts that are still open are not sent.
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
    """``people`` are to be told; each person is named once."""

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


def decide(command: PlanMessage, planned: MessagePlanned | None) -> Sequence[Event]:
    """Plans a message once, and no message without people. Raises ``Refused`` ``too-many-people``."""
    people = tuple(dict.fromkeys(command.people))
    if len(people) > MAX_PEOPLE:
        raise Refused("too-many-people", f"One message goes to at most {MAX_PEOPLE} people.", people=len(people))
    if planned is not None or not people:
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


def evolve(_planned: MessagePlanned | None, event: MessagePlanned) -> MessagePlanned:
    return event


MESSAGE: Decider[MessagePlanned | None] = Decider("message", None, decide, evolve)
"""The state is the message itself, None before it is planned."""
