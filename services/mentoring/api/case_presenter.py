"""How a case is shown: to those who accompany it with their own notes, to the library with what concerns it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.times import moment, read
from services.mentoring.api.standing import Standing
from services.mentoring.domain.case import Mentorship
from services.mentoring.domain.template import PROBATION, Stage, Template
from services.mentoring.domain.weeks import monday_of, name_of
from services.mentoring.parts import Parts
from services.mentoring.templates import outdated


class CaseRef(Schema):
    mentorship = fields.String()
    library = fields.String()
    stage = fields.String()


class CaseLine(Schema):
    """A case in a list."""

    mentorship = fields.String()
    library = fields.String()
    name = fields.String(allow_none=True)
    region = fields.String()
    software = fields.String()
    template = fields.String()
    state = fields.String()
    stage = fields.String()
    pilot = fields.Boolean()
    mentors = fields.List(fields.String())
    opened = fields.String()
    live_since = fields.String(allow_none=True)
    smooth_since = fields.String(allow_none=True)
    closed = fields.String(allow_none=True)
    blockers = fields.Integer()
    visits = fields.Integer()
    minutes = fields.Integer()


class WindowShown(Schema):
    first = fields.String(metadata={"description": "the first week that counts now, as 2026-W14"})
    have = fields.Integer()
    need = fields.Integer()
    backup = fields.Boolean()
    complete = fields.Boolean()
    this_week = fields.String()
    this_week_reported = fields.Boolean()


class CaseShown(CaseLine):
    """A case as a whole."""

    wish = fields.String(allow_none=True)
    readiness = fields.Dict(allow_none=True)
    pilot_on = fields.Dict(allow_none=True)
    stages = fields.List(fields.Dict())
    history = fields.List(fields.Dict())
    next_stage = fields.String(allow_none=True)
    window = fields.Nested(WindowShown, allow_none=True)
    evidence = fields.Dict()
    open_blockers = fields.List(fields.Dict())
    regressions = fields.List(fields.Dict())
    missed = fields.List(fields.String())
    installation = fields.Dict(allow_none=True)
    proposed_by = fields.String(allow_none=True)
    staff = fields.List(fields.Dict())
    hours = fields.Float()
    given_by = fields.List(fields.Dict(), metadata={"description": "who gave how many minutes, the most first"})
    cost = fields.Dict()
    may = fields.List(fields.String())


def line(document: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    """A document of ``mentorships`` as a list shows it."""
    names = (
        *("library", "region", "software", "template", "state", "stage", "pilot", "mentors", "opened"),
        *("live_since", "smooth_since", "closed"),
    )
    visits = document.get("visits") or {}
    return {
        "mentorship": document["_id"],
        "name": name,
        **{one: document.get(one) for one in names},
        "blockers": sum(1 for each in document["blockers"].values() if each["cleared"] is None),
        "visits": visits.get("count", 0),
        "minutes": visits.get("minutes", 0),
    }


def whole(parts: Parts, found: Standing, document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The case as a whole."""
    template, case = found.template, found.case
    shown = line(document, found.known.get("name"))
    return {
        **shown,
        "wish": opened(parts, document.get("wish")),
        "readiness": _readiness(parts, document.get("readiness")),
        "pilot_on": document.get("pilot_on"),
        "stages": [_stage(stage) for stage in template.stages],
        "history": history(parts, document, now),
        "next_stage": template.after(case.stage),
        "window": window(case, now),
        "evidence": {
            "loans": [{"week": week, **sources} for week, sources in sorted(document["loans"].items())],
            "backups": document["backups"][-10:],
        },
        "open_blockers": open_blockers(parts, document),
        "regressions": [
            {"at": each["at"], "was": each["was"], "reason": opened(parts, each["note"])}
            for each in document["regressions"]
        ],
        "missed": document["missed"],
        "installation": installation(template, document),
        "proposed_by": document.get("proposed_by"),
        "staff": staff(found),
        **effort(template, shown["minutes"]),
        "given_by": given_by(document),
        "may": _allowed(found),
    }


