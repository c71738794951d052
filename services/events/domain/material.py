"""Material of an activity: a link or a text, under a licence that says who may use the material again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from services.events.domain.activity import CANCELLED
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

PUBLIC = "public"
PARTICIPANTS = "participants"
LICENCES = ("cc0", "cc-by", "cc-by-sa", "cc-by-nc", "cc-by-nc-sa", "all-rights-reserved")


@dataclass(frozen=True, slots=True)
class Sheet:
    """``url`` or ``text`` or both; ``visibility`` is public or participants; ``topic`` is the activity's."""

    activity: str
    title: str
    url: str | None
    text: str | None
    licence: str
    visibility: str
    topic: str | None
    region: str


@dataclass(frozen=True, slots=True)
class PublishMaterial(Command):
    """``state`` is the activity's as of now."""

    sheet: Sheet
    state: str


@dataclass(frozen=True, slots=True)
class WithdrawMaterial(Command):
    """Take the material away; its link no longer opens."""


@dataclass(frozen=True, slots=True)
class MaterialPublished(Event):
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class MaterialWithdrawn(Event):
    pass


MaterialEvent = MaterialPublished | MaterialWithdrawn


@dataclass(frozen=True, slots=True)
class Material:
    sheet: Sheet
    withdrawn: bool = False


def decide(command: PublishMaterial | WithdrawMaterial, material: Material | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown material."""
    match command:
        case PublishMaterial():
            return [] if material else _publish(command)
        case WithdrawMaterial():
            if material is None:
                raise NotFound
            return [] if material.withdrawn else [MaterialWithdrawn()]
        case _:
            assert_never(command)


def evolve(material: Material | None, event: MaterialEvent) -> Material:
    """The material after an event."""
    match event:
        case MaterialPublished(sheet=sheet):
            return Material(sheet)
        case MaterialWithdrawn():
            assert material is not None  # a material's first event is MaterialPublished
            return replace(material, withdrawn=True)
        case _:
            assert_never(event)


MATERIAL: Decider[Material | None] = Decider("material", None, decide, evolve)


def _publish(command: PublishMaterial) -> Sequence[Event]:
    if command.state == CANCELLED:
        raise Refused("activity-cancelled", "The activity is cancelled.")
    if not (command.sheet.url or command.sheet.text):
        raise Refused("material-is-empty", "A material needs a link or a text.")
    return [MaterialPublished(command.sheet)]
