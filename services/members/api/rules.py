"""The community's rules and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from services.kernel.base.message import Event
from services.kernel.declare.fact_views import Document, document_at
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import listing, time
from services.members.domain.rules import IDENTITY, RULES, WEEK, ChangeRules, Rulebook
from services.members.parts import Parts
from services.members.views.rulebook import RULEBOOK

routes = Routes()

TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z"


class RulesBody(Schema):
    """The rules to change; those left out stay. ``in_force_from`` is now by default."""

    in_force_from = time(required=False)
    speakers = fields.String(validate=validate.OneOf(("board", "open")))
    quiet_from = fields.String(validate=validate.Regexp(TIME))
    quiet_until = fields.String(validate=validate.Regexp(TIME))
    pilot_after_gatherings = fields.Integer(strict=True, validate=validate.Range(0, 100))
    probation_weeks = fields.Integer(strict=True, validate=validate.Range(0, 520))
    certificate_minimum = fields.Float(validate=validate.Range(0, 1))
    response_school_days = fields.Integer(strict=True, validate=validate.Range(1, 60))
    school_days = fields.List(fields.String(validate=validate.OneOf(WEEK)), validate=validate.Length(1, 7))
    holidays = fields.List(fields.Date(), validate=validate.Length(0, 400))
    pilot_able_people = fields.Integer(strict=True, validate=validate.Range(0, 100))
    pilot_level = fields.Integer(strict=True, validate=validate.Range(1, 4))
    announcement_second_above = fields.Integer(strict=True, validate=validate.Range(0, 100_000))


class RulesQuery(Schema):
    """Only the version in force ``at`` this time."""

    at = time(required=False)


class RulesAnswer(Schema):
    """A version of the rules; ``in_force``: whether it is the one in force now, or at the time asked for."""

    version = fields.Integer(required=True)
    in_force_from = fields.AwareDateTime(required=True, format="iso")
    in_force = fields.Boolean(required=True)
    speakers = fields.String(required=True)
    quiet_from = fields.String(required=True)
    quiet_until = fields.String(required=True)
    pilot_after_gatherings = fields.Integer(required=True)
    probation_weeks = fields.Integer(required=True)
    certificate_minimum = fields.Float(required=True)
    response_school_days = fields.Integer(required=True)
    school_days = fields.List(fields.String(), required=True)
    holidays = fields.List(fields.String(), required=True)
    pilot_able_people = fields.Integer(required=True)
    pilot_level = fields.Integer(required=True)
    announcement_second_above = fields.Integer(required=True)


class RulesVersion(Schema):
    """The newest version's number."""

    rules = fields.Integer(required=True)


@routes.post("/v1/rules", body=RulesBody(), answer=RulesVersion(), statuses=(201, 403, 422))
def change_rules(_parts: Parts, request: Request) -> Answer:
    """Change the rules from a date on.

    Versions announced for a later date are made anew with the change in them.
    """
    request.actor.require("rules.change")
    named = dict(request.body)
    if "school_days" in named:
        named["school_days"] = tuple(day for day in WEEK if day in named["school_days"])
    if "holidays" in named:
        named["holidays"] = tuple(sorted({day.isoformat() for day in named["holidays"]}))
    command = ChangeRules(**{"in_force_from": request.now, **named}, at=request.now)
    return recorded(request.take(RULES, IDENTITY, command, answer=_newest), 201, location="/v1/rules")


@routes.get("/v1/rules", query=RulesQuery(), answer=listing(RulesAnswer, "RulesList", required=True))
def rules(parts: Parts, request: Request) -> Answer:
    """The rules.

    Shows all versions, or the version in force at a time.
    """
    versions = list(parts.views.all(RULEBOOK))
    at = request.query.get("at")
    current = document_at(versions, at or request.now)
    shown = [_shown(version, current) for version in versions if at is None or version == current]
    return Answer({"items": shown, "next": None})


def _newest(rulebook: Rulebook, _events: Sequence[Event]) -> dict[str, Any]:
    return {"rules": len(rulebook.versions)}


def _shown(version: Document, current: Document | None) -> dict[str, Any]:
    ruled = {name: value for name, value in version.items() if name != "_id"}
    return ruled | {"in_force_from": version["in_force_from"].isoformat(), "in_force": version == current}
