"""Whether a person can be reached: what channels have refused for good, and when that is somebody's business.

One stream a person. The address itself is members' and never stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.kernel.base.message import Command, Event
from services.kernel.commands.decider import Decider

EMAIL, TELEGRAM = "email", "telegram"
CHANNELS = (EMAIL, TELEGRAM)
REFUSALS_AT_MOST = 2
"""So many letters refused for good, one behind the other, and a coordinator is told."""


@dataclass(frozen=True, slots=True)
class RecordRefusal(Command):
    """A channel has refused a delivery to this person for good. ``region`` is where the person belongs."""

    channel: str
    delivery: str
    reason: str
    region: str | None


@dataclass(frozen=True, slots=True)
class RecordReached(Command):
    """A channel has taken a delivery to this person."""

    channel: str


@dataclass(frozen=True, slots=True)
class ContactRefused(Event):
    """It was refused; ``reason`` is the reply's number."""

    channel: str
    delivery: str
    reason: str


@dataclass(frozen=True, slots=True)
class ContactBounced(Event):
    """The contact does not work. Told once, until it has worked again."""

    channel: str
    region: str | None


@dataclass(frozen=True, slots=True)
class ContactReached(Event):
    """It works, again."""

    channel: str


@dataclass(frozen=True, slots=True)
class Contact:
    """By channel: the deliveries refused since it last worked; and the channels that are flagged."""

    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flagged: frozenset[str] = frozenset()


def decide(command: RecordRefusal | RecordReached, state: Contact) -> Sequence[Event]:
    """A delivery counts once, however often it was tried."""
    refused = state.refused.get(command.channel, ())
    match command:
        case RecordReached(channel):
            return [ContactReached(channel)] if refused else []
        case RecordRefusal(channel, delivery, reason, region):
            if delivery in refused or channel in state.flagged:
                return []
            events: list[Event] = [ContactRefused(channel, delivery, reason)]
            if len(refused) + 1 >= REFUSALS_AT_MOST:
                events.append(ContactBounced(channel, region))
            return events


def evolve(state: Contact, event: Event) -> Contact:
    match event:
        case ContactRefused(channel, delivery):
            refused = {**state.refused, channel: (*state.refused.get(channel, ()), delivery)}
            return replace(state, refused=refused)
        case ContactBounced(channel):
            return replace(state, flagged=state.flagged | {channel})
        case ContactReached(channel):
            refused = {name: ids for name, ids in state.refused.items() if name != channel}
            return Contact(refused, state.flagged - {channel})
    return state


CONTACT: Decider[Contact] = Decider("contact", Contact(), decide, evolve)
