"""Mentorships as they are listed and looked back on. Key: the mentorship.

``{library, region, software, template, state, stage, pilot, opened, opened_by, wish, mentors: [persons, who leads first], mentors_ever, readiness:
{at, score, missing, conditions} | null, history: [{stage, at, by, items, note, link}], live_since, rules, blockers: {id:
{note, by, at, cleared}}, regressions: [{at, note, was}], missed: [weeks], loans: {week: {source: count}}, backups: [{made,
ok, source}], last_backup, installation: {version, host, at} | null, rotated: {password: at}, visits: {count, minutes, by: {person: minutes}}, proposed_by,
smooth_since, closed, why, version}``

``backups`` are the last ``BACKUPS_AT_MOST``, ``last_backup`` the moment of the newest without error. ``note`` and
``wish`` are ``{owner, sealed}``, opened only for an answer. ``version`` is the stream's.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, Expression, View, adding, increment
from services.kernel.views.arrays import appending
from services.mentoring.domain import access, evidence, opening, pilot, progress, readiness, smooth
from services.mentoring.domain.case import CLOSED, OPEN, Note
from services.mentoring.domain.template import AGREED, PROBATION, SMOOTH, WANTED
from services.mentoring.domain.visit import VisitLogged
from services.mentoring.domain.weeks import name_of

BACKUPS_AT_MOST = 20
_NOTHING_YET: dict[str, Any] = {
    "pilot": False,
    "mentors": [],
    "readiness": None,
    "live_since": None,
    "blockers": {},
    "regressions": [],
    "missed": [],
    "loans": {},
    "backups": [],
    "last_backup": None,
    "installation": None,
    "rotated": {},
    "proposed_by": None,
    "smooth_since": None,
    "closed": None,
    "why": None,
}


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    if isinstance(recorded.event, VisitLogged):
        by, minutes = f"visits.by.{recorded.event.visitor}", recorded.event.minutes
        given = {"visits.minutes": increment("visits.minutes", minutes), by: increment(by, minutes)}
        return [Change(recorded.event.mentorship, {"visits.count": increment("visits.count"), **given})]
    if not recorded.stream.startswith("mentorship-"):
        return []
    changed = _life(recorded) or _evidence(recorded) or _smooth(recorded)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _life(recorded: Recorded) -> dict[str, Any] | None:
    event, at = recorded.event, moment(recorded.at)
    match event:
        case opening.MentorshipOpened():
            shown = {"library": event.library.id, "region": event.library.region, "software": event.software}
            shown |= {"template": event.template, "state": OPEN, "opened": at, "opened_by": event.by, "how": event.how}
            return {**_NOTHING_YET, **shown, "wish": _note(event.wish), **_stage(WANTED, recorded, event.by)}
        case opening.MentorAssigned(team=team) | opening.MentorReleased(team=team):
            proposed_by = _unless_left(list(team))
            return {"mentors": list(team), "mentors_ever": adding("mentors_ever", *team), "proposed_by": proposed_by}
        case opening.MentorshipClosed():
            return {"state": CLOSED, "closed": at, "why": event.why}
        case readiness.ReadinessAssessed():
            found = [
                {"name": each.name, "present": each.present, "note": _note(each.note)} for each in event.conditions
            ]
            shown = {"at": at, "score": event.score, "missing": list(event.missing), "conditions": found}
            return {"readiness": shown}
        case pilot.PilotDesignated():
            on = {"gatherings": list(event.heard.gatherings), "able": list(event.heard.able)}
            return {
                "pilot": True,
                "pilot_on": {**on, "rules": asdict(event.rules)},
                **_stage(AGREED, recorded, event.by),
            }
        case progress.StagePassed():
            more = {"items": list(event.items), "note": _note(event.note), "link": event.link}
            return _stage(event.stage, recorded, event.by, **more)
        case progress.LibraryLive():
            return {"live_since": at, "rules": event.rules, **_stage(PROBATION, recorded, event.by)}
        case access.InstallationNoted():
            return {"installation": {"version": event.version, "host": event.host, "at": at}}
        case access.PasswordsRotated():
            return {f"rotated.{name}": at for name in event.passwords}
    return None


def _evidence(recorded: Recorded) -> dict[str, Any] | None:
    match recorded.event:
        case evidence.LoansCounted(week=week, source=source, count=count):
            return {f"loans.{name_of(week)}.{source}": count}
        case evidence.BackupReported(made=made, ok=ok, source=source):
            said = appending("backups", {"made": moment(made), "ok": ok, "source": source})
            newest = {"last_backup": Expression({"$max": ["$last_backup", moment(made)]})} if ok else {}
            return {"backups": Expression({"$slice": [said.value, -BACKUPS_AT_MOST]}), **newest}
        case evidence.WeekMissed(week=week):
            return {"missed": appending("missed", name_of(week)), "proposed_by": None}
    return None


def _smooth(recorded: Recorded) -> dict[str, Any] | None:
    event, at = recorded.event, moment(recorded.at)
    match event:
        case smooth.BlockerRaised(blocker=blocker):
            entry = {"note": _note(event.note), "by": event.by, "at": at, "cleared": None}
            return {f"blockers.{blocker}": entry, "proposed_by": None}
        case smooth.BlockerCleared(blocker=blocker):
            return {f"blockers.{blocker}.cleared": at}
        case smooth.SmoothProposed(by=by):
            return {"proposed_by": by}
        case smooth.LibrarySmooth(by=by):
            return {"smooth_since": at, "proposed_by": None, **_stage(SMOOTH, recorded, by)}
        case smooth.LibraryRegressed(reason=reason, was=was, by=by):
            fell = {"at": at, "note": _note(reason), "was": was}
            shown = {"regressions": appending("regressions", fell), "smooth_since": None, "proposed_by": None}
            return {**shown, **_stage(PROBATION, recorded, by)}
    return None


def _unless_left(team: list[str]) -> Expression:
    """Who proposed it, unless that was a mentor who is not of this team any more."""
    mentor = {"$in": ["$proposed_by", {"$ifNull": ["$mentors", []]}]}
    left = {"$and": [mentor, {"$not": [{"$in": ["$proposed_by", {"$literal": team}]}]}]}
    return Expression({"$cond": [left, None, "$proposed_by"]})


def _stage(stage: str, recorded: Recorded, by: str, **more: Any) -> dict[str, Any]:
    entry = {"stage": stage, "at": moment(recorded.at), "by": by, "items": [], "note": None, "link": None} | more
    return {"stage": stage, "history": appending("history", entry)}


def _note(note: Note | None) -> dict[str, str] | None:
    return None if note is None else {"owner": note.owner, "sealed": note.sealed}


MENTORSHIPS = View(
    name="mentorships",
    version=2,
    apply=apply,
    indexes=([("library", 1)], [("region", 1)], [("state", 1)]),
)
