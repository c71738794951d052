"""From stage to stage: each passed in its order, with its checklist and its evidence, until loans go through the software."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.mentoring.domain.case import Library, Mentorship, Note
from services.mentoring.domain.probation import Probation
from services.mentoring.domain.readiness import unmet
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.domain.template import PROBATION, READY, SMOOTH, WANTED, Template
from services.mentoring.domain.weeks import first_monday


@dataclass(frozen=True, slots=True)
class PassStage(Command):
    """``items`` are the ticked ones; ``note`` and ``link`` the evidence. ``template`` is the case's own."""

    stage: str
    items: tuple[str, ...]
    template: Template
    by: str
    note: Note | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class GoLive(Command):
    """From now on loans go through the software. ``rules`` are those in force at ``at``."""

    template: Template
    rules: RulesInForce
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StagePassed(Event):
    library: Library
    stage: str
    template: str
    items: tuple[str, ...]
    note: Note | None
    link: str | None
    units: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class LibraryLive(Event):
    """Probation begins: ``weeks`` of it under version ``rules``, the first beginning on ``first``, a Monday."""

    library: Library
    weeks: int
    rules: int
    first: date
    by: str


ProgressCommand = PassStage | GoLive
ProgressEvent = StagePassed | LibraryLive


def decide(command: ProgressCommand, case: Mentorship) -> Sequence[Event]:
    """What follows. Raises ``Refused``, and ``NotFound`` for a stage that the template has not."""
    match command:
        case PassStage():
            return _pass(command, case)
        case GoLive():
            return _go_live(command, case)
        case _:
            assert_never(command)


def evolve(case: Mentorship, event: ProgressEvent) -> Mentorship:
    """The case after an event."""
    match event:
        case StagePassed(stage=stage):
            return replace(case, stage=stage)
        case LibraryLive():
            probation = Probation(event.weeks, event.rules, event.first, event.first)
            return replace(case, stage=PROBATION, probation=probation)
        case _:
            assert_never(event)


def _pass(command: PassStage, case: Mentorship) -> Sequence[Event]:
    library, template = case.running, command.template
    stage = template.stage(command.stage)
    if stage is None:
        raise NotFound
    if command.stage in {WANTED, PROBATION, SMOOTH}:
        raise Refused("not-passed-by-hand", "This stage is reached by what happens, not by a checklist.")
    following = template.after(case.stage)
    if command.stage != following:
        raise Refused("stage-out-of-order", "Stages are passed one after the other.", stage=case.stage, next=following)
    if command.stage == READY:
        _ready(case, template)
    ticked = frozenset(command.items)
    unticked = [item.item for item in stage.items if item.required and item.item not in ticked]
    if unticked:
        raise Refused("checklist-incomplete", "The checklist of this stage is not complete.", missing=unticked)
    if stage.evidence and command.note is None and command.link is None:
        raise Refused("stage-needs-evidence", "This stage needs a note or a link that shows it.")
    known = tuple(item.item for item in stage.items if item.item in ticked)
    return [
        StagePassed(library, stage.stage, template.name, known, command.note, command.link, stage.units, command.by)
    ]


def _ready(case: Mentorship, template: Template) -> None:
    missing = unmet(case, template.ready_needs)
    if missing is None:
        raise Refused("readiness-not-assessed", "Assess first what is there and what is missing.")
    if missing:
        raise Refused("not-ready", "Something that is needed is missing.", missing=missing)


def _go_live(command: GoLive, case: Mentorship) -> Sequence[Event]:
    library = case.running
    if case.live:
        return []
    if command.template.after(case.stage) != PROBATION:
        raise Refused(
            "stage-out-of-order",
            "It goes live once circulation has been moved.",
            stage=case.stage,
            next=command.template.after(case.stage),
        )
    weeks = command.rules.probation_weeks
    return [LibraryLive(library, weeks, command.rules.version, first_monday(command.at), command.by)]
