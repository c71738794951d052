"""The community's rules, dated: speakers, quiet hours, conditions of a pilot and so on.

A change makes a new version, in force from a date on. Earlier versions stay, because each decision names its version. A
change starts from the version in force at its date, and is carried into the versions announced for later dates: each of
these is made anew with the change, except for the rules in which the announced version differs from its predecessor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import ClassVar

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider
from services.kernel.declare.dated import in_force

IDENTITY = "community"
BACKDATING = timedelta(days=1)
"""A date chosen in a form means its midnight; further back a rule cannot begin."""
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of a version. The defaults are the community's first rules.

    ``speakers``: ``board`` or ``open``. ``quiet_from``/``quiet_until``: local times ``HH:MM``.
    ``pilot_after_gatherings``: gatherings that a library attends before a pilot. ``probation_weeks``: weeks of evidence
    before automation counts as running. ``certificate_minimum``: share of an activity's sessions, 0..1.
    ``response_school_days``: school days within which a question is answered. ``school_days``: days of ``WEEK``.
    ``holidays``: ISO dates without school. ``pilot_able_people``: people of a library who must be rated ``pilot_level``
    or higher before a pilot. ``announcement_second_above``: an announcement to more people than this needs a second
    member of the board.
    """

    speakers: str = "board"
    quiet_from: str = "20:00"
    quiet_until: str = "06:00"
    pilot_after_gatherings: int = 3
    probation_weeks: int = 4
    certificate_minimum: float = 1.0
    response_school_days: int = 2
    school_days: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    holidays: tuple[str, ...] = ()
    pilot_able_people: int = 1
    pilot_level: int = 3
    announcement_second_above: int = 50


@dataclass(frozen=True, slots=True)
class ChangeRules(Command):
    """Change the named rules. Rules that are None stay, both at ``in_force_from`` and in later versions."""

    in_force_from: datetime
    at: datetime
    speakers: str | None = None
    quiet_from: str | None = None
    quiet_until: str | None = None
    pilot_after_gatherings: int | None = None
    probation_weeks: int | None = None
    certificate_minimum: float | None = None
    response_school_days: int | None = None
    school_days: tuple[str, ...] | None = None
    holidays: tuple[str, ...] | None = None
    pilot_able_people: int | None = None
    pilot_level: int | None = None
    announcement_second_above: int | None = None


@dataclass(frozen=True, slots=True)
class RulesChanged(Event):
    """A whole version: ``rules`` holds every rule. ``version`` counts from 1."""

    schema: ClassVar[int] = 2
    version: int
    in_force_from: datetime
    rules: RuleSet


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All versions, oldest first."""

    versions: tuple[RulesChanged, ...] = ()

    def in_force(self, at: datetime) -> RulesChanged | None:
        """The version in force at a time, None before the first."""
        return in_force(self.versions, at)

    def announced(self, after: datetime) -> Sequence[RulesChanged]:
        """The versions that come into force after a time, in order."""
        times = sorted({version.in_force_from for version in self.versions if version.in_force_from > after})
        coming = [self.in_force(at) for at in times]
        return [version for version in coming if version is not None]


def decide(command: ChangeRules, rulebook: Rulebook) -> Sequence[Event]:
    """An empty change makes no version; a change for the past is refused."""
    named = {rule.name: getattr(command, rule.name) for rule in fields(RuleSet)}
    named = {name: value for name, value in named.items() if value is not None}
    standing = rulebook.in_force(command.in_force_from)
    before = RuleSet() if standing is None else standing.rules
    rules = replace(before, **named)
    if standing is not None and rules == before:
        return []
    if command.in_force_from < command.at - BACKDATING:
        raise Refused("rules-are-not-retroactive", "Rules cannot come into force in the past.")
    changed = [(command.in_force_from, rules)]
    for version in rulebook.announced(command.in_force_from):
        own = _differing(before, version.rules)
        named = {name: value for name, value in named.items() if name not in own}
        if (carried := replace(version.rules, **named)) != version.rules:
            changed.append((version.in_force_from, carried))
        before = version.rules
    first = len(rulebook.versions) + 1
    return [RulesChanged(number, begins, ruled) for number, (begins, ruled) in enumerate(changed, first)]


def _differing(one: RuleSet, other: RuleSet) -> set[str]:
    return {rule.name for rule in fields(RuleSet) if getattr(one, rule.name) != getattr(other, rule.name)}


def evolve(rulebook: Rulebook, event: RulesChanged) -> Rulebook:
    return Rulebook((*rulebook.versions, event))


RULES: Decider[Rulebook] = Decider("rules", Rulebook(), decide, evolve)
