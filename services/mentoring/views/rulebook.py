"""The community's dated rules, as members told. Keys order the versions: ``000003``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.message import Fact
from services.kernel.base.times import moment
from services.kernel.declare.dated_rows import row_at, six_digits
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.shapes import fill
from services.kernel.declare.view import INBOX, Applied, Change, View
from services.mentoring.domain.rules import RulesInForce

_BEFORE = RulesInForce()


@dataclass(frozen=True, kw_only=True)
class RuleValues:
    """The rules for this service. A fact from before a rule existed lacks the rule; the default held then."""

    response_school_days: int = _BEFORE.response_school_days
    school_days: tuple[str, ...] = _BEFORE.school_days
    holidays: tuple[str, ...] = _BEFORE.holidays
    pilot_after_gatherings: int = _BEFORE.pilot_after_gatherings
    pilot_able_people: int = _BEFORE.pilot_able_people
    pilot_level: int = _BEFORE.pilot_level
    probation_weeks: int = _BEFORE.probation_weeks


@dataclass(frozen=True, kw_only=True)
class RulesChanged(RuleValues):
    version: int
    in_force_from: datetime


HEARD = FactShapes({"members.rules-changed": RulesChanged})


@dataclass(frozen=True)
class RulebookRow:
    """``in_force_from`` is a moment."""

    key: str
    version: int
    in_force_from: str
    rules: RuleValues


def rules_at(rows: Iterable[RulebookRow], at: datetime) -> RulesInForce:
    """The rules in force at a moment."""
    found = row_at(rows, at)
    return _BEFORE if found is None else fill(RulesInForce, found.rules, version=found.version)


def apply(fact: Fact) -> Applied:
    changed = HEARD.read(fact)
    if changed is None:
        return []
    key, since = six_digits(changed.version), moment(changed.in_force_from)
    return [Change.put(RulebookRow(key, changed.version, since, fill(RuleValues, changed)))]


RULEBOOK = View(name="rulebook", version=1, row=RulebookRow, apply=apply, logs=(INBOX,))
