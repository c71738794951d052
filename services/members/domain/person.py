"""A person: who belongs to the community. Names and contacts stand here only sealed (``kernel.vault``).

Whose a contact is cannot be seen from one stream; ``identification`` finds the id, and that id's stream decides.
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


PersonCommand = Join | YieldIdentity | KeepForGuest | ChangeMember | Leave
PersonEvent = MemberJoined | MemberChanged | IdentityYielded | IdentityKeptForGuest | ErasureDecided


@dataclass(frozen=True, slots=True)
class Member:
    """All that is known of a member. ``name``, ``email``, ``phone`` and ``background`` are sealed."""

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
    """``member`` is set where ``standing`` is ``MEMBER``. ``to`` is the id that this id yielded to. ``kept_for`` holds the contacts'
    references for whose sake the id was kept for a guest, None for an id that was never kept. ``lived_in`` is the region of
    somebody who was erased.
    """

    standing: Standing = Standing.NOBODY
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
            assert_never(command)


def _keep(command: KeepForGuest, person: Person) -> Sequence[Event]:
    if person.kept_for is None and person.standing is not Standing.NOBODY:
        # Whoever is tied to a guest sees, and forgets, what is the guest's: that must never be somebody else's.
        raise Refused("id-is-a-members", "this id is or was a member's; a guest has another")
    kept = person.kept_for or frozenset()
    fresh = tuple(reference for reference in command.references if reference not in kept)
    return [] if person.kept_for is not None and not fresh else [IdentityKeptForGuest(fresh)]


def _change(command: ChangeMember, person: Person) -> Sequence[Event]:
    member = person.member
    if member is None:
        raise NotFound("there is no such member")
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


def evolve(person: Person, event: PersonEvent) -> Person:
    """The person after an event."""
    match event:
        case MemberJoined():
            return Person(Standing.MEMBER, Member(**asdict(event)))
        case MemberChanged():
            return replace(person, member=person.member and _changed(person.member, event))
        case IdentityYielded():
            return replace(person, standing=Standing.YIELDED, to=event.to)
        case IdentityKeptForGuest():
            standing = Standing.GUEST if person.standing is Standing.NOBODY else person.standing
            kept = (person.kept_for or frozenset()).union(event.references)
            return replace(person, standing=standing, kept_for=kept)
        case ErasureDecided():
            return Person(Standing.ERASED, lived_in=event.region)
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
