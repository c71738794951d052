"""The versions of the rules: ``{_id: version in six digits, version, in_force_from, …every rule}``."""

from __future__ import annotations

from dataclasses import asdict

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.rules import RulesChanged


def apply(recorded: Recorded) -> Applied:
    """One document a version."""
    match recorded.event:
        case RulesChanged() as event:
            rules = {
                name: list(rule) if isinstance(rule, tuple) else rule for name, rule in asdict(event.rules).items()
            }
            ruled = {"version": event.version, "in_force_from": event.in_force_from, **rules}
            return [Change(f"{event.version:06d}", ruled)]
        case _:
            return []


RULEBOOK = View("rulebook", 2, apply)
