"""Offices: holders and stand-ins, with their terms. ``office_kinds`` lists the offices and their permissions.

An office for one holder has one stream, ``office-<office>-<region or all>``; this stream keeps the rule that two people
never hold the office at the same time. An office with many holders has a stream for each holder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider
from services.members.domain.office_kinds import OFFICES


def office_identity(office: str, region: str | None, person: str | None = None) -> str:
    """The id of an office's stream; ``person`` counts for an office with many holders. Raises ``Refused`` for a missing
    region, or a region of an office without regions.
    """
    kind = OFFICES[office]
    if kind.regional != (region is not None):
        raise Refused("office-and-region", "A regional office needs a region; other offices have no region.")
    return f"{office}-{region or 'all'}-{person}" if kind.many else f"{office}-{region or 'all'}"


@dataclass(frozen=True, slots=True)
class AssumeOffice(Command):
    """Take a vacant office. ``since`` is when the term began, at the latest ``at``, the present."""

    office: str
    region: str | None
    person: str
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class HandOverOffice(Command):
    """Pass the office from the present holder to the next, in one act without a gap. ``by`` is a holder who passes on
    the own office, None for a person who assigns offices.
    """

    office: str
    region: str | None
    to: str
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class VacateOffice(Command):
    """End the holder's term without a successor."""

    office: str
    region: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LeaveOffice(Command):
    """End the term or the stand-in of a person who leaves the community."""

    office: str
    region: str | None
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NameStandIn(Command):
    """Name a person to act with the office's permissions during a vacancy."""

    office: str
    region: str | None
    person: str
    at: datetime


OfficeCommand = AssumeOffice | HandOverOffice | VacateOffice | LeaveOffice | NameStandIn


@dataclass(frozen=True, slots=True)
class OfficeAssumed(Event):
    """``board``: whether the office belonged to the board at that time."""

    office: str
    region: str | None
    person: str
    since: datetime
    board: bool


@dataclass(frozen=True, slots=True)
class OfficeVacated(Event):
    """The term of ``person`` ended at ``until``."""

    office: str
    region: str | None
    person: str
    until: datetime


@dataclass(frozen=True, slots=True)
class StandInNamed(Event):
    """``person`` stands in from ``since``. ``board``: whether the office belonged to the board."""

    schema: ClassVar[int] = 2
    office: str
    region: str | None
    person: str
    since: datetime
    board: bool


@dataclass(frozen=True, slots=True)
class StandInEnded(Event):
    """``person`` no longer stands in, from ``until``."""

    office: str
    region: str | None
    person: str
    until: datetime


OfficeEvent = OfficeAssumed | OfficeVacated | StandInNamed | StandInEnded


@dataclass(frozen=True, slots=True)
class Office:
    """``holder`` and ``stand_in`` are never both set. ``free_since`` is when the last term ended."""

    holder: str | None = None
    stand_in: str | None = None
    free_since: datetime | None = None


def decide(command: OfficeCommand, office: Office) -> Sequence[Event]:
    """One holder at a time; a stand-in only during a vacancy."""
    match command:
        case AssumeOffice():
            return _assume(command, office)
        case HandOverOffice():
            return _hand_over(command, office)
        case VacateOffice():
            return _vacate(command, office)
        case NameStandIn():
            return _stand_in(command, office)
        case LeaveOffice():
            return _leave(command, office)
        case _:
            assert_never(command)


def _assume(command: AssumeOffice, office: Office) -> Sequence[Event]:
    if office.holder == command.person:
        return []
    if office.holder is not None:
        raise Refused("office-is-held", "Somebody holds this office; hand the office over.")
    if command.since > command.at:
        raise Refused("term-begins-later", "A term of office cannot begin in the future.")
    if office.free_since is not None and command.since < office.free_since:
        raise Refused("office-was-held", "At this time another person still held the office.")
    assumed = OfficeAssumed(
        command.office, command.region, command.person, command.since, OFFICES[command.office].board
    )
    return [*_end_stand_in(command, office), assumed]


def _hand_over(command: HandOverOffice, office: Office) -> Sequence[Event]:
    _held_by_one(command.office)
    if office.holder is None:
        raise Refused("office-is-vacant", "Nobody holds this office; put a member into the vacant office.")
    if office.holder == command.to:
        return []
    if command.by not in {None, office.holder}:
        # A former holder's signature may still be valid for a minute.
        raise Refused("office-is-anothers", "Only the present holder can hand the office over.")
    return [
        OfficeVacated(command.office, command.region, office.holder, command.at),
        OfficeAssumed(command.office, command.region, command.to, command.at, OFFICES[command.office].board),
    ]


def _vacate(command: VacateOffice, office: Office) -> Sequence[Event]:
    if office.holder is None:
        return []
    return [OfficeVacated(command.office, command.region, office.holder, command.at)]


def _held_by_one(office: str) -> None:
    if OFFICES[office].many:
        raise Refused("office-held-by-many", "Several people hold this office; it cannot be handed over.")


def _leave(command: LeaveOffice, office: Office) -> Sequence[Event]:
    if office.holder == command.person:
        return [OfficeVacated(command.office, command.region, command.person, command.at)]
    if office.stand_in == command.person:
        return [StandInEnded(command.office, command.region, command.person, command.at)]
    return []


def _stand_in(command: NameStandIn, office: Office) -> Sequence[Event]:
    _held_by_one(command.office)
    if office.holder is not None:
        raise Refused("office-is-held", "Somebody holds this office; a stand-in is named only for a vacant office.")
    if office.stand_in == command.person:
        return []
    board = OFFICES[command.office].board
    named = StandInNamed(command.office, command.region, command.person, command.at, board)
    return [*_end_stand_in(command, office), named]


def _end_stand_in(command: AssumeOffice | NameStandIn, office: Office) -> Sequence[Event]:
    if office.stand_in is None:
        return []
    return [StandInEnded(command.office, command.region, office.stand_in, command.at)]


def evolve(office: Office, event: OfficeEvent) -> Office:
    match event:
        case OfficeAssumed():
            return replace(office, holder=event.person)
        case OfficeVacated():
            return replace(office, holder=None, free_since=event.until)
        case StandInNamed():
            return replace(office, stand_in=event.person)
        case StandInEnded():
            return replace(office, stand_in=None)
        case _:
            assert_never(event)


OFFICE: Decider[Office] = Decider("office", Office(), decide, evolve)
