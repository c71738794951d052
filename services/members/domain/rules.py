"""The community's own rules, dated: who may speak, quiet hours, what a pilot needs.

A change makes a new version, in force from a date on; earlier versions stay, for each decision names the version that it
was taken under. A change builds on what is in force when it begins, and goes on through what is announced for later: such a
version is made anew with it, except for the rules that it names itself, which are those in which it differs from what is in
force just before it.
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
    """What is ruled. The defaults are the community's first rules.

    ``speakers``: ``board`` or ``open``. ``quiet_from``/``quiet_until``: local times ``HH:MM``. ``pilot_after_gatherings``:
    how many a library attends before a pilot. ``probation_weeks``: evidence before automation counts as running.
    ``certificate_minimum``: share of an activity's sessions, 0..1. ``response_school_days``: within how many of them a
    question is answered; ``school_days`` are days of ``WEEK``, ``holidays`` ISO dates without school. ``pilot_able_people``:
    how many of a library's people must be rated ``pilot_level`` or higher before a pilot. ``announcement_second_above``: to
    more people than this, an announcement needs a second member of the board.
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
    """Change the rules named; those left None stay as they are at ``in_force_from``, and as they are announced after it."""

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
    """A whole version: ``rules`` holds every rule, changed or not. ``version`` counts from 1."""

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
        """What comes into force after a time, one after the other."""
        times = sorted({version.in_force_from for version in self.versions if version.in_force_from > after})
        coming = [self.in_force(at) for at in times]
        return [version for version in coming if version is not None]


def decide(command: ChangeRules, rulebook: Rulebook) -> Sequence[Event]:
    """A change of nothing makes no version; nothing is ruled for the past."""
    named = {rule.name: getattr(command, rule.name) for rule in fields(RuleSet)}
    named = {name: value for name, value in named.items() if value is not None}
    standing = rulebook.in_force(command.in_force_from)
    before = RuleSet() if standing is None else standing.rules
    rules = replace(before, **named)
    if standing is not None and rules == before:
        return []
    if command.in_force_from < command.at - BACKDATING:
        raise Refused("rules-are-not-retroactive", "a rule cannot begin before it is made")
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
    """The rulebook after an event."""
    return Rulebook((*rulebook.versions, event))


RULES: Decider[Rulebook] = Decider("rules", Rulebook(), decide, evolve)
