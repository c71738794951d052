"""The community's rules and their versions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Annotated, Any

from marshmallow.validate import Length, OneOf, Range, Regexp

from services.kernel.declare.dated import in_force
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Listing, fill
from services.members.dependencies import Dependencies
from services.members.domain.rules import IDENTITY, RULES, WEEK, ChangeRules, Rulebook
from services.members.iso import IsoTime
from services.members.views.rulebook import RULEBOOK, RulesRow

routes = Routes()

TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z"


@dataclass(frozen=True)
class RulesBody:
    """The rules to change; rules that are left out stay. ``in_force_from`` is now unless given."""

    in_force_from: Annotated[datetime | Unset, Described("when the rules come into force")] = UNSET
    speakers: Annotated[str, OneOf(("board", "open"))] | Unset = UNSET
    quiet_from: Annotated[str, Regexp(TIME)] | Unset = UNSET
    quiet_until: Annotated[str, Regexp(TIME)] | Unset = UNSET
    pilot_after_gatherings: Annotated[
        int | Unset, Range(0, 100), Described("how many gatherings a pilot's staff attended")
    ] = UNSET
    probation_weeks: Annotated[int, Range(0, 520)] | Unset = UNSET
    certificate_minimum: Annotated[
        float | Unset, Range(0, 1), Described("the share of sessions that a certificate needs, from 0 to 1")
    ] = UNSET
    response_school_days: Annotated[
        int | Unset, Range(1, 60), Described("the school days in which a consultation is answered")
    ] = UNSET
    school_days: Annotated[tuple[Annotated[str, OneOf(WEEK)], ...], Length(1, 7)] | Unset = UNSET
    holidays: Annotated[tuple[date, ...], Length(0, 400)] | Unset = UNSET
    pilot_able_people: Annotated[
        int | Unset, Range(0, 100), Described("how many able people a pilot's staff needs")
    ] = UNSET
    pilot_level: Annotated[int | Unset, Range(1, 4), Described("the level of competence that counts as able")] = UNSET
    announcement_second_above: Annotated[
        int | Unset, Range(0, 100_000), Described("an announcement to more people needs a second board member")
    ] = UNSET


@dataclass(frozen=True)
class RulesQuery:
    """Only the version in force ``at`` this time."""

    at: Annotated[datetime | Unset, Described("only the version in force at this time")] = UNSET


@dataclass(frozen=True)
class RulesAnswer:
    """A version of the rules; ``in_force``: whether it is the version in force now, or at the time asked for."""

    version: int
    in_force_from: IsoTime
    in_force: bool
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


class RulesList(Listing[RulesAnswer]):
    pass


@dataclass(frozen=True)
class RulesVersion:
    """The newest version's number."""

    rules: int


@routes.post("/v1/rules", statuses=(201, 403, 422))
def change_rules(_deps: Dependencies, request: Request[RulesBody]) -> Answer[RulesVersion]:
    """Change the community's rules from a date on.

    Needs ``rules.change``. Versions that were announced for later dates get the change too.
    """
    request.actor.require("rules.change")
    command = _change_of(request.body, request.now)
    return request.outcome(RULES, IDENTITY, command, _newest, location="/v1/rules")


@routes.get("/v1/rules")
def rules(deps: Dependencies, request: Request[None, RulesQuery]) -> Answer[RulesList]:
    """List all versions of the community's rules; with ``at``, the version in force at that time."""
    rows = list(deps.views.all(RULEBOOK))
    at = request.query.at
    current = in_force(rows, at or request.now)
    return Answer(RulesList(tuple(rules_shown(row, current) for row in rows if at is UNSET or row == current)))


def _change_of(body: RulesBody, now: datetime) -> ChangeRules:
    values = ((rule.name, getattr(body, rule.name)) for rule in fields(body))
    named: dict[str, Any] = {name: value for name, value in values if value is not UNSET}
    if body.school_days is not UNSET:
        named["school_days"] = tuple(day for day in WEEK if day in body.school_days)
    if body.holidays is not UNSET:
        named["holidays"] = tuple(sorted({day.isoformat() for day in body.holidays}))
    return ChangeRules(**{"in_force_from": now, **named}, at=now)


def _newest(rulebook: Rulebook, _events: object) -> RulesVersion:
    return RulesVersion(len(rulebook.versions))


def rules_shown(row: RulesRow, current: RulesRow | None) -> RulesAnswer:
    return fill(RulesAnswer, row, in_force_from=row.in_force_from.isoformat(), in_force=row == current)
