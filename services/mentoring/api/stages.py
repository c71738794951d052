"""From a wish to going live: readiness, the pilot, stage by stage."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates
from marshmallow.validate import Length, Regexp

from services.kernel.base.message import Command
from services.kernel.base.problem import Malformed
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity, line, truth
from services.mentoring.api.case_shown import CaseRef
from services.mentoring.api.standing import Standing, heard_of, standing
from services.mentoring.domain.case import Note
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.pilot import DesignatePilot
from services.mentoring.domain.progress import GoLive, PassStage
from services.mentoring.domain.readiness import CONDITIONS, AssessReadiness, Condition
from services.mentoring.parts import Parts

routes = Routes()

LINK = Regexp(r"^https?://[^\s<>\"]{3,300}$", error="Not a web address.")


class Found(Schema):
    """One condition as it was found."""

    present = truth()
    note = line(required=False, longest=500, load_default=None)


Assessment = Schema.from_dict({name: fields.Nested(Found, required=True) for name in CONDITIONS}, name="Assessment")


class Ticks(Schema):
    """What of a stage's checklist is done, and what shows it."""

    items = fields.List(identity(), load_default=list, validate=Length(0, 50))
    note = line(required=False, longest=2000, load_default=None)
    link = fields.String(load_default=None, allow_none=True, validate=LINK)

    @validates("items")
    def _each_once(self, items: list[str], **_options: Any) -> None:
        if len(set(items)) != len(items):
            raise ValidationError("Name each item once.")


class ReadinessShown(Schema):
    mentorship = fields.String()
    score = fields.Integer()
    of = fields.Integer()
    missing = fields.List(fields.String())


@routes.post(
    "/v1/mentorships/{mentorship}/readiness", body=Assessment(), answer=ReadinessShown(), statuses=(201, 403, 404, 422)
)
def assess_readiness(parts: Parts, request: Request) -> Answer:
    """Say what is there and what is missing; may be done again."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = found.require(found.visits)
    conditions = tuple(
        Condition(name, each["present"], _note(parts, person, each["note"]))
        for name, each in ((name, request.body[name]) for name in CONDITIONS)
    )

    def answer(state: Any, _events: object) -> dict[str, Any]:
        missing = list(state.lacking)
        score = len(CONDITIONS) - len(missing)
        return {"mentorship": found.identity, "score": score, "of": len(CONDITIONS), "missing": missing}

    command = AssessReadiness(conditions, person)
    return recorded(request.take(MENTORSHIP, found.identity, command, answer=answer), 201)


@routes.post("/v1/mentorships/{mentorship}/pilot", answer=CaseRef(), statuses=(201, 403, 404, 422))
def designate_pilot(parts: Parts, request: Request) -> Answer:
    """Name the library as a pilot, by what has been heard of its staff."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person, rules = found.require(found.leads), parts.rules(request.now)
    heard = heard_of(parts, found.staff, rules)
    return _on(request, found, DesignatePilot(heard, rules, found.template, person, request.now))


@routes.post(
    "/v1/mentorships/{mentorship}/stages/{stage}", body=Ticks(), answer=CaseRef(), statuses=(201, 403, 404, 422)
)
def pass_stage(parts: Parts, request: Request) -> Answer:
    """Pass the next stage with its checklist and evidence."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person, body = found.require(found.mentors), request.body
    stage = found.template.stage(request.path["stage"])
    unknown = set(body["items"]) - {item.item for item in stage.items} if stage else set()
    if unknown:
        raise Malformed(errors={"items": [f"Not on the checklist: {', '.join(sorted(unknown))}."]})
    note = _note(parts, person, body["note"])
    items = tuple(body["items"])
    command = PassStage(request.path["stage"], items, found.template, person, note, body["link"])
    return _on(request, found, command)


@routes.post("/v1/mentorships/{mentorship}/go-live", answer=CaseRef(), statuses=(201, 403, 404, 422))
def go_live(parts: Parts, request: Request) -> Answer:
    """Loans go through the software from now on: probation begins."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = found.require(found.mentors)
    return _on(request, found, GoLive(found.template, parts.rules(request.now), person, request.now))


def _on(request: Request, found: Standing, command: Command) -> Answer:
    def answer(state: Any, _events: object) -> dict[str, Any]:
        return {"mentorship": found.identity, "library": found.library.id, "stage": state.stage}

    return recorded(request.take(MENTORSHIP, found.identity, command, answer=answer), 201)


def _note(parts: Parts, person: str, text: str | None) -> Note | None:
    return None if text is None else Note(person, parts.vault.seal(person, text))
