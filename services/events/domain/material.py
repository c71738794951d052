"""Material: what an activity leaves behind, as a link or a text, under a licence that says who may use it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.events.domain.activity import CANCELLED
from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

PUBLIC = "public"
PARTICIPANTS = "participants"
LICENCES = ("cc0", "cc-by", "cc-by-sa", "cc-by-nc", "cc-by-nc-sa", "all-rights-reserved")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A material. ``url`` or ``text`` or both; ``visibility`` is public or participants; ``topic`` what it is about."""

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
    """``state`` is the activity's at this moment."""

    sheet: Sheet
    state: str


@dataclass(frozen=True, slots=True)
class WithdrawMaterial(Command):
    """It is not to be had any more."""


@dataclass(frozen=True, slots=True)
class MaterialPublished(Event):
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class MaterialWithdrawn(Event):
    pass


MaterialEvent = MaterialPublished | MaterialWithdrawn


@dataclass(frozen=True, slots=True)
class Material:
    """``sheet`` is None until it is published."""

    sheet: Sheet | None = None
    withdrawn: bool = False


def decide(command: PublishMaterial | WithdrawMaterial, material: Material) -> Sequence[Event]:
    """What follows. Raises ``Refused`` and, for a material that nobody published, ``NotFound``."""
    if isinstance(command, PublishMaterial):
        if material.sheet:
            return []
        if command.state == CANCELLED:
            raise Refused("activity-cancelled", "It was cancelled.")
        if not (command.sheet.url or command.sheet.text):
            raise Refused("material-is-empty", "Give a link or a text.")
        return [MaterialPublished(command.sheet)]
    if material.sheet is None:
        raise NotFound
    return [] if material.withdrawn else [MaterialWithdrawn()]


def evolve(material: Material, event: MaterialEvent) -> Material:
    """The material after an event."""
    match event:
        case MaterialPublished(sheet=sheet):
            return Material(sheet)
        case MaterialWithdrawn():
            return replace(material, withdrawn=True)


MATERIAL: Decider[Material] = Decider("material", Material(), decide, evolve)
