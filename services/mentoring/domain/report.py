"""A report that a library releases: which parts of its evidence somebody outside may see, and the figures as they were.

The library releases, nobody else does for it; whoever is shown a report can have it confirmed by its code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider
from services.mentoring.domain.case import Library

PARTS = ("competence", "hours", "visits", "stage", "evidence", "cost")


@dataclass(frozen=True, slots=True)
class ReleaseReport(Command):
    """``figures`` are numbers, days and names from short lists. ``of_the_library``: ``by`` works there at this moment."""

    mentorship: str
    library: Library
    by: str
    of_the_library: bool
    parts: tuple[str, ...]
    figures: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class ReportReleased(Event):
    """``digest`` stands for the code under which it can be confirmed."""

    mentorship: str
    library: Library
    by: str
    parts: tuple[str, ...]
    figures: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """Whether it is released."""

    released: bool = False


def decide(command: ReleaseReport, report: Report) -> Sequence[Event]:
    """What follows. Raises ``Refused``."""
    if report.released:
        return []
    if not command.of_the_library:
        raise Refused("released-by-the-library", "Only somebody who works at the library releases its figures.")
    parts = tuple(part for part in PARTS if part in command.parts)
    figures = {name: command.figures[name] for name in sorted(command.figures)}
    return [ReportReleased(command.mentorship, command.library, command.by, parts, figures, command.digest)]


def evolve(_report: Report, _event: ReportReleased) -> Report:
    """The report after it was released."""
    return Report(released=True)


REPORT: Decider[Report] = Decider("report", Report(), decide, evolve)
