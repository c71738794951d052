"""What leaves the case: the key of the library's server, links to its progress, and reports that the library releases."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf

from services.kernel.base.problem import NotFound
from services.kernel.base.times import moment
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import number
from services.mentoring.api.case_shown import WindowShown, history, window
from services.mentoring.api.report_figures import COMPETENCE, FiguresSent, figures_of
from services.mentoring.api.standing import looked_at, standing
from services.mentoring.domain.access import IssueEvidenceKey, MakeLink
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.report import PARTS, REPORT, ReleaseReport
from services.mentoring.parts import Parts
from services.mentoring.secret_deriver import digest, mentorship_in, report_digest
from services.mentoring.views.libraries import LIBRARIES
from services.mentoring.views.mentorships import MENTORSHIPS
from services.mentoring.views.reports import REPORTS

routes = Routes()


class NewLink(Schema):
    days = number(1, 180, required=False, load_default=30)


class Release(Schema):
    """``figures`` are those that other services know; this service's own are taken from the case."""

    parts = fields.List(fields.String(validate=OneOf(PARTS)), required=True, validate=Length(1, len(PARTS)))
    figures = fields.Nested(FiguresSent, required=True)

    @validates_schema
    def _whole(self, data: dict[str, Any], **_options: Any) -> None:
        if (COMPETENCE in data.get("parts", ())) != (COMPETENCE in data.get("figures", {})):
            raise ValidationError("Send competence where it is released, and only there.", "figures")


class KeyShown(Schema):
    mentorship = fields.String()
    key = fields.String()


class LinkShown(Schema):
    mentorship = fields.String()
    secret = fields.String()
    path = fields.String(metadata={"description": "the page that needs no login"})
    expires = fields.String()


class ProgressShown(Schema):
    """Without people, without notes: what anybody with the address may see."""

    library = fields.String(allow_none=True)
    software = fields.String()
    stage = fields.String()
    stages = fields.List(fields.Dict())
    history = fields.List(fields.Dict())
    pilot = fields.Boolean()
    live_since = fields.String(allow_none=True)
    smooth_since = fields.String(allow_none=True)
    window = fields.Nested(WindowShown, allow_none=True)
    visits = fields.Integer()
    hours = fields.Float()
    expires = fields.String()


class ReportRef(Schema):
    report = fields.String()
    code = fields.String()


class ReportShown(Schema):
    report = fields.String()
    library = fields.String()
    name = fields.String(allow_none=True)
    released_at = fields.String()
    parts = fields.List(fields.String())
    figures = fields.Dict()


@routes.post("/v1/mentorships/{mentorship}/evidence-key", answer=KeyShown(), statuses=(201, 403, 404, 422))
def issue_evidence_key(parts: Parts, request: Request) -> Answer:
    """The key that the library's own server sends its evidence with; the former one is good no longer."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = found.require(found.mentors or found.of_the_library)
    key = parts.secrets.evidence_key(found.identity, request.command_id)
    command = IssueEvidenceKey(digest(key), person)
    answer = recorded(request.take(MENTORSHIP, found.identity, command), 201)
    # The key goes into this answer and not into the commit's: it is stored nowhere.
    return Answer({"mentorship": found.identity, "key": key}, answer.status, answer.version, answer.position)


@routes.post("/v1/mentorships/{mentorship}/links", body=NewLink(), answer=LinkShown(), statuses=(201, 403, 404, 422))
def make_progress_link(parts: Parts, request: Request) -> Answer:
    """An address that shows the library's progress without a login, for a while."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = found.require(found.mentors or found.of_the_library)
    secret = parts.secrets.progress_address(found.identity, request.command_id)
    command = MakeLink(digest(secret), request.now + timedelta(days=request.body["days"]), person)

    def until(state: Any, _events: object) -> dict[str, Any]:
        return {"expires": moment(state.links[command.digest])}

    commit = request.take(MENTORSHIP, found.identity, command, answer=until)
    body = {"mentorship": found.identity, "secret": secret, "path": f"/kemajuan/{secret}"}
    answer = recorded(commit, 201)
    return Answer({**body, **answer.body}, answer.status, answer.version, answer.position)


@routes.get("/v1/progress/{secret}", answer=ProgressShown(), statuses=(200, 404))
def show_progress(parts: Parts, request: Request) -> Answer:
    """A library's progress, for whoever has its address."""
    secret = request.path["secret"]
    mentorship = mentorship_in(secret)
    if mentorship is None:
        raise NotFound
    found = looked_at(parts, mentorship, request.actor)
    given = digest(secret)
    expires = next((until for known, until in found.case.links.items() if hmac.compare_digest(known, given)), None)
    document = parts.views.get(MENTORSHIPS, mentorship)
    if expires is None or expires <= request.now or document is None:
        raise NotFound
    visits = document.get("visits") or {}
    shown = {name: document.get(name) for name in ("software", "stage", "pilot", "live_since", "smooth_since")}
    passed = [
        {"stage": each["stage"], "at": each["at"], "days": each["days"]}
        for each in history(parts, document, request.now)
    ]
    return Answer(
        {
            **shown,
            "library": found.known.get("name"),
            "stages": [{"stage": stage.stage, "name": stage.name} for stage in found.template.stages],
            "history": passed,
            "window": window(found.case, request.now),
            "visits": visits.get("count", 0),
            "hours": round(visits.get("minutes", 0) / 60, 1),
            "expires": moment(expires),
        }
    )


@routes.post("/v1/mentorships/{mentorship}/reports", body=Release(), answer=ReportRef(), statuses=(201, 404, 422))
def release_report(parts: Parts, request: Request) -> Answer:
    """The library releases figures of its own; whoever is shown them can have them confirmed."""
    found = standing(parts, request.path["mentorship"], request.actor)
    person = request.actor.require_person()
    document = parts.views.get(MENTORSHIPS, found.identity)
    if document is None:
        raise NotFound
    report = request.new_id("report")
    code = parts.secrets.report_code(report)
    chosen, ours = request.body["parts"], figures_of(parts, found, document, request.now)
    command = ReleaseReport(
        mentorship=found.identity,
        library=found.library,
        by=person,
        of_the_library=found.of_the_library,
        parts=tuple(chosen),
        figures={name: ours[name] for name in ours if name == "period" or name in chosen} | request.body["figures"],
        digest=report_digest(code),
    )
    answer = recorded(request.take(REPORT, report, command, answer=lambda *_: {"report": report}), 201)
    return Answer({"report": report, "code": code}, answer.status, answer.version, answer.position)


@routes.get("/v1/reports/{code}", answer=ReportShown(), statuses=(200, 404))
def show_released_report(parts: Parts, request: Request) -> Answer:
    """What a library released, by the code on it."""
    document = parts.views.get(REPORTS, report_digest(request.path["code"]))
    if document is None:
        raise NotFound
    library = parts.views.get(LIBRARIES, document["library"]) or {}
    shown = {name: document[name] for name in ("report", "library", "parts", "figures")}
    return Answer({**shown, "name": library.get("name"), "released_at": document["released"]})
