"""Evidence by people and by the library's own server, blockers, and whether it runs smoothly."""

from __future__ import annotations

import hmac
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

from services.kernel.base.message import Command
from services.kernel.base.problem import Malformed, NotFound, Unauthorized
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import line, number, time, truth
from services.mentoring.api.case_shown import CaseRef, WindowShown, window
from services.mentoring.api.standing import Standing, looked_at, standing
from services.mentoring.domain.case import Note
from services.mentoring.domain.evidence import RecordBackup, RecordLoans
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.probation import MEASURED, STATED
from services.mentoring.domain.smooth import (
    ClearBlocker,
    ConfirmSmooth,
    ProposeSmooth,
    RaiseBlocker,
    ReportRegression,
)
from services.mentoring.domain.weeks import monday_of, name_of, week_named
from services.mentoring.parts import Parts
from services.mentoring.secret_deriver import digest

routes = Routes()

LOANS, BACKUP = "loans", "backup"
MOST_LOANS = 100_000


class Evidence(Schema):
    """One week's loans, or one backup. With ``key`` it is measured by the library's server; without, stated by a person."""

    kind = fields.String(required=True, validate=OneOf([LOANS, BACKUP]))
    week = line(required=False, longest=8)
    count = number(0, MOST_LOANS, required=False)
    at = time(required=False)
    ok = truth(required=False)
    key = line(required=False, longest=200, load_default=None)

    @validates_schema
    def _whole(self, data: dict[str, Any], **_options: Any) -> None:
        needed = {LOANS: {"week", "count"}, BACKUP: {"at", "ok"}}.get(data.get("kind", ""), set())
        given = {name for name in ("week", "count", "at", "ok") if name in data}
        if given != needed:
            raise ValidationError(f"Send {' and '.join(sorted(needed))} for this kind.")


class Words(Schema):
    text = line(longest=2000)


class Reason(Schema):
    reason = line(longest=2000)


class EvidenceShown(Schema):
    mentorship = fields.String()
    kind = fields.String()
    week = fields.String()
    source = fields.String()
    window = fields.Nested(WindowShown, allow_none=True)


class BlockerShown(Schema):
    mentorship = fields.String()
    blocker = fields.String()
    open = fields.Boolean()


class ProposalShown(CaseRef):
    proposed_by = fields.String(allow_none=True)


@routes.post(
    "/v1/mentorships/{mentorship}/evidence", body=Evidence(), answer=EvidenceShown(), statuses=(201, 401, 403, 404, 422)
)
def record_evidence(parts: Parts, request: Request) -> Answer:
    """A week's loans or a backup: stated by a person, or measured by the library's server with its key."""
    body, key = request.body, request.body["key"]
    if key is not None:
        found, source, person = _by_key(parts, request, key), MEASURED, None
    else:
        found = standing(parts, request.path["mentorship"], request.actor)
        source, person = STATED, found.require(found.mentors or found.of_the_library)
    command: RecordLoans | RecordBackup
    if body["kind"] == LOANS:
        week = _week(body["week"])
        command = RecordLoans(week, body["count"], source, request.now, person)
    else:
        week = monday_of(body["at"])
        command = RecordBackup(body["at"], body["ok"], source, request.now, person)

    def answer(state: Any, _events: object) -> dict[str, Any]:
        told = {"mentorship": found.identity, "kind": body["kind"], "week": name_of(week), "source": source}
        return {**told, "window": window(state, request.now)}

    return recorded(request.take(MENTORSHIP, found.identity, command, answer=answer), 201)


@routes.post(
    "/v1/mentorships/{mentorship}/blockers", body=Words(), answer=BlockerShown(), statuses=(201, 403, 404, 422)
)
def raise_blocker(parts: Parts, request: Request) -> Answer:
    """Something blocks it."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = found.require(True)
    blocker = request.new_id("blocker")
    note = Note(person, parts.vault.seal(person, request.body["text"]))
    return _blocker(request, found, RaiseBlocker(blocker, note, person), blocker, 201)


@routes.post(
    "/v1/mentorships/{mentorship}/blockers/{blocker}/clear", answer=BlockerShown(), statuses=(200, 403, 404, 422)
)
def clear_blocker(parts: Parts, request: Request) -> Answer:
    """It blocks no longer."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person, blocker = found.require(found.mentors or found.of_the_library), request.path["blocker"]
    return _blocker(request, found, ClearBlocker(blocker, person), blocker, 200)


@routes.post("/v1/mentorships/{mentorship}/smooth", answer=ProposalShown(), statuses=(201, 403, 404, 422))
def propose_smooth(parts: Parts, request: Request) -> Answer:
    """The mentor says that it runs smoothly; refused without the evidence window."""
    found = standing(parts, request.path["mentorship"], request.actor)
    return _on(request, found, ProposeSmooth(found.require(found.mentors), request.now))


@routes.post("/v1/mentorships/{mentorship}/smooth/confirmation", answer=ProposalShown(), statuses=(201, 403, 404, 422))
def confirm_smooth(parts: Parts, request: Request) -> Answer:
    """Somebody of the library says so too."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = found.require(found.of_the_library)
    return _on(request, found, ConfirmSmooth(person, request.now, leads=found.leads))


@routes.post(
    "/v1/mentorships/{mentorship}/regression", body=Reason(), answer=ProposalShown(), statuses=(201, 403, 404, 422)
)
def report_regression(parts: Parts, request: Request) -> Answer:
    """It runs no longer as it did: back on probation, with a new window."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = found.require(found.mentors or found.of_the_library)
    reason = Note(person, parts.vault.seal(person, request.body["reason"]))
    return _on(request, found, ReportRegression(reason, person, request.now))


def _by_key(parts: Parts, request: Request, key: str) -> Standing:
    """The case whose server's key this is. Raises ``Unauthorized``, and says no more where there is no such case."""
    wrong = Unauthorized("this is not the key of this library's server")
    try:
        found = looked_at(parts, request.path["mentorship"], request.actor)
    except NotFound:
        raise wrong from None
    if not hmac.compare_digest(digest(key), found.case.evidence_key):
        raise wrong
    return found


def _week(name: str) -> date:
    try:
        return week_named(name)
    except ValueError:
        raise Malformed(errors={"week": ["Not a week: 2026-W14."]}) from None


def _blocker(request: Request, found: Standing, command: Command, blocker: str, status: int) -> Answer:
    def answer(state: Any, _events: object) -> dict[str, Any]:
        return {"mentorship": found.identity, "blocker": blocker, "open": blocker in state.blockers}

    return recorded(request.take(MENTORSHIP, found.identity, command, answer=answer), status)


def _on(request: Request, found: Standing, command: Command) -> Answer:
    def answer(state: Any, _events: object) -> dict[str, Any]:
        told = {"mentorship": found.identity, "library": found.library.id, "stage": state.stage}
        return {**told, "proposed_by": state.proposed_by or None}

    return recorded(request.take(MENTORSHIP, found.identity, command, answer=answer), 201)
