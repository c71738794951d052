"""The versions of the rules."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from services.kernel.base.message import Recorded
from services.kernel.declare.dated_rows import six_digits
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.rules import RulesChanged


@dataclass(frozen=True)
class RulesRow:
    """``key`` is the version in six digits; ``rules.RuleSet`` explains the rules."""

    key: str
    version: int
    in_force_from: datetime
    speakers: str
    quiet_from: str
    quiet_until: str
    pilot_after_gatherings: int
    probation_weeks: int
    certificate_minimum: float
    response_school_days: int
    school_days: tuple[str, ...]
    holidays: tuple[str, ...]
    pilot_able_people: int
    pilot_level: int
    announcement_second_above: int


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case RulesChanged(version, in_force_from, rules):
            return [Change.put(RulesRow(six_digits(version), version, in_force_from, **asdict(rules)))]
    return []


RULEBOOK = View(name="rulebook", version=2, row=RulesRow, apply=apply)
