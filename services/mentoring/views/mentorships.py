"""Mentorships, with the notes sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.schema import UNSET, Unset
from services.kernel.declare.view import Applied, Change, Expression, View, adding, increment
from services.kernel.views.arrays import appending
from services.mentoring.domain import access, evidence, opening, smooth, stages
from services.mentoring.domain.case import CLOSED, OPEN, Note
from services.mentoring.domain.mentorship import MentorshipEvent
from services.mentoring.domain.template import AGREED, PROBATION, SMOOTH, WANTED
from services.mentoring.domain.visit import VisitLogged
from services.mentoring.domain.weeks import name_of

MAX_BACKUPS = 20


@dataclass(frozen=True)
class HistoryRow:
    """A stage reached at ``at``, with the ticked ``items`` of the checklist and the evidence."""

    stage: str
    at: str
    by: str
    items: tuple[str, ...] = ()
    note: Note | None = None
    link: str | None = None


@dataclass(frozen=True)
class ReadinessRow:
    """``score`` counts the present conditions; ``missing`` names the missing conditions."""

    at: str
    score: int
    missing: tuple[str, ...]
    conditions: tuple[stages.Condition, ...]


@dataclass(frozen=True)
class PilotRow:
    """The gatherings, the able staff and the rules behind the decision to name the library a pilot."""

    gatherings: tuple[str, ...]
    able: tuple[str, ...]
    rules: stages.PilotRules


@dataclass(frozen=True)
class WeekLoans:
    """The loans of one week by source. ``UNSET``: the source reported nothing."""

    stated: int | Unset = UNSET
    measured: int | Unset = UNSET


@dataclass(frozen=True)
class BackupRow:
    made: str
    ok: bool
    source: str


@dataclass(frozen=True)
class BlockerRow:
    """``cleared`` is null while the blocker is open."""

    note: Note
    by: str
    at: str
    cleared: str | None


@dataclass(frozen=True)
class RegressionRow:
    """``was`` is the stage that the library fell back from."""

    at: str
    note: Note
    was: str


@dataclass(frozen=True)
class InstallationRow:
    version: str
    host: str
    at: str


@dataclass(frozen=True)
class VisitTotals:
    """``by`` holds the minutes of each visitor."""

    count: int = 0
    minutes: int = 0
    by: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MentorshipRow:
    """``mentors`` begins with the mentor who leads. ``missed`` are weeks, as ``loans`` are by week: ``2026-W14``. ``backups`` are
    the last ``MAX_BACKUPS``, ``last_backup`` is the moment of the newest without error. ``rotated`` holds, by password, when
    the password was last changed. ``rules`` is the version that probation runs under. ``version`` is the stream's.
    """

    mentorship: str
    library: str
    region: str
    software: str
    template: str
    state: str
    stage: str
    opened: str
    opened_by: str
    how: str
    wish: Note | None
    history: tuple[HistoryRow, ...]
    pilot: bool
    mentors: tuple[str, ...]
    readiness: ReadinessRow | None
    live_since: str | None
    blockers: Mapping[str, BlockerRow]
    regressions: tuple[RegressionRow, ...]
    missed: tuple[str, ...]
    loans: Mapping[str, WeekLoans]
    backups: tuple[BackupRow, ...]
    last_backup: str | None
    installation: InstallationRow | None
    rotated: Mapping[str, str]
    proposed_by: str | None
    smooth_since: str | None
    closed: str | None
    why: str | None
    version: int
    mentors_ever: tuple[str, ...] | Unset = UNSET
    pilot_on: PilotRow | Unset = UNSET
    rules: int | Unset = UNSET
    visits: VisitTotals | Unset = UNSET

    @property
    def given(self) -> VisitTotals:
        """The totals of all visits, zero before the first visit."""
        return self.visits or VisitTotals()

    @property
    def open_blockers(self) -> dict[str, BlockerRow]:
        return {blocker: row for blocker, row in self.blockers.items() if row.cleared is None}


def apply(recorded: Recorded) -> Applied:
    event = recorded.event
    if isinstance(event, VisitLogged):
        return [_visited(event)]
    if not isinstance(event, MentorshipEvent):
        return []
    if isinstance(event, opening.MentorshipOpened):
        return [Change.put(_opened(event, recorded))]
    changed = _changed(event, recorded)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _visited(event: VisitLogged) -> Change:
    by, minutes = f"visits.by.{event.visitor}", event.minutes
    given = {"visits.minutes": increment("visits.minutes", minutes), by: increment(by, minutes)}
    return Change(event.mentorship, {"visits.count": increment("visits.count"), **given})


def _opened(event: opening.MentorshipOpened, recorded: Recorded) -> MentorshipRow:
    return MentorshipRow(
        mentorship=recorded.stream_id,
        library=event.library.id,
        region=event.library.region,
        software=event.software,
        template=event.template,
        state=OPEN,
        stage=WANTED,
        opened=moment(recorded.at),
        opened_by=event.by,
        how=event.how,
        wish=event.wish,
        history=(HistoryRow(WANTED, moment(recorded.at), event.by),),
        pilot=False,
        mentors=(),
        readiness=None,
        live_since=None,
        blockers={},
        regressions=(),
        missed=(),
        loans={},
        backups=(),
        last_backup=None,
        installation=None,
        rotated={},
        proposed_by=None,
        smooth_since=None,
        closed=None,
        why=None,
        version=recorded.version,
    )


def _changed(event: MentorshipEvent, recorded: Recorded) -> dict[str, Any] | None:
    """The fields that an event sets; None where the row does not show the event."""
    at = moment(recorded.at)
    match event:
        case opening.MentorAssigned(team=team) | opening.MentorReleased(team=team):
            mentors = {"mentors": list(team), "mentors_ever": adding("mentors_ever", *team)}
            return {**mentors, "proposed_by": _unless_left(list(team))}
        case opening.MentorshipClosed():
            return {"state": CLOSED, "closed": at, "why": event.why}
        case stages.ReadinessAssessed() | stages.PilotDesignated() | stages.StagePassed() | stages.LibraryLive():
            return _after_stage(event, at)
        case evidence.LoansCounted() | evidence.BackupReported() | evidence.WeekMissed():
            return _after_evidence(event)
        case (
            smooth.BlockerRaised()
            | smooth.BlockerCleared()
            | smooth.SmoothProposed()
            | smooth.LibrarySmooth()
            | smooth.LibraryRegressed()
        ):
            return _after_smooth(event, at)
        case access.EvidenceKeyIssued() | access.LinkMade() | access.InstallationNoted() | access.PasswordsRotated():
            return _after_access(event, at)
        case opening.MentorshipOpened():
            raise ValueError("a mentorship is opened by a whole row")
        case _:
            assert_never(event)


def _after_stage(event: stages.StageEvent, at: str) -> dict[str, Any]:
    match event:
        case stages.ReadinessAssessed():
            return {"readiness": ReadinessRow(at, event.score, event.missing, event.conditions)}
        case stages.PilotDesignated():
            decided_on = PilotRow(event.heard.gatherings, event.heard.able, event.rules)
            return {"pilot": True, "pilot_on": decided_on, **_reached(HistoryRow(AGREED, at, event.by))}
        case stages.StagePassed():
            return _reached(HistoryRow(event.stage, at, event.by, event.items, event.note, event.link))
        case stages.LibraryLive():
            return {"live_since": at, "rules": event.rules, **_reached(HistoryRow(PROBATION, at, event.by))}
        case _:
            assert_never(event)


def _after_evidence(event: evidence.EvidenceEvent) -> dict[str, Any]:
    match event:
        case evidence.LoansCounted(week=week, source=source, count=count):
            return {f"loans.{name_of(week)}.{source}": count}
        case evidence.BackupReported(made=made, ok=ok, source=source):
            all_of_them = appending("backups", BackupRow(moment(made), ok, source))
            newest = {"last_backup": Expression({"$max": ["$last_backup", moment(made)]})} if ok else {}
            return {"backups": Expression({"$slice": [all_of_them.value, -MAX_BACKUPS]}), **newest}
        case evidence.WeekMissed(week=week):
            return {"missed": appending("missed", name_of(week)), "proposed_by": None}
        case _:
            assert_never(event)


def _after_smooth(event: smooth.SmoothEvent, at: str) -> dict[str, Any]:
    match event:
        case smooth.BlockerRaised(blocker=blocker):
            return {f"blockers.{blocker}": BlockerRow(event.note, event.by, at, cleared=None), "proposed_by": None}
        case smooth.BlockerCleared(blocker=blocker):
            return {f"blockers.{blocker}.cleared": at}
        case smooth.SmoothProposed(by=by):
            return {"proposed_by": by}
        case smooth.LibrarySmooth(by=by):
            return {"smooth_since": at, "proposed_by": None, **_reached(HistoryRow(SMOOTH, at, by))}
        case smooth.LibraryRegressed(reason=reason, was=was, by=by):
            regressions = appending("regressions", RegressionRow(at, reason, was))
            fallen = {"regressions": regressions, "smooth_since": None, "proposed_by": None}
            return {**fallen, **_reached(HistoryRow(PROBATION, at, by))}
        case _:
            assert_never(event)


def _after_access(event: access.AccessEvent, at: str) -> dict[str, Any] | None:
    match event:
        case access.InstallationNoted():
            return {"installation": InstallationRow(event.version, event.host, at)}
        case access.PasswordsRotated():
            return {f"rotated.{name}": at for name in event.passwords}
        case access.EvidenceKeyIssued() | access.LinkMade():
            return None
        case _:
            assert_never(event)


def _unless_left(team: list[str]) -> Expression:
    """``proposed_by``, unless the proposal is of a mentor who is no longer in the team."""
    mentor = {"$in": ["$proposed_by", {"$ifNull": ["$mentors", []]}]}
    left = {"$and": [mentor, {"$not": [{"$in": ["$proposed_by", {"$literal": team}]}]}]}
    return Expression({"$cond": [left, None, "$proposed_by"]})


def _reached(entry: HistoryRow) -> dict[str, Any]:
    return {"stage": entry.stage, "history": appending("history", entry)}


MENTORSHIPS = View(
    name="mentorships",
    version=2,
    row=MentorshipRow,
    apply=apply,
    indexes=([("library", 1)], [("region", 1)], [("state", 1)]),
)
