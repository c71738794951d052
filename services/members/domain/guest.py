"""A guest: takes part without belonging to the community.

The id comes from outside and stays; once it is known whose it is, the guest is tied to that member, and whoever follows
participation follows the tie. A guest's stream is never a member's: strangers choose guests' ids, and must neither get in the
way of anybody's joining nor reach what is a member's. So each id is kept for the guest before it is noted or tied
(``person.KeepForGuest``), and the id's own stream says whose it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider


@dataclass(frozen=True, slots=True)
class AddGuest(Command):
    """Note a guest. ``references`` are the opaque ids of the guest's contacts (``identification``)."""

    name: str | None
    email: str | None
    phone: str | None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TieGuest(Command):
    """Say which member a guest is. ``how`` is ``proof`` (a login proved the contact) or ``hand``."""

    person: str
    how: str


@dataclass(frozen=True, slots=True)
class ForgetGuest(Command):
    """Whoever left this contact is to be forgotten, and the guest with them, unless it is known to be somebody."""


@dataclass(frozen=True, slots=True)
class GuestAdded(Event):
    """``name``, ``email`` and ``phone`` are sealed under the guest's key; ``references`` tell nothing about anybody."""

    name: str | None
    email: str | None
    phone: str | None
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GuestTied(Event):
    """From here on the guest's participation is the member's."""

    person: str
    how: str


@dataclass(frozen=True, slots=True)
class GuestForgotten(Event):
    """From here on the guest is nobody; what is sealed is destroyed next (``erasure``)."""


@dataclass(frozen=True, slots=True)
class Guest:
    """``added`` is False while nobody has noted this guest; ``person`` is the member that the guest is tied to."""

    added: bool = False
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    person: str | None = None
    forgotten: bool = False


def decide(command: Command, guest: Guest) -> Sequence[Event]:
    """A guest is noted once, and is one member at most."""
    match command:
        case AddGuest():
            if guest.added:
                raise Refused("guest-is-known", "this guest has been added already")
            return [GuestAdded(command.name, command.email, command.phone, command.references)]
        case TieGuest():
            return _tie(command, guest)
        case ForgetGuest():
            somebody = not guest.added or guest.person is not None
            return [] if somebody or guest.forgotten else [GuestForgotten()]
        case _:
            raise TypeError(type(command).__name__)


def _tie(command: TieGuest, guest: Guest) -> Sequence[Event]:
    if not guest.added:
        raise NotFound("there is no such guest")
    if guest.person == command.person:
        return []
    if guest.forgotten:
        raise Refused("guest-is-forgotten", "what was known of this guest is erased")
    if guest.person is not None:
        raise Refused("guest-is-tied", "this guest is tied to another member")
    return [GuestTied(command.person, command.how)]


def evolve(guest: Guest, event: Any) -> Guest:
    """What a guest is after an event."""
    match event:
        case GuestAdded():
            return Guest(True, event.name, event.email, event.phone)
        case GuestTied():
            return replace(guest, person=event.person)
        case GuestForgotten():
            return replace(guest, forgotten=True)
        case _:
            return guest


GUEST: Decider[Guest] = Decider("guest", Guest(), decide, evolve)
