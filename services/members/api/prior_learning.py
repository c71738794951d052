"""Learning from before: shown by oneself, looked at by another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow.validate import Length, OneOf, Regexp

from services.kernel.base.problem import NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Listing, OptionalPageQuery, Slug, fill, not_blank, paged, paging, where
from services.members.dependencies import Dependencies
from services.members.domain.framework import ASPECTS, LEVELS
from services.members.domain.prior_learning import (
    ACCEPTED,
    DECLINED,
    PRIOR_LEARNING,
    WAITING,
    PriorLearning,
    ReviewPriorLearning,
    SubmitPriorLearning,
)
from services.members.frameworks import unit_that_counts
from services.members.iso import IsoTime
from services.members.views.prior_learning import SUBMISSIONS, SubmissionRow

routes = Routes()

RATE = "competence.rate"
LINK = r"https?://\S+\Z"


@dataclass(frozen=True)
class SubmissionBody:
    """A claimed level with its evidence: a certificate, a course, years of work; perhaps a link."""

    unit: Slug
    aspect: Annotated[str, OneOf(ASPECTS)]
    level: Annotated[int, OneOf(LEVELS)]
    evidence: Annotated[str, not_blank(2000), Described("what shows the competence")]
    link: Annotated[
        str | None, (Length(8, 500), Regexp(LINK)), Described("an address where the evidence can be seen")
    ] = None


@dataclass(frozen=True)
class ReviewBody:
    """``level`` is the level that was claimed unless given."""

    accepted: bool
    level: Annotated[
        int | None,
        OneOf(LEVELS),
        Described("the level that the reviewer gives, if it differs from the submitted level"),
    ] = None
    note: Annotated[str | None, not_blank(1000), Described("what the member is told about the review")] = None


@dataclass(frozen=True)
class SubmissionsQuery(OptionalPageQuery):
    """Submissions of a region, for people who rate there; the caller's own without a region."""

    region: Annotated[Slug | Unset, Described("the region; without it the caller's own evidence")] = UNSET
    state: Annotated[str | Unset, OneOf((WAITING, ACCEPTED, DECLINED)), Described("only evidence in this state")] = (
        UNSET
    )


@dataclass(frozen=True)
class SubmissionState:
    submission: str
    state: str


@dataclass(frozen=True)
class SubmissionAnswer(SubmissionState):
    """A submission; texts and name are null where they were erased."""

    person: str
    name: str | None
    unit: str
    aspect: str
    level: int
    evidence: str | None
    link: str | None
    note: str | None
    by: str | None
    at: IsoTime


class SubmissionList(Listing[SubmissionAnswer]):
    pass


@routes.post("/v1/prior-learning", statuses=(201, 401))
def submit_prior_learning(deps: Dependencies, request: Request[SubmissionBody]) -> Answer[SubmissionState]:
    """Submit evidence of a competence that the caller learned before.

    For every member. A person who may rate in the member's region then reviews the evidence.
    """
    person, body = request.actor.require_person(), request.body
    member = deps.member(person)
    if member is None:
        raise NotFound
    framework, unit = unit_that_counts(deps.commands, body.unit)
    sealed = deps.vault.seal_all(person, [("evidence", body.evidence.strip()), ("link", body.link)])
    command = SubmitPriorLearning(
        person=person,
        unit=unit.unit,
        area=unit.area,
        aspect=body.aspect,
        level=body.level,
        framework=framework.version,
        region=member.region,
        evidence=sealed["evidence"] or "",
        link=sealed["link"],
    )
    return _change_submission(request, request.new_id("prior"), command)


@routes.post("/v1/prior-learning/{submission}/review", statuses=(200, 403, 404, 422))
def review_prior_learning(deps: Dependencies, request: Request[ReviewBody]) -> Answer[SubmissionState]:
    """Accept or decline a member's evidence of prior learning.

    Needs ``competence.rate`` in the region where the member lives now. Accepting rates the member at the ``level``.
    Members cannot review their own evidence.
    """
    by, submission, body = request.actor.require_person(), request.path["submission"], request.body
    prior, _ = deps.commands.state(PRIOR_LEARNING, submission)
    if prior is None:
        raise NotFound
    person = prior.submitted.person
    member = deps.member(person)
    if member is None or not (by == person or request.actor.may(RATE, member.region)):
        raise NotFound
    request.actor.require(RATE, member.region)
    note = body.note and deps.vault.seal(person, body.note.strip())
    command = ReviewPriorLearning(by, member.region, body.accepted, body.level, note)
    return _change_submission(request, submission, command)


@routes.get("/v1/prior-learning", statuses=(200, 403))
def prior_learning(deps: Dependencies, request: Request[None, SubmissionsQuery]) -> Answer[SubmissionList]:
    """List the caller's own evidence of prior learning; with ``region``, the evidence of the region's members.

    Listing a region needs ``competence.rate`` there.
    """
    person, query = request.actor.require_person(), request.query
    wanted = where(region=query.region, state=query.state)
    if query.region is UNSET:
        wanted["person"] = person
    else:
        request.actor.require(RATE, query.region)
    page = deps.views.find(SUBMISSIONS, wanted, **paging(request))
    return paged(page, lambda row: submission_shown(deps, row), SubmissionList)


def _change_submission(
    request: Request[Any], submission: str, command: SubmitPriorLearning | ReviewPriorLearning
) -> Answer[SubmissionState]:
    def state_of(prior: PriorLearning | None, _events: object) -> SubmissionState:
        assert prior is not None  # the command submitted it, or needs a submission
        return SubmissionState(submission, prior.state)

    return request.outcome(PRIOR_LEARNING, submission, command, state_of)


def submission_shown(deps: Dependencies, row: SubmissionRow) -> SubmissionAnswer:
    evidence, link, note = (deps.vault.open(row.person, sealed) for sealed in (row.evidence, row.link, row.note))
    name, at = deps.name_of(row.person), row.at.isoformat()
    return fill(SubmissionAnswer, row, name=name, evidence=evidence, link=link, note=note, at=at)
