"""From a wish to going live: readiness is assessed, the library is named a pilot, and stage by stage is passed in order.

Readiness (R9) comes before the installation. A pilot is an example for other libraries. A library is
named only after the staff have been to several gatherings and some of the staff can really use the software (R8), and with all
needs of a pilot met. Gatherings and ratings come from other services and are part of the command, so a rating given a moment
ago may be missing; the same wish a moment later is a new decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.mentoring.domain.case import Library, Mentorship, Note
from services.mentoring.domain.probation import Probation
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.domain.template import AGREED, PROBATION, READY, SMOOTH, WANTED, Template
from services.mentoring.domain.weeks import first_monday

CONDITIONS = ("computers", "network", "power", "operator", "budget", "support")
"""``operator``: a person who can run the software; ``support``: the head's."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of readiness as a visitor found the library."""

    name: str
    present: bool
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """Facts about a library's present staff. ``gatherings`` had at least one of the staff among the present; ``able`` persons were
    rated by a second rater at the rules' level or above.
    """

    gatherings: tuple[str, ...] = ()
    able: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PilotRules:
    """What version ``version`` of the rules asked of a pilot."""

    version: int
    gatherings: int
    people: int
    level: int


@dataclass(frozen=True, slots=True)
class AssessReadiness(Command):
    """Names every condition once. A later assessment replaces the former."""

    conditions: tuple[Condition, ...]
    by: str


@dataclass(frozen=True, slots=True)
class DesignatePilot(Command):
    """``rules`` are those in force at ``at``."""

    heard: Heard
    rules: RulesInForce
    template: Template
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PassStage(Command):
    """``items`` are ticked; ``note`` and ``link`` are the evidence. ``template`` is the case's own."""

    stage: str
    items: tuple[str, ...]
    template: Template
    by: str
    note: Note | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class GoLive(Command):
    """Loans go through the software from now on. ``rules`` are those in force at ``at``."""

    template: Template
    rules: RulesInForce
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReadinessAssessed(Event):
    """``score`` counts the present conditions; ``missing`` names the missing conditions, in the order of ``CONDITIONS``."""

    library: Library
    conditions: tuple[Condition, ...]
    score: int
    missing: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class PilotDesignated(Event):
    """``heard`` and ``rules`` are what the decision was taken on."""

    library: Library
    template: str
    heard: Heard
    rules: PilotRules
    by: str


@dataclass(frozen=True, slots=True)
class StagePassed(Event):
    """``units`` are the competence units that the stage exercises."""

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
    """Probation begins: ``weeks`` long under version ``rules``, from ``first`` on, a Monday."""

    library: Library
    weeks: int
    rules: int
    first: date
    by: str


StageCommand = AssessReadiness | DesignatePilot | PassStage | GoLive
StageEvent = ReadinessAssessed | PilotDesignated | StagePassed | LibraryLive


