"""A guest takes part without being a member.

The id comes from outside and stays. When the member behind the guest is known, the guest is tied to the member, and
readers of participation follow the tie. A guest's id is never a member's: strangers choose guests' ids, and must
neither block a joining nor reach a member's data. So each id is first kept for the guest (``person.KeepForGuest``), and
the id's own stream decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

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
    """Forget the guest, unless tied to a member: the owner of the guest's contact is erased."""


GuestCommand = AddGuest | TieGuest | ForgetGuest


@dataclass(frozen=True, slots=True)
class GuestAdded(Event):
    """``name``, ``email`` and ``phone`` are sealed under the guest's key; ``references`` are opaque."""

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
    """The guest's sealed texts are destroyed next (``erasure``)."""


GuestEvent = GuestAdded | GuestTied | GuestForgotten


@dataclass(frozen=True, slots=True)
class Guest:
    """``person`` is the member that the guest is tied to."""

    name: str | None
    email: str | None
    phone: str | None
    person: str | None = None
    forgotten: bool = False


def decide(command: GuestCommand, guest: Guest | None) -> Sequence[Event]:
    """A guest is noted once, and is one member at most."""
    match command:
        case AddGuest():
            if guest is not None:
                raise Refused("guest-is-known", "This guest was added already.")
            return [GuestAdded(command.name, command.email, command.phone, command.references)]
        case TieGuest():
            return _tie(command, guest)
        case ForgetGuest():
            waits = guest is not None and guest.person is None and not guest.forgotten
            return [GuestForgotten()] if waits else []
        case _:
            assert_never(command)


def _tie(command: TieGuest, guest: Guest | None) -> Sequence[Event]:
    if guest is None:
        raise NotFound("There is no such guest.")
    if guest.person == command.person:
        return []
    if guest.forgotten:
        raise Refused("guest-is-forgotten", "The data of this guest was erased.")
    if guest.person is not None:
        raise Refused("guest-is-tied", "This guest is tied to another member.")
    return [GuestTied(command.person, command.how)]


def evolve(guest: Guest | None, event: GuestEvent) -> Guest | None:
    match event:
        case GuestAdded():
            return Guest(event.name, event.email, event.phone)
        case GuestTied():
            return guest and replace(guest, person=event.person)
        case GuestForgotten():
            return guest and replace(guest, forgotten=True)
        case _:
            assert_never(event)


GUEST: Decider[Guest | None] = Decider("guest", None, decide, evolve)
