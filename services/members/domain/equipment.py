"""Equipment: things that members and libraries lend the community. One stream a thing.

Nearly all equipment in use is borrowed «dari komunitas atau individu peserta gathering». The stream records the owner,
each loan to an activity, and each return.
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
    """Offer a thing of the owner's, or of the library that the owner works at."""

    name: str
    kind: str
    owner: str
    library: str | None
    region: str


@dataclass(frozen=True, slots=True)
class LendEquipment(Command):
    """Lend the thing to an activity; ``by`` records the loan."""

    activity: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnEquipment(Command):
    """The owner has the thing again."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawEquipment(Command):
    """Offer the thing no longer."""

    at: datetime


EquipmentCommand = RegisterEquipment | LendEquipment | ReturnEquipment | WithdrawEquipment


@dataclass(frozen=True, slots=True)
class EquipmentRegistered(Event):
    """``kind`` of ``KINDS``; ``owner`` is a member; ``library`` is set for a thing of a library."""

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
    """The thing is no longer offered."""

    at: datetime


EquipmentEvent = EquipmentRegistered | EquipmentLent | EquipmentReturned | EquipmentWithdrawn


@dataclass(frozen=True, slots=True)
class Equipment:
    """``activity`` is where the thing is, None while the owner has it; ``loans`` is the number of loans."""

    owner: str
    region: str
    activity: str | None = None
    loans: int = 0
    withdrawn: bool = False


def decide(command: EquipmentCommand, equipment: Equipment | None) -> Sequence[Event]:
    """A thing is in one place at a time. A thing withdrawn during a loan still comes back, and is not lent again.
    Raises ``NotFound`` for an unregistered thing.
    """
    if isinstance(command, RegisterEquipment):
        new = EquipmentRegistered(command.name, command.kind, command.owner, command.library, command.region)
        return [new] if equipment is None else []
    if equipment is None:
        raise NotFound("There is no such equipment.")
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
        raise Refused("equipment-is-withdrawn", "The owner no longer offers this equipment.")
    if equipment.activity == command.activity:
        return []
    if equipment.activity is not None:
        raise Refused("equipment-is-lent", "The equipment is lent to another activity; it must be returned first.")
    return [EquipmentLent(command.activity, command.by, command.at, equipment.loans + 1)]


def evolve(equipment: Equipment | None, event: EquipmentEvent) -> Equipment | None:
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
