"""The community's dated rules, as members told them. Key: the version.

``{version, in_force_from, rules: {...}}``; ``rules`` has the fields of ``RulesInForce``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.kernel.message import Fact
from services.kernel.times import moment, read
from services.kernel.view import INBOX, Applied, Change, View
from services.mentoring.domain.rules import DatedRules, RulesInForce, in_force

_DEFAULT = RulesInForce()


def apply(fact: Fact) -> Applied:
    """What a fact changes."""
    if fact.name != "members.rules-changed":
        return []
    version = int(fact.data["version"])
    since = moment(read(str(fact.data["in_force_from"])))
    return [Change(f"{version:06d}", {"version": version, "in_force_from": since, "rules": _rules(fact.data)})]


def rules_at(documents: Iterable[Mapping[str, Any]], at: datetime) -> RulesInForce:
    """The rules in force at a moment, of the view's documents."""
    return in_force([DatedRules(read(each["in_force_from"]), _read(each)) for each in documents], at)


def _rules(data: Mapping[str, Any]) -> dict[str, Any]:
    # A fact told before a rule existed says nothing about it: what holds by default held then.
    return {
        "response_school_days": int(data.get("response_school_days", _DEFAULT.response_school_days)),
        "school_days": list(data.get("school_days", _DEFAULT.school_days)),
        "holidays": list(data.get("holidays", _DEFAULT.holidays)),
        "pilot_after_gatherings": int(data.get("pilot_after_gatherings", _DEFAULT.pilot_after_gatherings)),
        "pilot_able_people": int(data.get("pilot_able_people", _DEFAULT.pilot_able_people)),
        "pilot_level": int(data.get("pilot_level", _DEFAULT.pilot_level)),
        "probation_weeks": int(data.get("probation_weeks", _DEFAULT.probation_weeks)),
    }


def _read(document: Mapping[str, Any]) -> RulesInForce:
    rules = dict(document["rules"])
    days, holidays = tuple(rules.pop("school_days")), tuple(rules.pop("holidays"))
    return RulesInForce(version=document["version"], school_days=days, holidays=holidays, **rules)


RULEBOOK = View(name="rulebook", version=1, apply=apply, logs=(INBOX,))
