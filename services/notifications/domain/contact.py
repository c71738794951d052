"""Bounces: the channels that refuse a person for good, and when a coordinator is told of them.

One stream for each person. The address belongs to the members service and is not stored here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias, assert_never

from services.kernel.base.message import Command, Event
from services.kernel.commands.decider import Decider

EMAIL, TELEGRAM = "email", "telegram"
CHANNELS = (EMAIL, TELEGRAM)
MAX_REFUSALS = 2
"""After this many refusals for good without a letter taken in between, a coordinator is told."""


@dataclass(frozen=True, slots=True)
class RecordRefusal(Command):
    """A channel has refused a delivery to the person for good. ``region`` is the person's."""

    channel: str
    delivery: str
    reason: str
    region: str | None


@dataclass(frozen=True, slots=True)
class RecordReached(Command):
    """A channel has taken a delivery to the person."""

    channel: str


ContactCommand: TypeAlias = RecordRefusal | RecordReached


@dataclass(frozen=True, slots=True)
class ContactRefused(Event):
    """``reason`` is the number of the server's reply."""

    channel: str
    delivery: str
    reason: str


@dataclass(frozen=True, slots=True)
class ContactBounced(Event):
    """The contact does not work. Recorded once until the contact has worked again."""

    channel: str
    region: str | None


@dataclass(frozen=True, slots=True)
class ContactReached(Event):
    """The contact works again."""

    channel: str


ContactEvent: TypeAlias = ContactRefused | ContactBounced | ContactReached


@dataclass(frozen=True, slots=True)
class Contact:
    """``refused``: channel → the deliveries that the channel refused since it last took a letter. ``flagged`` are channels whose
    contact does not work.
    """

    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flagged: frozenset[str] = frozenset()


def decide(command: ContactCommand, state: Contact) -> Sequence[Event]:
    """A delivery counts once, for any number of attempts."""
    refused = state.refused.get(command.channel, ())
    match command:
        case RecordReached(channel):
            return [ContactReached(channel)] if refused else []
        case RecordRefusal(channel, delivery, reason, region):
            if delivery in refused or channel in state.flagged:
                return []
            events: list[Event] = [ContactRefused(channel, delivery, reason)]
            if len(refused) + 1 >= MAX_REFUSALS:
                events.append(ContactBounced(channel, region))
            return events
        case _:
            assert_never(command)


def evolve(state: Contact, event: ContactEvent) -> Contact:
    match event:
        case ContactRefused(channel, delivery):
            refused = {**state.refused, channel: (*state.refused.get(channel, ()), delivery)}
            return replace(state, refused=refused)
        case ContactBounced(channel):
            return replace(state, flagged=state.flagged | {channel})
        case ContactReached(channel):
            refused = {name: ids for name, ids in state.refused.items() if name != channel}
            return Contact(refused, state.flagged - {channel})
        case _:
            assert_never(event)


CONTACT: Decider[Contact] = Decider("contact", Contact(), decide, evolve)
