"""The answers about a case, for the library and for mentors, made from the case and the row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from services.kernel.base.times import moment, read
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import fill
from services.mentoring.api.case_access import CaseAccess
from services.mentoring.dependencies import Dependencies
from services.mentoring.domain.case import Mentorship
from services.mentoring.domain.stages import PilotRules
from services.mentoring.domain.template import PROBATION, Stage, Template
from services.mentoring.domain.weeks import monday_of, name_of
from services.mentoring.templates import outdated
from services.mentoring.views.libraries import LibraryRow
from services.mentoring.views.mentorships import MentorshipRow, ReadinessRow

BACKUPS_SHOWN = 10


@dataclass(frozen=True)
class CaseRef:
    mentorship: str
    library: str
    stage: str


@dataclass(frozen=True)
class CaseLine:
    """A case in a list."""

    mentorship: str
    library: str
    name: str | None
    region: str
    software: str
    template: str
    state: str
    stage: str
    pilot: bool
    mentors: tuple[str, ...]
    opened: str
    live_since: str | None
    smooth_since: str | None
    closed: str | None
    blockers: int
    visits: int
    minutes: int


@dataclass(frozen=True)
class WindowShown:
    first: Annotated[str, Described("the first week that counts now, as 2026-W14")]
    have: int
    need: int
    backup: bool
    complete: bool
    this_week: str
    this_week_reported: bool


@dataclass(frozen=True)
class ConditionShown:
    name: str
    present: bool
    note: str | None


@dataclass(frozen=True)
class AssessmentShown:
    at: str
    score: int
    of: int
    missing: tuple[str, ...]
    conditions: tuple[ConditionShown, ...]


@dataclass(frozen=True)
class PilotRulesShown:
    version: int
    gatherings: int
    people: int
    level: int


@dataclass(frozen=True)
class PilotShown:
    """The gatherings, able staff and rules behind the decision."""

    gatherings: tuple[str, ...]
    able: tuple[str, ...]
    rules: PilotRulesShown


@dataclass(frozen=True)
class ItemShown:
    item: str
    text: str
    required: bool


@dataclass(frozen=True)
class StageShown:
    stage: str
    name: str
    evidence: bool
    units: tuple[str, ...]
    items: tuple[ItemShown, ...]


@dataclass(frozen=True)
class StageReached:
    """``days``: how long the case stood, or has stood so far, at this stage."""

    stage: str
    at: str
    by: str
    items: tuple[str, ...]
    note: str | None
    link: str | None
    days: int


@dataclass(frozen=True)
class LoansShown:
    """A source without a report for the week is left out."""

    week: str
    stated: int | Unset = UNSET
    measured: int | Unset = UNSET


@dataclass(frozen=True)
class BackupShown:
    made: str
    ok: bool
    source: str


@dataclass(frozen=True)
class CaseEvidence:
    loans: tuple[LoansShown, ...]
    backups: tuple[BackupShown, ...]


@dataclass(frozen=True)
class OpenBlocker:
    blocker: str
    at: str
    by: str
    text: str | None


@dataclass(frozen=True)
class RegressionShown:
    at: str
    was: str
    reason: str | None


@dataclass(frozen=True)
class InstallationShown:
    """``outdated``: the version is older than ``oldest_version``."""

    version: str | None
    host: str | None
    last_backup: str | None
    outdated: bool
    oldest_version: str


@dataclass(frozen=True)
class StaffShown:
    person: str
    role: str | None
    since: str | None
    until: str | None


@dataclass(frozen=True)
class MinutesGiven:
    person: str
    minutes: int


@dataclass(frozen=True)
class Cost:
    """The cost of a paid expert for the same time, in rupiah."""

    rupiah: int
    rupiah_an_hour: int
    since: str
    source: str


@dataclass(frozen=True)
class CaseShown(CaseLine):
    """A case as a whole."""

    wish: str | None
    readiness: AssessmentShown | None
    pilot_on: PilotShown | None
    stages: tuple[StageShown, ...]
    history: tuple[StageReached, ...]
    next_stage: str | None
    window: WindowShown | None
    evidence: CaseEvidence
    open_blockers: tuple[OpenBlocker, ...]
    regressions: tuple[RegressionShown, ...]
    missed: tuple[str, ...]
    installation: InstallationShown | None
    proposed_by: str | None
    staff: tuple[StaffShown, ...]
    hours: float
    given_by: Annotated[tuple[MinutesGiven, ...], Described("who gave how many minutes, the most first")]
    cost: Cost
    may: tuple[str, ...]


def case_line(row: MentorshipRow, name: str | None) -> CaseLine:
    given = row.given
    return fill(CaseLine, row, name=name, blockers=len(row.open_blockers), visits=given.count, minutes=given.minutes)


def case_shown(deps: Dependencies, access: CaseAccess, row: MentorshipRow, now: datetime) -> CaseShown:
    template, case, given = access.template, access.case, row.given
    return fill(
        CaseShown,
        row,
        name=access.known.name,
        blockers=len(row.open_blockers),
        visits=given.count,
        minutes=given.minutes,
        wish=deps.open_note(row.wish),
        readiness=_assessment(deps, row.readiness),
        pilot_on=_pilot_on(row),
        stages=tuple(_stage_shown(stage) for stage in template.stages),
        history=stages_reached(deps, row, now),
        next_stage=template.after(case.stage),
        window=probation_window(case, now),
        evidence=_evidence(row),
        open_blockers=open_blockers(deps, row),
        regressions=tuple(RegressionShown(each.at, each.was, deps.open_note(each.note)) for each in row.regressions),
        installation=installation_shown(template, row),
        staff=staff_shown(access.known),
        hours=hours_given(row),
        given_by=_given_by(row),
        cost=cost_of(template, given.minutes),
        may=_rights(access),
    )


def stages_reached(deps: Dependencies, row: MentorshipRow, now: datetime) -> tuple[StageReached, ...]:
    """The stages reached so far, with the time and the days spent at each."""
    entries = row.history
    ends = [*(entry.at for entry in entries[1:]), row.closed or moment(now)]
    return tuple(
        fill(StageReached, entry, note=deps.open_note(entry.note), days=(read(until) - read(entry.at)).days)
        for entry, until in zip(entries, ends, strict=True)
    )


def probation_window(case: Mentorship, now: datetime) -> WindowShown | None:
    """How much of probation is stood; None before probation and after it."""
    if case.probation is None or case.stage != PROBATION:
        return None
    window, this_week = case.probation.window(now), monday_of(now)
    return WindowShown(
        first=name_of(window.first),
        have=window.have,
        need=window.need,
        backup=window.backup,
        complete=window.complete,
        this_week=name_of(this_week),
        this_week_reported=case.probation.lent_in(this_week),
    )


def installation_shown(template: Template, row: MentorshipRow) -> InstallationShown | None:
    """The installation, with a warning about an old version, and the last backup without error; None where both are unknown."""
    noted = row.installation
    if noted is None and row.last_backup is None:
        return None
    version, host = (noted.version, noted.host) if noted else (None, None)
    old = bool(version) and outdated(template, version or "")
    return InstallationShown(version, host, row.last_backup, old, template.oldest_version)


def staff_shown(library: LibraryRow) -> tuple[StaffShown, ...]:
    """The present staff and then the former staff, both in the order of arrival."""
    people = [fill(StaffShown, entry, person=person) for person, entry in library.staff.items()]
    return tuple(sorted(people, key=lambda each: (each.until is not None, each.since or "", each.person)))


def hours_given(row: MentorshipRow) -> float:
    return round(row.given.minutes / 60, 1)


def cost_of(template: Template, minutes: int) -> Cost:
    """The cost of a paid expert for these minutes."""
    rupiah = minutes * template.rupiah_an_hour // 60
    return Cost(rupiah, template.rupiah_an_hour, template.rupiah_since, template.rupiah_source)


def open_blockers(deps: Dependencies, row: MentorshipRow) -> tuple[OpenBlocker, ...]:
    """The open blockers, the oldest first."""
    return tuple(
        fill(OpenBlocker, each, blocker=blocker, text=deps.open_note(each.note))
        for blocker, each in sorted(row.open_blockers.items(), key=lambda pair: pair[1].at)
    )


def _assessment(deps: Dependencies, assessed: ReadinessRow | None) -> AssessmentShown | None:
    if assessed is None:
        return None
    conditions = tuple(
        ConditionShown(each.name, each.present, deps.open_note(each.note)) for each in assessed.conditions
    )
    return fill(AssessmentShown, assessed, conditions=conditions, of=len(conditions))


def _pilot_on(row: MentorshipRow) -> PilotShown | None:
    named = row.pilot_on
    if not named:
        return None
    rules: PilotRules = named.rules
    return fill(PilotShown, named, rules=fill(PilotRulesShown, rules))


def _stage_shown(stage: Stage) -> StageShown:
    return fill(StageShown, stage, items=tuple(fill(ItemShown, item) for item in stage.items))


def _evidence(row: MentorshipRow) -> CaseEvidence:
    loans: Sequence[LoansShown] = [fill(LoansShown, counted, week=week) for week, counted in sorted(row.loans.items())]
    backups = tuple(fill(BackupShown, each) for each in row.backups[-BACKUPS_SHOWN:])
    return CaseEvidence(tuple(loans), backups)


def _given_by(row: MentorshipRow) -> tuple[MinutesGiven, ...]:
    given = [MinutesGiven(person, minutes) for person, minutes in row.given.by.items()]
    return tuple(sorted(given, key=lambda each: (-each.minutes, each.person)))


def _rights(access: CaseAccess) -> tuple[str, ...]:
    rights = {
        "lead": access.may_lead,
        "mentor": access.may_mentor,
        "visit": access.may_visit,
        "library": access.works_at_library,
    }
    return tuple(name for name, held in rights.items() if held)
