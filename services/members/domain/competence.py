"""Competence: ratings of a person, by the person and by a second rater. One stream a person; every rating stays.

A rating is of an aspect of a unit of a framework. The rating may name its reason, an activity or a mentorship, so that
growth can be traced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

SELF = "self"
SECOND = "second"
BECAUSE = ("activity", "mentorship", "prior", "none")


@dataclass(frozen=True, slots=True)
class Because:
    """The reason for a rating: ``kind`` of ``BECAUSE``, and the id of an activity, mentorship or submission."""

    kind: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Rate(Command):
    """``rater`` is ``self`` or ``second``, ``by`` who rates; ``area`` is the unit's in ``framework``, ``region`` the person's."""

    person: str
    unit: str
    area: str
    aspect: str
    level: int
    rater: str
    by: str
    framework: str
    region: str | None
    because: Because | None = None


@dataclass(frozen=True, slots=True)
class CompetenceRated(Event):
    """``level`` is 1 to 4; ``framework`` a version."""

    person: str
    unit: str
    area: str
    aspect: str
    level: int
    rater: str
    by: str
    framework: str
    region: str | None
    because: Because | None


@dataclass(frozen=True, slots=True)
class Competence:
    """The newest rating of each unit, aspect and rater."""

    newest: dict[tuple[str, str, str], CompetenceRated] = field(default_factory=dict)


def decide(command: Rate, competence: Competence) -> Sequence[Event]:
    """A second rater is another person; the same rating for the same reason changes nothing."""
    if (command.rater == SELF) != (command.by == command.person):
        raise Refused("second-rater-is-another", "A person cannot be the second rater of their own competence.")
    rated = CompetenceRated(
        command.person,
        command.unit,
        command.area,
        command.aspect,
        command.level,
        command.rater,
        command.by,
        command.framework,
        command.region,
        command.because,
    )
    return [] if competence.newest.get(_key(rated)) == rated else [rated]


def _key(rated: CompetenceRated) -> tuple[str, str, str]:
    return rated.unit, rated.aspect, rated.rater


def evolve(competence: Competence, event: CompetenceRated) -> Competence:
    return Competence({**competence.newest, _key(event): event})


COMPETENCE: Decider[Competence] = Decider("competence", Competence(), decide, evolve)
