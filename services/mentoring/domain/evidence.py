"""Evidence that the automation runs: loans by the week, and backups. Evidence has a source, because a person's statement is not a machine's
measurement (U2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.mentoring.domain.case import CLOSED, Library, Mentorship
from services.mentoring.domain.probation import Counted, Probation
from services.mentoring.domain.template import PROBATION
from services.mentoring.domain.weeks import WEEK, closes, monday_of


@dataclass(frozen=True, slots=True)
class RecordLoans(Command):
    """``count`` loans in the week that begins on ``week``, a Monday. ``by`` is None for a machine."""

    week: date
    count: int
    source: str
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class RecordBackup(Command):
    """A backup that was made at ``made``; ``ok``: without error."""

    made: datetime
    ok: bool
    source: str
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class CloseWeek(Command):
    """The time to report for a week is over."""

    week: date


@dataclass(frozen=True, slots=True)
class LoansCounted(Event):
    library: Library
    week: date
    count: int
    source: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class BackupReported(Event):
    library: Library
    made: datetime
    ok: bool
    source: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class WeekMissed(Event):
    """No evidence came for ``week``: the window begins anew with the next week."""

    library: Library
    week: date


EvidenceCommand = RecordLoans | RecordBackup | CloseWeek
EvidenceEvent = LoansCounted | BackupReported | WeekMissed


def decide(command: EvidenceCommand, case: Mentorship) -> Sequence[Event]:
    """The resulting events; a repeated report changes nothing. Raises ``Refused``."""
    match command:
        case RecordLoans():
            return _count(command, case)
        case RecordBackup():
            return _backup(command, case)
        case CloseWeek(week=week):
            watched = case.state != CLOSED and case.stage == PROBATION
            missed = watched and case.probation is not None and _is_missed(case.probation, week)
            return [WeekMissed(case.library, week)] if missed else []
        case _:
            assert_never(command)


def evolve(case: Mentorship, event: EvidenceEvent) -> Mentorship:
    """The case after an event."""
    probation = case.probation
    if probation is None:
        return case
    match event:
        case LoansCounted():
            return replace(case, probation=probation.with_count(event.week, event.source, event.count))
        case BackupReported(ok=ok, made=made):
            return replace(case, probation=probation.backed_up(made) if ok else probation.failed_at(made))
        case WeekMissed(week=week):
            # A proposal rests on the window, and this window is lost.
            return replace(case, probation=probation.restarted(week + WEEK), proposed_by=None)
        case _:
            assert_never(event)


def _count(command: RecordLoans, case: Mentorship) -> Sequence[Event]:
    probation = _require_live(case)
    if command.week < probation.began:
        raise Refused("week-before-going-live", "The week is before the library went live.")
    if command.week > monday_of(command.at):
        raise Refused("week-lies-ahead", "This week has not begun yet.")
    if closes(command.week) <= command.at:
        raise Refused(
            "week-is-closed", "This week is closed; evidence of a week is accepted until three days after its end."
        )
    known = probation.weeks.get(command.week, Counted())
    if getattr(known, command.source) == command.count:
        return []
    return [LoansCounted(case.library, command.week, command.count, command.source, command.by)]


def _backup(command: RecordBackup, case: Mentorship) -> Sequence[Event]:
    probation = _require_live(case)
    if command.made > command.at:
        raise Refused("backup-lies-ahead", "The backup is dated in the future.")
    if command.made in (probation.backups if command.ok else probation.failed):
        return []
    return [BackupReported(case.library, command.made, command.ok, command.source, command.by)]


def _require_live(case: Mentorship) -> Probation:
    case.require_open()
    if case.probation is None:
        raise Refused("not-live-yet", "The library has not gone live yet, so there is no evidence to record.")
    return case.probation


def _is_missed(probation: Probation, week: date) -> bool:
    return probation.first <= week and not probation.lent_in(week)
