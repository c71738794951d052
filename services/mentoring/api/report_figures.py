"""The figures of a release. What this service knows it says itself, as it stands at that moment; of what others know it takes
numbers and names from short lists: whoever is shown a report has it confirmed by us, so nobody else puts words into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates, validates_schema
from marshmallow.validate import Length, OneOf, Regexp

from services.kernel.base.local_time import local_day
from services.kernel.base.times import read
from services.kernel.declare.shapes import number
from services.mentoring.api.case_shown import effort, history
from services.mentoring.api.standing import Standing
from services.mentoring.domain.readiness import CONDITIONS
from services.mentoring.parts import Parts

DECISIONS = (*CONDITIONS, "training")
"""What a school may be asked to decide; its sentences are the gateway's."""
COMPETENCE = "competence"
"""The one part that another service knows."""
HIGHEST_LEVEL = 4
WEEKS_AT_MOST = 12
BACKUPS_AT_MOST = 10
_AREA = Regexp(r"^[a-z][a-z0-9]?$", error="Not an area.")


class Level(fields.Float):
    """A mean of levels: a number from 0 to 4, to one decimal, and nothing that looks like one."""

    def _deserialize(self, value: Any, *_where: Any, **_options: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HIGHEST_LEVEL:
            raise self.make_error("invalid", input=value)
        return round(float(value), 1)


class AreaSent(Schema):
    """The mean level in one area, then and now; null where nobody was rated in it."""

    area = fields.String(required=True, validate=_AREA)
    before = Level(required=True, allow_none=True)
    after = Level(required=True, allow_none=True)


class CompetenceSent(Schema):
    """What members count for a library's staff."""

    people = number(0, 10_000)
    areas = fields.List(fields.Nested(AreaSent), required=True, validate=Length(0, 30))
    gained = number(0, 1_000_000)

    @validates_schema
    def _each_once(self, data: dict[str, Any], **_options: Any) -> None:
        if len({each["area"] for each in data["areas"]}) != len(data["areas"]):
            raise ValidationError("Name each area once.", "areas")


class FiguresSent(Schema):
    """What the gateway composes from others: ``competence``, where it is released, and what the school is asked to decide."""

    competence = fields.Nested(CompetenceSent)
    decisions = fields.List(
        fields.String(validate=OneOf(DECISIONS)), load_default=list, validate=Length(0, len(DECISIONS))
    )

    @validates("decisions")
    def _each_once(self, decisions: list[str], **_options: Any) -> None:
        if len(set(decisions)) != len(decisions):
            raise ValidationError("Name each decision once.")


def figures_of(parts: Parts, found: Standing, document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What this service knows of a case, by part, with the period that it is about. Numbers, days and names of stages alone:
    they are kept for good.
    """
    visits = document.get("visits") or {}
    minutes = visits.get("minutes", 0)
    given = effort(found.template, minutes)
    return {
        "period": {"from": _day(document["opened"]), "to": local_day(now).isoformat()},
        "hours": {"hours": given["hours"]},
        "visits": {"count": visits.get("count", 0), "minutes": minutes},
        "stage": _stage(parts, document, now),
        "evidence": _evidence(document),
        "cost": {name: given["cost"][name] for name in ("rupiah", "rupiah_an_hour", "since")},
    }


def _stage(parts: Parts, document: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "stage": document["stage"],
        "pilot": document["pilot"],
        "history": [
            {"stage": each["stage"], "at": _day(each["at"]), "days": each["days"]}
            for each in history(parts, document, now)
        ],
        "live_since": _day(document.get("live_since")),
        "smooth_since": _day(document.get("smooth_since")),
    }


def _evidence(document: Mapping[str, Any]) -> dict[str, Any]:
    weeks = sorted(document["loans"].items())[-WEEKS_AT_MOST:]
    return {
        "loans": [
            {"week": week, "stated": counted.get("stated"), "measured": counted.get("measured")}
            for week, counted in weeks
        ],
        "backups": [
            {"made": _day(each["made"]), "ok": each["ok"], "source": each["source"]}
            for each in document["backups"][-BACKUPS_AT_MOST:]
        ],
    }


def _day(at: str | None) -> str | None:
    """The day of a moment where the community lives."""
    return None if at is None else local_day(read(at)).isoformat()
