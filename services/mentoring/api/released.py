"""The key of the library's server, links to the library's progress, and reports that the library releases."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from marshmallow import ValidationError
from marshmallow.validate import Length, OneOf, Range

from services.kernel.base.problem import NotFound
from services.kernel.base.times import moment
from services.kernel.declare.plain import ANSWER
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described
from services.kernel.declare.shapes import fill
from services.mentoring.api.case_access import any_case, visible_case
from services.mentoring.api.case_presenter import WindowShown, hours_given, probation_window, stages_reached
from services.mentoring.api.report_figures import COMPETENCE, FiguresSent, figures_of
from services.mentoring.dependencies import Dependencies
from services.mentoring.domain.access import IssueEvidenceKey, MakeLink
from services.mentoring.domain.case import Mentorship
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.report import PARTS, REPORT, ReleaseReport
from services.mentoring.secret_deriver import digest, mentorship_in, report_digest
from services.mentoring.views.mentorships import MENTORSHIPS
from services.mentoring.views.reports import REPORTS

routes = Routes()


@dataclass(frozen=True)
class NewLink:
    days: Annotated[int, Range(1, 180), Described("how long the address is good")] = 30


@dataclass(frozen=True)
class Release:
    """``figures`` come from other services, the remaining figures from the case."""

    parts: Annotated[tuple[Annotated[str, OneOf(PARTS)], ...], Length(1, len(PARTS))]
    figures: FiguresSent

    def __post_init__(self) -> None:
        if (COMPETENCE in self.parts) != (self.figures.competence is not UNSET):
            raise ValidationError("Send competence where it is released, and only there.", "figures")


@dataclass(frozen=True)
class KeyShown:
    mentorship: str
    key: str


@dataclass(frozen=True)
class LinkShown:
    mentorship: str
    secret: str
    path: Annotated[str, Described("the page that needs no login")]
    expires: str


@dataclass(frozen=True)
class StageName:
    stage: str
    name: str


@dataclass(frozen=True)
class StagePast:
    """A stage that was reached, without people and notes."""

    stage: str
    at: str
    days: int


@dataclass(frozen=True)
class ProgressShown:
    """The progress for the public: no people, no notes."""

    library: str | None
    software: str
    stage: str
    stages: tuple[StageName, ...]
    history: tuple[StagePast, ...]
    pilot: bool
    live_since: str | None
    smooth_since: str | None
    window: WindowShown | None
    visits: int
    hours: float
    expires: str


@dataclass(frozen=True)
class ReportRef:
    report: str
    code: str


@dataclass(frozen=True)
class ReportShown:
    report: str
    library: str
    name: str | None
    released_at: str
    parts: tuple[str, ...]
    # Open, as in ``ReportRow``: figures stay as they were released.
    figures: Mapping[str, Any]


@routes.post("/v1/mentorships/{mentorship}/evidence-key", statuses=(201, 403, 404, 422))
def issue_evidence_key(deps: Dependencies, request: Request) -> Answer[KeyShown]:
    """Issue the key with which the library's own server sends evidence; a key issued before is refused from now on.

    For mentors and people who work at the library. The key is shown in this answer only.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = access.require(access.may_mentor or access.works_at_library)
    key = deps.secrets.evidence_key(access.identity, request.command_id)
    commit = request.take(MENTORSHIP, access.identity, IssueEvidenceKey(digest(key), person))
    # The key stands in this answer and not in the commit's, so it is stored nowhere.
    shown = KeyShown(access.identity, key)
    return Answer(shown, request.success, commit.answer["version"], commit.position)


@routes.post("/v1/mentorships/{mentorship}/links", statuses=(201, 403, 404, 422))
def make_progress_link(deps: Dependencies, request: Request[NewLink]) -> Answer[LinkShown]:
    """Make an address where everybody can see the library's progress without a login, for some days.

    For mentors and people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = access.require(access.may_mentor or access.works_at_library)
    secret = deps.secrets.progress_address(access.identity, request.command_id)
    command = MakeLink(digest(secret), request.now + timedelta(days=request.body.days), person)

    def expiry_of(case: Mentorship | None, _events: object) -> Mapping[str, str]:
        assert case is not None  # the command was taken, so the case was opened
        return {"expires": moment(case.links[command.digest])}

    commit = request.take(MENTORSHIP, access.identity, command, answer=expiry_of)
    shown = LinkShown(access.identity, secret, f"/kemajuan/{secret}", commit.answer["expires"])
    return Answer(shown, request.success, commit.answer["version"], commit.position)


@routes.get("/v1/progress/{secret}", statuses=(200, 404))
def show_progress(deps: Dependencies, request: Request) -> Answer[ProgressShown]:
    """Show a library's progress by the secret in its address, without a login."""
    secret = request.path["secret"]
    mentorship = mentorship_in(secret)
    if mentorship is None:
        raise NotFound
    access = any_case(deps, mentorship, request.actor)
    given = digest(secret)
    expires = next((until for known, until in access.case.links.items() if hmac.compare_digest(known, given)), None)
    row = deps.views.get(MENTORSHIPS, mentorship)
    if expires is None or expires <= request.now or row is None:
        raise NotFound
    shown = fill(
        ProgressShown,
        row,
        library=access.known.name,
        stages=tuple(fill(StageName, stage) for stage in access.template.stages),
        history=tuple(fill(StagePast, each) for each in stages_reached(deps, row, request.now)),
        window=probation_window(access.case, request.now),
        visits=row.given.count,
        hours=hours_given(row),
        expires=moment(expires),
    )
    return Answer(shown)


@routes.post("/v1/mentorships/{mentorship}/reports", statuses=(201, 404, 422))
def release_report(deps: Dependencies, request: Request[Release]) -> Answer[ReportRef]:
    """Release chosen parts of the library's figures as a report; the code in the answer confirms the report to its
    readers.

    Only for people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = request.actor.require_person()
    row = deps.views.get(MENTORSHIPS, access.identity)
    if row is None:
        raise NotFound
    report = request.new_id("report")
    code = deps.secrets.report_code(report)
    ours: dict[str, Any] = ANSWER.write(figures_of(deps, access, row, request.now))
    chosen = {name: ours[name] for name in ours if name == "period" or name in request.body.parts}
    command = ReleaseReport(
        mentorship=access.identity,
        library=access.library,
        by=person,
        of_the_library=access.works_at_library,
        parts=request.body.parts,
        figures=chosen | ANSWER.write(request.body.figures),
        digest=report_digest(code),
    )
    commit = request.take(REPORT, report, command, answer=lambda *_: {"report": report})
    return Answer(ReportRef(report, code), request.success, commit.answer["version"], commit.position)


@routes.get("/v1/reports/{code}", statuses=(200, 404))
def show_released_report(deps: Dependencies, request: Request) -> Answer[ReportShown]:
    """Show a released report by its code, without a login."""
    row = deps.views.get(REPORTS, report_digest(request.path["code"]))
    if row is None:
        raise NotFound
    return Answer(fill(ReportShown, row, name=deps.library(row.library).name, released_at=row.released))
