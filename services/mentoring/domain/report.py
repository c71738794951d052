"""A report of a library: parts of the library's evidence for outsiders, with the figures of the moment of release.

Only the library releases a report. A reader can have the report confirmed by the code on it.
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
    """``digest`` is the digest of the code on the report."""

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
    """The resulting events. Raises ``Refused``."""
    if report is not None:
        return []
    if not command.of_the_library:
        raise Refused("released-by-the-library", "Only people who work at the library can release its figures.")
    parts = tuple(part for part in PARTS if part in command.parts)
    figures = {name: command.figures[name] for name in sorted(command.figures)}
    return [ReportReleased(command.mentorship, command.library, command.by, parts, figures, command.digest)]


def evolve(_report: Report | None, _event: ReportReleased) -> Report:
    """The report after an event."""
    return Report()


REPORT: Decider[Report | None] = Decider("report", None, decide, evolve)
