"""Pilot: the library that the others look at. Named only after its staff have been to several gatherings and somebody of
them can really use the software (R8), and with everything there that it needs (R9).

What is known of gatherings and ratings comes from other services and is part of the command: what has been heard by then
counts. Somebody rated a moment ago may still be unheard of; the same wish a moment later is a new decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.mentoring.domain.case import Library, Mentorship
from services.mentoring.domain.readiness import unmet
from services.mentoring.domain.rules import RulesInForce
from services.mentoring.domain.template import AGREED, READY, Template


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a library's present staff: the gatherings at least one of them was at, and who of them is rated
    able to use the software by somebody else, at the level that the rules ask for or above.
    """

    gatherings: tuple[str, ...] = ()
    able: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesignatePilot(Command):
    """``rules`` are those in force at ``at``."""

    heard: Heard
    rules: RulesInForce
    template: Template
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PilotRules:
    """What version ``version`` of the rules asked of a pilot."""

    version: int
    gatherings: int
    people: int
    level: int


@dataclass(frozen=True, slots=True)
class PilotDesignated(Event):
    """What it was decided on: the gatherings, who is able, and the rules that asked for them."""

    library: Library
    template: str
    heard: Heard
    rules: PilotRules
    by: str


def obstacles(command: DesignatePilot, case: Mentorship) -> list[Refused]:
    """Every reason against it, in the order in which they are told."""
    rules, heard = command.rules, command.heard
    found = []
    have, need = len(set(heard.gatherings)), rules.pilot_after_gatherings
    if have < need:
        found.append(
            Refused(
                "pilot-needs-gatherings",
                f"Its staff have been to {have} of {need} gatherings.",
                have=have,
                need=need,
                rules=rules.version,
            )
        )
    able, people = len(set(heard.able)), rules.pilot_able_people
    if able < people:
        found.append(
            Refused(
                "pilot-needs-able-operator",
                f"{able} of {people} people on its staff are rated able to use the software.",
                have=able,
                need=people,
                level=rules.pilot_level,
                rules=rules.version,
            )
        )
    missing = unmet(case, command.template.pilot_needs)
    if missing is None or missing:
        shown = list(command.template.pilot_needs) if missing is None else missing
        found.append(Refused("pilot-needs-readiness", "Not everything that a pilot needs is there.", missing=shown))
    return found


def decide(command: DesignatePilot, case: Mentorship) -> Sequence[Event]:
    """What follows. Raises ``Refused`` by the first obstacle; ``also`` names the rules behind the others."""
    library = case.running
    if case.pilot:
        return []
    found = obstacles(command, case)
    if found:
        first = found[0]
        raise Refused(first.rule, first.detail, **_told(first), also=[one.rule for one in found[1:]])
    if case.stage != READY:
        raise Refused("stage-out-of-order", "A pilot is agreed on when the library is ready.", stage=case.stage)
    ruled = command.rules
    rules = PilotRules(ruled.version, ruled.pilot_after_gatherings, ruled.pilot_able_people, ruled.pilot_level)
    return [PilotDesignated(library, case.template, command.heard, rules, command.by)]


def evolve(case: Mentorship, _event: PilotDesignated) -> Mentorship:
    """The case after it was named."""
    return replace(case, pilot=True, stage=AGREED)


def _told(refused: Refused) -> dict[str, object]:
    return {name: value for name, value in refused.extensions.items() if name != "rule"}
