"""Equipment: what members and libraries lend the community, and where each thing is. One stream a thing.

Nearly all that is used is borrowed «dari komunitas atau individu peserta gathering»; so it is known whose it is, to which
activity it was lent, and that it came back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

KINDS = ("laptop", "projector", "scanner", "printer", "network", "other")


@dataclass(frozen=True, slots=True)
class RegisterEquipment(Command):
    """Offer a thing of one's own, or of the library that one works at."""

    name: str
    kind: str
    owner: str
    library: str | None
    region: str


@dataclass(frozen=True, slots=True)
class LendEquipment(Command):
    """It goes to an activity; ``by`` notes it."""

    activity: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnEquipment(Command):
    """It is back with its owner."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawEquipment(Command):
    """It is lent no more."""

    at: datetime


EquipmentCommand = RegisterEquipment | LendEquipment | ReturnEquipment | WithdrawEquipment


@dataclass(frozen=True, slots=True)
class EquipmentRegistered(Event):
    """``kind`` of ``KINDS``; ``owner`` is a member, ``library`` where it is one's."""

    name: str
    kind: str
    owner: str
    library: str | None
    region: str


@dataclass(frozen=True, slots=True)
class EquipmentLent(Event):
    """Loan ``loan`` of this thing, counted from 1."""

    activity: str
    by: str
    at: datetime
    loan: int


@dataclass(frozen=True, slots=True)
class EquipmentReturned(Event):
    """Loan ``loan`` is over."""

    by: str
    at: datetime
    loan: int


@dataclass(frozen=True, slots=True)
class EquipmentWithdrawn(Event):
    """From here on it is nobody's to ask for."""

    at: datetime


EquipmentEvent = EquipmentRegistered | EquipmentLent | EquipmentReturned | EquipmentWithdrawn


@dataclass(frozen=True, slots=True)
class Equipment:
    """``activity`` is where the thing is, None with its owner; ``loans`` counts them."""

    owner: str
    region: str
    activity: str | None = None
    loans: int = 0
    withdrawn: bool = False


def decide(command: EquipmentCommand, equipment: Equipment | None) -> Sequence[Event]:
    """A thing is in one place at a time. A thing that is withdrawn while it is away still comes back, and goes nowhere else.
    Raises ``NotFound`` for a thing that was never registered.
    """
    if isinstance(command, RegisterEquipment):
        new = EquipmentRegistered(command.name, command.kind, command.owner, command.library, command.region)
        return [new] if equipment is None else []
    if equipment is None:
        raise NotFound("there is no such thing")
    match command:
        case LendEquipment():
            return _lend(command, equipment)
        case ReturnEquipment():
            return [] if equipment.activity is None else [EquipmentReturned(command.by, command.at, equipment.loans)]
        case WithdrawEquipment():
            return [] if equipment.withdrawn else [EquipmentWithdrawn(command.at)]
        case _:
            assert_never(command)


def _lend(command: LendEquipment, equipment: Equipment) -> Sequence[Event]:
    if equipment.withdrawn:
        raise Refused("equipment-is-withdrawn", "its owner lends it no more")
    if equipment.activity == command.activity:
        return []
    if equipment.activity is not None:
        raise Refused("equipment-is-lent", "it is lent to another activity; it comes back first")
    return [EquipmentLent(command.activity, command.by, command.at, equipment.loans + 1)]


def evolve(equipment: Equipment | None, event: EquipmentEvent) -> Equipment | None:
    """The thing after an event."""
    if isinstance(event, EquipmentRegistered):
        return Equipment(event.owner, event.region)
    return equipment and _evolve_registered(equipment, event)


def _evolve_registered(
    equipment: Equipment, event: EquipmentLent | EquipmentReturned | EquipmentWithdrawn
) -> Equipment:
    match event:
        case EquipmentLent():
            return replace(equipment, activity=event.activity, loans=event.loan)
        case EquipmentReturned():
            return replace(equipment, activity=None)
        case EquipmentWithdrawn():
            return replace(equipment, withdrawn=True)
        case _:
            assert_never(event)


EQUIPMENT: Decider[Equipment | None] = Decider("equipment", None, decide, evolve)
