"""A person: a member of the community, with name and contacts sealed (``kernel.vault``).

A single stream cannot tell the owner of a contact: ``identification`` finds the id, and the id's stream decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused, Unavailable
from services.kernel.commands.decider import Decider

DEFAULT_LANGUAGE = "id"


class IdentityStatus(StrEnum):
    """The standing of an id. ``GUEST``: kept for a guest, and never a member's. ``YIELDED``: replaced by the id in
    ``Person.to``. ``ERASED``: of a person who was erased.
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
    language: str = DEFAULT_LANGUAGE
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
    """Keep this id for a guest, so that no person joins under the id. ``references`` are the guest's contacts that
    asked for this (``processes/guest_tying.py``).
    """

    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentityKeptForGuest(Event):
    """This id is a guest's and never becomes a member's. ``references`` are newly named contacts."""

    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YieldIdentity(Command):
    """Give up an id in favour of ``to``: contacts were claimed for the id, and no person joined under it."""

    to: str


@dataclass(frozen=True, slots=True)
class IdentityYielded(Event):
    """Claims that name this id mean ``to``. Joining under this id is refused from here on."""

    to: str


@dataclass(frozen=True, slots=True)
class ChangeMember(Command):
    """Change a member's data; fields that are None stay. A ``phone`` is claimed before (``identification``).

    ``name``, ``phone`` and ``background`` (JSON: education, appointment, double role) are sealed. Only the holder of
    the key can compare sealed texts, so ``decide`` takes each sealed text as new.
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
    """``name``, ``phone`` and ``background`` are sealed, and None where unchanged; all other fields hold the values
    from here on.
    """

    name: str | None
    phone: str | None
    background: str | None
    library: str
    region: str
    subdistrict: str
    language: str


@dataclass(frozen=True, slots=True)
class Leave(Command):
    """Decide the erasure. ``by`` is the person, or a member of the board on the person's request."""

    by: str


@dataclass(frozen=True, slots=True)
class ErasureDecided(Event):
    """The id belongs to no person from here on; the sealed texts are destroyed next (``erasure``). ``region`` was the
    person's.
    """

    by: str
    region: str | None


PersonCommand = Join | YieldIdentity | KeepForGuest | ChangeMember | Leave
PersonEvent = MemberJoined | MemberChanged | IdentityYielded | IdentityKeptForGuest | ErasureDecided


@dataclass(frozen=True, slots=True)
class Member:
    """The data of a member. ``name``, ``email``, ``phone`` and ``background`` are sealed."""

    name: str
    email: str | None
    phone: str | None
    library: str
    region: str
    subdistrict: str
    language: str
    how: str
    registered: date
    background: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """``member`` is set exactly for the standing ``MEMBER``. ``to`` is the id that this id yielded to. ``kept_for``
    holds the contacts' references for an id that was kept for a guest, None for an id that was never kept.
    ``lived_in`` is the region of an erased person.
    """

    standing: IdentityStatus = IdentityStatus.NOBODY
    member: Member | None = None
    to: str | None = None
    kept_for: frozenset[str] | None = None
    lived_in: str | None = None

    @property
    def is_member(self) -> bool:
        return self.member is not None

    @property
    def region(self) -> str | None:
        """Where the member lives, or where an erased member lived; None for all others."""
        return self.member.region if self.member else self.lived_in

    @property
    def language(self) -> str:
        """The language that the member reads; the community's own for everybody else."""
        return self.member.language if self.member else DEFAULT_LANGUAGE


def decide(command: PersonCommand, person: Person) -> Sequence[Event]:
    """A member cannot join again; only a free id or a guest's yields; a guest's id never becomes a member's."""
    match command:
        case Join():
            return _join(command, person)
        case YieldIdentity():
            free = person.standing in {IdentityStatus.NOBODY, IdentityStatus.GUEST}
            return [IdentityYielded(command.to)] if free else []
        case KeepForGuest():
            return _keep(command, person)
        case ChangeMember():
            return _change(command, person)
        case Leave():
            return _leave(command, person)
        case _:
            assert_never(command)


def _keep(command: KeepForGuest, person: Person) -> Sequence[Event]:
    if person.kept_for is None and person.standing is not IdentityStatus.NOBODY:
        # A member sees and erases the data of tied guests, so a guest's id must never be another member's.
        raise Refused("id-is-a-members", "This id is or was a member's; a guest needs another id.")
    kept = person.kept_for or frozenset()
    fresh = tuple(reference for reference in command.references if reference not in kept)
    return [] if person.kept_for is not None and not fresh else [IdentityKeptForGuest(fresh)]


def _change(command: ChangeMember, person: Person) -> Sequence[Event]:
    member = person.member
    if member is None:
        raise NotFound("There is no such member.")
    changed = MemberChanged(
        command.name,
        command.phone,
        command.background,
        member.library if command.library is None else command.library,
        member.region if command.region is None else command.region,
        member.subdistrict if command.subdistrict is None else command.subdistrict,
        member.language if command.language is None else command.language,
    )
    return [] if evolve(person, changed) == person else [changed]


def _leave(command: Leave, person: Person) -> Sequence[Event]:
    match person.standing:
        case IdentityStatus.MEMBER:
            return [ErasureDecided(command.by, person.region)]
        case IdentityStatus.ERASED:
            return []
        case _:
            raise NotFound("There is no such member.")


def _join(command: Join, person: Person) -> Sequence[Event]:
    match person.standing:
        case IdentityStatus.MEMBER:
            raise Refused("already-a-member", "This contact belongs to a member already.")
        case IdentityStatus.YIELDED:
            # Somebody with the same contact was faster. The claims lead to the right id on the next attempt.
            raise Unavailable("another joining with the same contact came between")
        case IdentityStatus.GUEST:
            # A guest was noted under this id in between. The claims lead to another id on the next attempt.
            raise Unavailable("this id has become a guest's")
        case IdentityStatus.ERASED:
            # The claims that still lead here are about to be released.
            raise Unavailable("what was known under this contact is being erased")
        case IdentityStatus.NOBODY:
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


def evolve(person: Person, event: PersonEvent) -> Person:
    match event:
        case MemberJoined():
            return Person(IdentityStatus.MEMBER, Member(**asdict(event)))
        case MemberChanged():
            return replace(person, member=person.member and _changed(person.member, event))
        case IdentityYielded():
            return replace(person, standing=IdentityStatus.YIELDED, to=event.to)
        case IdentityKeptForGuest():
            standing = IdentityStatus.GUEST if person.standing is IdentityStatus.NOBODY else person.standing
            kept = (person.kept_for or frozenset()).union(event.references)
            return replace(person, standing=standing, kept_for=kept)
        case ErasureDecided():
            return Person(IdentityStatus.ERASED, lived_in=event.region)
        case _:
            assert_never(event)


def _changed(member: Member, event: MemberChanged) -> Member:
    return replace(
        member,
        name=event.name or member.name,
        phone=event.phone or member.phone,
        background=event.background or member.background,
        library=event.library,
        region=event.region,
        subdistrict=event.subdistrict,
        language=event.language,
    )


PERSON: Decider[Person] = Decider("person", Person(), decide, evolve)