def opened(parts: Parts, note: Mapping[str, str] | None) -> str | None:
    """A note's text, None where there is none or its writer is erased."""
    return None if note is None else parts.vault.open(note["owner"], note["sealed"])


def history(parts: Parts, document: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Each stage that was reached, when, and for how many days it stood there."""
    entries = document.get("history", [])
    ends = [*(entry["at"] for entry in entries[1:]), document.get("closed") or moment(now)]
    return [
        {
            "stage": entry["stage"],
            "at": entry["at"],
            "by": entry["by"],
            "items": entry["items"],
            "note": opened(parts, entry["note"]),
            "link": entry["link"],
            "days": (read(until) - read(entry["at"])).days,
        }
        for entry, until in zip(entries, ends, strict=True)
    ]


def window(case: Mentorship, now: datetime) -> dict[str, Any] | None:
    """How far probation is; None before it, and once it is stood."""
    if case.probation is None or case.stage != PROBATION:
        return None
    standing, this_week = case.probation.window(now), monday_of(now)
    return {
        "first": name_of(standing.first),
        "have": standing.have,
        "need": standing.need,
        "backup": standing.backup,
        "complete": standing.complete,
        "this_week": name_of(this_week),
        "this_week_reported": case.probation.lent_in(this_week),
    }


def installation(template: Template, document: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is installed, with a warning where its version is old; the last backup without error beside it."""
    noted = document.get("installation")
    made = document["last_backup"]
    if noted is None and made is None:
        return None
    version = (noted or {}).get("version")
    return {
        "version": version,
        "host": (noted or {}).get("host"),
        "last_backup": made,
        "outdated": bool(version) and outdated(template, version),
        "oldest_version": template.oldest_version,
    }


def staff(found: Standing) -> list[dict[str, Any]]:
    """Who works or worked there, those who are there now first."""
    names = ("role", "since", "until")
    known = found.known.get("staff", {}).items()
    people = [{"person": person, **{name: entry.get(name) for name in names}} for person, entry in known]
    return sorted(people, key=lambda each: (each.get("until") is not None, each.get("since") or "", each["person"]))


def last_left(found: Standing) -> str | None:
    """When somebody last left the library, whether they came back or not; None where nobody did."""
    times = (entry.get(name) for entry in found.known.get("staff", {}).values() for name in ("until", "left"))
    return max((each for each in times if each), default=None)


def effort(template: Template, minutes: int) -> dict[str, Any]:
    """Hours given, and what a paid expert would have cost for them."""
    hours = round(minutes / 60, 1)
    rupiah = minutes * template.rupiah_an_hour // 60
    rate = {"rupiah_an_hour": template.rupiah_an_hour, "since": template.rupiah_since, "source": template.rupiah_source}
    return {"hours": hours, "cost": {"rupiah": rupiah, **rate}}


def given_by(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The minutes that each visitor gave, the most first."""
    minutes = (document.get("visits") or {}).get("by", {})
    return [
        {"person": person, "minutes": given}
        for person, given in sorted(minutes.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _readiness(parts: Parts, assessed: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if assessed is None:
        return None
    found = [
        {"name": each["name"], "present": each["present"], "note": opened(parts, each["note"])}
        for each in assessed["conditions"]
    ]
    return {**assessed, "conditions": found, "of": len(found)}


def open_blockers(parts: Parts, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What blocks it at present, the oldest first."""
    return [
        {"blocker": blocker, "at": each["at"], "by": each["by"], "text": opened(parts, each["note"])}
        for blocker, each in sorted(document["blockers"].items(), key=lambda pair: pair[1]["at"])
        if each["cleared"] is None
    ]


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "stage": stage.stage,
        "name": stage.name,
        "evidence": stage.evidence,
        "units": list(stage.units),
        "items": [{"item": item.item, "text": item.text, "required": item.required} for item in stage.items],
    }


def _allowed(found: Standing) -> list[str]:
    rights = {"lead": found.leads, "mentor": found.mentors, "visit": found.visits, "library": found.of_the_library}
    return [name for name, held in rights.items() if held]
