"""The figures of a report. This service takes its figures from the case at the moment of release. From other services the report
accepts only numbers and names from short lists, because we confirm the report to readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from marshmallow import ValidationError, fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from services.kernel.base.local_time import local_day
from services.kernel.base.times import read
from services.kernel.declare.schema import UNSET, FieldOf, Key, Unset
from services.kernel.declare.shapes import fill
from services.mentoring.api.case_access import CaseAccess
from services.mentoring.api.case_presenter import cost_of, hours_given, stages_reached
from services.mentoring.dependencies import Dependencies
from services.mentoring.domain.stages import CONDITIONS
from services.mentoring.views.mentorships import MentorshipRow

DECISIONS = (*CONDITIONS, "training")
"""The decisions that a school may be asked for; the gateway has their sentences."""
COMPETENCE = "competence"
"""The one part that another service knows."""
HIGHEST_LEVEL = 4
MAX_WEEKS = 12
MAX_BACKUPS = 10
_AREA = Regexp(r"^[a-z][a-z0-9]?$", error="Not an area.")


class Level(fields.Float):
    """A mean of levels: a JSON number from 0 to 4, rounded to one decimal. Texts and truth values are refused."""

    def _deserialize(self, value: Any, *_where: Any, **_options: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HIGHEST_LEVEL:
            raise self.make_error("invalid", input=value)
        return round(float(value), 1)


MeanLevel = Annotated[float | None, FieldOf(lambda: Level(required=True, allow_none=True))]


def _each_decision_once(decisions: Sequence[str]) -> None:
    if len(set(decisions)) != len(decisions):
        raise ValidationError("Name each decision once.")


@dataclass(frozen=True)
class AreaSent:
    """The mean level in one area, then and now; null without a rating."""

    area: Annotated[str, _AREA]
    before: MeanLevel
    after: MeanLevel


@dataclass(frozen=True)
class CompetenceSent:
    """The counts of members for a library's staff."""

    people: Annotated[int, Range(0, 10_000)]
    areas: Annotated[tuple[AreaSent, ...], Length(0, 30)]
    gained: Annotated[int, Range(0, 1_000_000)]

    def __post_init__(self) -> None:
        if len({each.area for each in self.areas}) != len(self.areas):
            raise ValidationError("Name each area once.", "areas")


@dataclass(frozen=True)
class FiguresSent:
    """Sent by the gateway: ``competence`` where the library releases that part, and the decisions that the school is asked for."""

    competence: CompetenceSent | Unset = UNSET
    decisions: Annotated[
        tuple[Annotated[str, OneOf(DECISIONS)], ...], (Length(0, len(DECISIONS)), _each_decision_once)
    ] = ()


@dataclass(frozen=True)
class PeriodFigures:
    """Days are local days of the community, here and in the other figures."""

    since: Annotated[str, Key("from")]
    to: str


@dataclass(frozen=True)
class HoursFigures:
    hours: float


@dataclass(frozen=True)
class VisitFigures:
    count: int
    minutes: int


@dataclass(frozen=True)
class StageFigures:
    stage: str
    at: str
    days: int


@dataclass(frozen=True)
class ProgressFigures:
    stage: str
    pilot: bool
    history: tuple[StageFigures, ...]
    live_since: str | None
    smooth_since: str | None


@dataclass(frozen=True)
class LoanFigures:
    week: str
    stated: int | None
    measured: int | None


@dataclass(frozen=True)
class BackupFigures:
    made: str
    ok: bool
    source: str


@dataclass(frozen=True)
class EvidenceFigures:
    """The latest weeks and backups."""

    loans: tuple[LoanFigures, ...]
    backups: tuple[BackupFigures, ...]


@dataclass(frozen=True)
class CostFigures:
    rupiah: int
    rupiah_an_hour: int
    since: str


@dataclass(frozen=True)
class Figures:
    """The figures of a case by part, and the period. Numbers, days and names of stages only, for figures are kept for good."""

    period: PeriodFigures
    hours: HoursFigures
    visits: VisitFigures
    stage: ProgressFigures
    evidence: EvidenceFigures
    cost: CostFigures


def figures_of(deps: Dependencies, access: CaseAccess, row: MentorshipRow, now: datetime) -> Figures:
    given = row.given
    return Figures(
        period=PeriodFigures(_day(row.opened), local_day(now).isoformat()),
        hours=HoursFigures(hours_given(row)),
        visits=VisitFigures(given.count, given.minutes),
        stage=_progress(deps, row, now),
        evidence=_evidence(row),
        cost=fill(CostFigures, cost_of(access.template, given.minutes)),
    )


def _progress(deps: Dependencies, row: MentorshipRow, now: datetime) -> ProgressFigures:
    return ProgressFigures(
        stage=row.stage,
        pilot=row.pilot,
        history=tuple(fill(StageFigures, each, at=_day(each.at)) for each in stages_reached(deps, row, now)),
        live_since=row.live_since and _day(row.live_since),
        smooth_since=row.smooth_since and _day(row.smooth_since),
    )


def _evidence(row: MentorshipRow) -> EvidenceFigures:
    loans = tuple(
        LoanFigures(
            week,
            stated=None if counted.stated is UNSET else counted.stated,
            measured=None if counted.measured is UNSET else counted.measured,
        )
        for week, counted in sorted(row.loans.items())[-MAX_WEEKS:]
    )
    backups = tuple(fill(BackupFigures, each, made=_day(each.made)) for each in row.backups[-MAX_BACKUPS:])
    return EvidenceFigures(loans, backups)


def _day(at: str) -> str:
    """The day of a moment where the community lives."""
    return local_day(read(at)).isoformat()