def decide(command: StageCommand, case: Mentorship) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for a stage that the template does not have."""
    case.require_open()
    match command:
        case AssessReadiness():
            return [_assess(command, case)]
        case DesignatePilot():
            return [] if case.pilot else [_designate(command, case)]
        case PassStage():
            return [_pass(command, case)]
        case GoLive():
            return [] if case.live else [_go_live(command, case)]
        case _:
            assert_never(command)


def evolve(case: Mentorship, event: StageEvent) -> Mentorship:
    """The case after an event."""
    match event:
        case ReadinessAssessed(missing=missing):
            return replace(case, lacking=missing)
        case PilotDesignated():
            return replace(case, pilot=True, stage=AGREED)
        case StagePassed(stage=stage):
            return replace(case, stage=stage)
        case LibraryLive():
            probation = Probation(event.weeks, event.rules, event.first, event.first)
            return replace(case, stage=PROBATION, probation=probation)
        case _:
            assert_never(event)


def unmet(case: Mentorship, needs: Sequence[str]) -> list[str] | None:
    """The needs that the last assessment found missing; None before the first assessment."""
    return None if case.lacking is None else [name for name in needs if name in case.lacking]


def pilot_obstacles(command: DesignatePilot, case: Mentorship) -> list[Refused]:
    """Every reason against a pilot, in the order in which they are told."""
    rules, heard = command.rules, command.heard
    found = []
    have, need = len(set(heard.gatherings)), rules.pilot_after_gatherings
    if have < need:
        detail = f"Its staff have been to {have} of {need} gatherings."
        found.append(Refused("pilot-needs-gatherings", detail, have=have, need=need, rules=rules.version))
    able, people = len(set(heard.able)), rules.pilot_able_people
    if able < people:
        found.append(
            Refused(
                "pilot-needs-able-operator",
                f"{able} of {people} people on the library's staff are rated able to use the software.",
                have=able,
                need=people,
                level=rules.pilot_level,
                rules=rules.version,
            )
        )
    missing = unmet(case, command.template.pilot_needs)
    if missing is None or missing:
        shown = list(command.template.pilot_needs) if missing is None else missing
        found.append(
            Refused("pilot-needs-readiness", "The library does not yet meet every condition of a pilot.", missing=shown)
        )
    return found


def _assess(command: AssessReadiness, case: Mentorship) -> ReadinessAssessed:
    found = {condition.name: condition for condition in command.conditions}
    if len(command.conditions) != len(CONDITIONS) or set(found) != set(CONDITIONS):
        raise Refused("every-condition-once", "An assessment must name each condition exactly once.")
    missing = tuple(name for name in CONDITIONS if not found[name].present)
    ordered = tuple(found[name] for name in CONDITIONS)
    return ReadinessAssessed(case.library, ordered, len(CONDITIONS) - len(missing), missing, command.by)


def _designate(command: DesignatePilot, case: Mentorship) -> PilotDesignated:
    """Raises ``Refused`` by the first obstacle; its ``also`` names the rules behind the others."""
    if obstacles := pilot_obstacles(command, case):
        first, *others = obstacles
        told = {name: value for name, value in first.extensions.items() if name != "rule"}
        raise Refused(first.rule, first.detail, **told, also=[each.rule for each in others])
    if case.stage != READY:
        raise Refused(
            "stage-out-of-order", "A library can be designated as a pilot only when it is ready.", stage=case.stage
        )
    ruled = command.rules
    rules = PilotRules(ruled.version, ruled.pilot_after_gatherings, ruled.pilot_able_people, ruled.pilot_level)
    return PilotDesignated(case.library, case.template, command.heard, rules, command.by)


def _pass(command: PassStage, case: Mentorship) -> StagePassed:
    template = command.template
    stage = template.stage(command.stage)
    if stage is None:
        raise NotFound
    if command.stage in {WANTED, PROBATION, SMOOTH}:
        raise Refused(
            "not-passed-by-hand", "This stage cannot be passed by a checklist; it has an operation of its own."
        )
    following = template.after(case.stage)
    if command.stage != following:
        raise Refused("stage-out-of-order", "Stages must be passed in order.", stage=case.stage, next=following)
    if command.stage == READY:
        _require_readiness(case, template)
    ticked = frozenset(command.items)
    unticked = [item.item for item in stage.items if item.required and item.item not in ticked]
    if unticked:
        raise Refused("checklist-incomplete", "The checklist of this stage is not complete.", missing=unticked)
    if stage.evidence and command.note is None and command.link is None:
        raise Refused("stage-needs-evidence", "This stage needs a note or a link as evidence.")
    known = tuple(item.item for item in stage.items if item.item in ticked)
    return StagePassed(
        case.library, stage.stage, template.name, known, command.note, command.link, stage.units, command.by
    )


def _require_readiness(case: Mentorship, template: Template) -> None:
    missing = unmet(case, template.ready_needs)
    if missing is None:
        raise Refused("readiness-not-assessed", "Assess the library's readiness first.")
    if missing:
        raise Refused("not-ready", "The library does not yet meet every condition.", missing=missing)


def _go_live(command: GoLive, case: Mentorship) -> LibraryLive:
    following = command.template.after(case.stage)
    if following != PROBATION:
        detail = "It goes live once circulation has been moved."
        raise Refused("stage-out-of-order", detail, stage=case.stage, next=following)
    weeks, rules = command.rules.probation_weeks, command.rules.version
    return LibraryLive(case.library, weeks, rules, first_monday(command.at), command.by)
