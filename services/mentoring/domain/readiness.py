"""Readiness: what must be there before anything is installed (R9), and what of it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.mentoring.domain.case import Library, Mentorship, Note

CONDITIONS = ("computers", "network", "power", "operator", "budget", "support")
"""Computers, a network, power, somebody to operate it, a budget, and the head's support."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as somebody found it."""

    name: str
    present: bool
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class AssessReadiness(Command):
    """Every condition once; a later assessment takes the place of the former."""

    conditions: tuple[Condition, ...]
    by: str


@dataclass(frozen=True, slots=True)
class ReadinessAssessed(Event):
    """``score`` counts the conditions that are present; ``missing`` names the others, in the order of ``CONDITIONS``."""

    library: Library
    conditions: tuple[Condition, ...]
    score: int
    missing: tuple[str, ...]
    by: str


def decide(command: AssessReadiness, case: Mentorship) -> Sequence[Event]:
    """What follows. Raises ``Refused``."""
    library = case.running
    found = {condition.name: condition for condition in command.conditions}
    if len(command.conditions) != len(CONDITIONS) or set(found) != set(CONDITIONS):
        raise Refused("every-condition-once", "An assessment says of each condition whether it is present.")
    missing = tuple(name for name in CONDITIONS if not found[name].present)
    ordered = tuple(found[name] for name in CONDITIONS)
    return [ReadinessAssessed(library, ordered, len(CONDITIONS) - len(missing), missing, command.by)]


def evolve(case: Mentorship, event: ReadinessAssessed) -> Mentorship:
    """The case after an assessment."""
    return replace(case, lacking=event.missing)


def unmet(case: Mentorship, needs: Sequence[str]) -> list[str] | None:
    """Which of the needs the last assessment found missing; None before there was one."""
    return None if case.lacking is None else [name for name in needs if name in case.lacking]
