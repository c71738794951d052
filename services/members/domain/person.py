"""A person: who belongs to the community. Names and contacts stand here only sealed (``kernel.vault``).

Whose a contact is cannot be seen from one stream; ``identification`` finds the id, and that id's stream decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused, Unavailable
from services.kernel.commands.decider import Decider


class Standing(StrEnum):
    """What a person's id stands for. ``GUEST``: for somebody who takes part without belonging, and never for a member.
    ``YIELDED``: for nobody; ``Person.to`` names the id that stands instead. ``ERASED``: for somebody who is forgotten.
    """

    NOBODY = "nobody"
    GUEST = "guest"
    MEMBER = "member"
    YIELDED = "yielded"
    ERASED = "erased"


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
class KeepForGuest(Command):
    """See to it that nobody joins under this id: it is a guest's. ``references`` are the guest's contacts for whose sake it
    is asked (``processes/guest_tying.py``).
    """

    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityKeptForGuest(Event):
    """This id is a guest's and will be no member's. ``references`` are those that were not named before."""

    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YieldIdentity(Command):
    """Give up an id that contacts were claimed for and nobody joined under, in favour of ``to``."""

    to: str


@dataclass(frozen=True, slots=True)
class IdentityYielded(Event):
    """Claims that name this id mean ``to``. Nobody can join under this id any more."""

    to: str


@dataclass(frozen=True, slots=True)
class ChangeMember(Command):
    """Change what is known of oneself; what is left None stays. A ``phone`` is claimed before (``identification``).

    ``name``, ``phone`` and ``background`` (JSON: education, appointment, double role) are sealed. Which of the sealed ones
    are really new only who can open them knows; ``decide`` takes them as new.
    """

    name: str | None = None
    phone: str | None = None
    library: str | None = None
    region: str | None = None
    subdistrict: str | None = None
    language: str | None = None
    background: str | None = None


@dataclass(frozen=True, slots=True)
class MemberChanged(Event):
    """``name``, ``phone`` and ``background`` are sealed, None where unchanged; all others are as they are from here on."""

    name: str | None
    phone: str | None
    background: str | None
    library: str
    region: str
    subdistrict: str
    language: str


@dataclass(frozen=True, slots=True)
class Leave(Command):
    """Be forgotten. ``by`` is who asks for it: the person, or somebody of the board on the person's word."""

    by: str


@dataclass(frozen=True, slots=True)
class ErasureDecided(Event):
    """From here on nobody is behind this id; what is sealed is destroyed next (``erasure``). ``region`` was the person's."""

    by: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """What is known. ``to`` is the id that this one yielded to; ``kept_for`` the references that it was kept for a guest
    for, None where it is no guest's.
    """

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
    to: str | None = None
    background: str | None = None
    kept_for: frozenset[str] | None = None

    @property
    def is_member(self) -> bool:
        """Whether this is a member."""
        return self.standing is Standing.MEMBER


def decide(command: Command, person: Person) -> Sequence[Event]:
    """Who is a member joins no more; an id is given up only while it is no member's, and a guest's is never one."""
    match command:
        case Join():
            return _join(command, person)
        case YieldIdentity():
            free = person.standing in {Standing.NOBODY, Standing.GUEST}
            return [IdentityYielded(command.to)] if free else []
        case KeepForGuest():
            return _keep(command, person)
        case ChangeMember():
            return _change(command, person)
        case Leave():
            return _leave(command, person)
        case _:
            raise TypeError(type(command).__name__)


def _keep(command: KeepForGuest, person: Person) -> Sequence[Event]:
    if person.kept_for is None and person.standing is not Standing.NOBODY:
        # Whoever is tied to a guest sees, and forgets, what is the guest's: that must never be somebody else's.
        raise Refused("id-is-a-members", "this id is or was a member's; a guest has another")
    kept = person.kept_for or frozenset()
    fresh = tuple(reference for reference in command.references if reference not in kept)
    return [] if person.kept_for is not None and not fresh else [IdentityKeptForGuest(fresh)]


def _change(command: ChangeMember, person: Person) -> Sequence[Event]:
    if not person.is_member or person.region is None or person.subdistrict is None:
        raise NotFound("there is no such member")
    changed = MemberChanged(
        command.name,
        command.phone,
        command.background,
        person.library if command.library is None else command.library,
        person.region if command.region is None else command.region,
        person.subdistrict if command.subdistrict is None else command.subdistrict,
        person.language if command.language is None else command.language,
    )
    return [] if evolve(person, changed) == person else [changed]


def _leave(command: Leave, person: Person) -> Sequence[Event]:
    match person.standing:
        case Standing.MEMBER:
            return [ErasureDecided(command.by, person.region)]
        case Standing.ERASED:
            return []
        case _:
            raise NotFound("there is no such member")


def _join(command: Join, person: Person) -> Sequence[Event]:
    match person.standing:
        case Standing.MEMBER:
            raise Refused("already-a-member", "this contact belongs to a member already")
        case Standing.YIELDED:
            # Somebody with the same contact was faster. The claims lead to the right id on the next attempt.
            raise Unavailable("another joining with the same contact came between")
        case Standing.GUEST:
            # A guest was noted under this id in between. The claims lead to another id on the next attempt.
            raise Unavailable("this id has become a guest's")
        case Standing.ERASED:
            # The claims that still lead here are about to be released.
            raise Unavailable("what was known under this contact is being erased")
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
        case MemberChanged():
            return replace(
                person,
                name=event.name or person.name,
                phone=event.phone or person.phone,
                background=event.background or person.background,
                library=event.library,
                region=event.region,
                subdistrict=event.subdistrict,
                language=event.language,
            )
        case IdentityYielded():
            return replace(person, standing=Standing.YIELDED, to=event.to)
        case IdentityKeptForGuest():
            standing = Standing.GUEST if person.standing is Standing.NOBODY else person.standing
            kept = (person.kept_for or frozenset()).union(event.references)
            return replace(person, standing=standing, kept_for=kept)
        case ErasureDecided():
            return Person(Standing.ERASED, region=event.region)
        case _:
            return person


PERSON: Decider[Person] = Decider("person", Person(), decide, evolve)
