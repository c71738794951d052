"""A report that a library releases: the parts of its evidence that outsiders may see, with the figures of that moment.

The library alone releases a report. A person who is shown the report can have it confirmed by its code.
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
    """``of_the_library``: ``by`` works at the library at this moment."""

    mentorship: str
    library: Library
    by: str
    of_the_library: bool
    parts: tuple[str, ...]
    # Open: numbers, days and names from short lists, by part; the API says their shapes.
    figures: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class ReportReleased(Event):
    """``digest`` is that of the code under which the report can be confirmed."""

    mentorship: str
    library: Library
    by: str
    parts: tuple[str, ...]
    figures: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was released."""


def decide(command: ReleaseReport, report: Report | None) -> Sequence[Event]:
    """The events that follow. Raises ``Refused``."""
    if report is not None:
        return []
    if not command.of_the_library:
        raise Refused("released-by-the-library", "Only somebody who works at the library releases its figures.")
    parts = tuple(part for part in PARTS if part in command.parts)
    figures = {name: command.figures[name] for name in sorted(command.figures)}
    return [ReportReleased(command.mentorship, command.library, command.by, parts, figures, command.digest)]


def evolve(_report: Report | None, _event: ReportReleased) -> Report:
    """The report after an event."""
    return Report()


REPORT: Decider[Report | None] = Decider("report", None, decide, evolve)
