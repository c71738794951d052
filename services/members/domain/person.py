"""A person: a guest, who takes part without belonging, or a member.

A guest's id comes from outside and stays; once it is known whose it is, the guest is tied to that member and whoever
follows participation follows the tie. Names and contacts stand here only sealed (``kernel.vault``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.kernel.decider import Decider
from services.kernel.message import Command, Event
from services.kernel.problem import NotFound, Refused, Unavailable


class Standing(StrEnum):
    """What a person's id stands for. ``YIELDED``: for nobody; ``Person.person`` names the id that stands instead."""

    NOBODY = "nobody"
    GUEST = "guest"
    MEMBER = "member"
    YIELDED = "yielded"


@dataclass(frozen=True, slots=True)
class Join(Command):
    """Become a member. ``how`` is ``form``, ``import`` or ``board``; ``registered`` the day the person signed up."""

    name: str
    email: str | None
    phone: str | None
    library: str
    region: str
    subdistrict: str
    registered: date
    language: str = "id"
    how: str = "form"


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    """``name``, ``email`` and ``phone`` are sealed under the person's key; ``library`` is an institution's name."""

    name: str
    email: str | None
    phone: str | None
    library: str
    region: str
    subdistrict: str
    registered: date
    language: str
    how: str


@dataclass(frozen=True, slots=True)
class AddGuest(Command):
    """Note a guest. ``references`` are the opaque ids of the guest's contacts (``identification``)."""

    name: str | None
    email: str | None
    phone: str | None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuestAdded(Event):
    """``name``, ``email`` and ``phone`` are sealed under the guest's key; ``references`` tell nothing about anybody."""

    name: str | None
    email: str | None
    phone: str | None
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TieGuest(Command):
    """Say which member a guest is. ``how`` is ``proof`` (a login proved the contact) or ``hand``."""

    person: str
    how: str


@dataclass(frozen=True, slots=True)
class GuestTied(Event):
    """From here on the guest's participation is the member's."""

    person: str
    how: str


@dataclass(frozen=True, slots=True)
class YieldIdentity(Command):
    """Give up an id that contacts were claimed for and nobody joined under, in favour of ``to``."""

    to: str


@dataclass(frozen=True, slots=True)
class IdentityYielded(Event):
    """Claims that name this id mean ``to``. Nobody can join under this id any more."""

    to: str


@dataclass(frozen=True, slots=True)
class Person:
    """What is known. ``person`` is the member that a guest is tied to, or the id that this one yielded to."""

    standing: Standing = Standing.NOBODY
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    library: str = ""
    region: str | None = None
    subdistrict: str | None = None
    language: str = "id"
    how: str = ""
    registered: date = date.min
    person: str | None = None

    @property
    def is_member(self) -> bool:
        """Whether this is a member."""
        return self.standing is Standing.MEMBER


def decide(command: Command, person: Person) -> Sequence[Event]:
    """The rules of joining, and of guests."""
    match command:
        case Join():
            return _join(command, person)
        case AddGuest():
            return _add_guest(command, person)
        case TieGuest():
            return _tie(command, person)
        case YieldIdentity():
            return [IdentityYielded(command.to)] if person.standing is Standing.NOBODY else []
        case _:
            raise TypeError(type(command).__name__)


def _join(command: Join, person: Person) -> Sequence[Event]:
    match person.standing:
        case Standing.MEMBER:
            raise Refused("already-a-member", "this contact belongs to a member already")
        case Standing.GUEST:
            raise Refused("id-is-a-guests", "a guest's id stays a guest's; join, then tie the guest")
        case Standing.YIELDED:
            # Somebody with the same contact was faster. The claims lead to the right id on the next attempt.
            raise Unavailable("another joining with the same contact came between")
        case Standing.NOBODY:
            return [
                MemberJoined(
                    command.name,
                    command.email,
                    command.phone,
                    command.library,
                    command.region,
                    command.subdistrict,
                    command.registered,
                    command.language,
                    command.how,
                )
            ]


def _add_guest(command: AddGuest, person: Person) -> Sequence[Event]:
    if person.standing is Standing.GUEST:
        raise Refused("guest-is-known", "this guest has been added already")
    if person.standing is not Standing.NOBODY:
        raise Refused("id-is-a-members", "this id is not a guest's")
    return [GuestAdded(command.name, command.email, command.phone, command.references)]


def _tie(command: TieGuest, person: Person) -> Sequence[Event]:
    if person.standing is not Standing.GUEST:
        raise NotFound("there is no such guest")
    if person.person == command.person:
        return []
    if person.person is not None:
        raise Refused("guest-is-tied", "this guest is tied to another member")
    return [GuestTied(command.person, command.how)]


def evolve(person: Person, event: Any) -> Person:
    """What a person is after an event."""
    match event:
        case MemberJoined():
            return Person(
                Standing.MEMBER,
                event.name,
                event.email,
                event.phone,
                event.library,
                event.region,
                event.subdistrict,
                event.language,
                event.how,
                event.registered,
            )
        case GuestAdded():
            return Person(Standing.GUEST, event.name, event.email, event.phone)
        case GuestTied():
            return replace(person, person=event.person)
        case IdentityYielded():
            return Person(Standing.YIELDED, person=event.to)
        case _:
            return person


PERSON: Decider[Person] = Decider("person", Person(), decide, evolve)
