"""Evidence by people and by the library's own server, blockers, and whether the automation runs smoothly."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range

from services.kernel.base.problem import Malformed, NotFound, Unauthorized
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import up_to
from services.mentoring.api.case_access import CaseAccess, any_case, take_for_case, visible_case
from services.mentoring.api.case_presenter import CaseRef, WindowShown, probation_window
from services.mentoring.dependencies import Dependencies
from services.mentoring.domain.case import Mentorship, Note
from services.mentoring.domain.evidence import RecordBackup, RecordLoans
from services.mentoring.domain.probation import MEASURED, STATED
from services.mentoring.domain.smooth import (
    ClearBlocker,
    ConfirmSmooth,
    ProposeSmooth,
    RaiseBlocker,
    ReportRegression,
)
from services.mentoring.domain.weeks import monday_of, name_of, week_named
from services.mentoring.secret_deriver import digest

LOANS, BACKUP = "loans", "backup"
MAX_LOANS = 100_000
routes = Routes()


@dataclass(frozen=True)
class Evidence:
    """One week's loans, or one backup. With ``key`` the library's server measured the evidence; without, a person states it."""

    kind: Annotated[str, OneOf([LOANS, BACKUP])]
    week: Annotated[str | Unset, up_to(8), Described("the week of the loans, as in 2026-W05")] = UNSET
    count: Annotated[int | Unset, Range(0, MAX_LOANS), Described("the number of loans in the week")] = UNSET
    at: Annotated[datetime | Unset, Described("when the backup was made")] = UNSET
    ok: Annotated[bool | Unset, Described("whether the backup was made without an error")] = UNSET
    key: Annotated[str | None, up_to(200), Described("the evidence key of the library's server")] = None

    def __post_init__(self) -> None:
        if self.loans is None and self.backup is None:
            needed = {LOANS: "count and week", BACKUP: "at and ok"}[self.kind]
            raise ValidationError(f"Send {needed} for this kind.")

    @property
    def loans(self) -> tuple[str, int] | None:
        """The week and its count; None for a backup."""
        if self.kind != LOANS or self.week is UNSET or self.count is UNSET:
            return None
        return (self.week, self.count) if self.at is UNSET and self.ok is UNSET else None

    @property
    def backup(self) -> tuple[datetime, bool] | None:
        """When the backup was made, and whether without error; None for loans."""
        if self.kind != BACKUP or self.at is UNSET or self.ok is UNSET:
            return None
        return (self.at, self.ok) if self.week is UNSET and self.count is UNSET else None


@dataclass(frozen=True)
class Words:
    text: Annotated[str, up_to(2000)]


@dataclass(frozen=True)
class Reason:
    reason: Annotated[str, up_to(2000)]


@dataclass(frozen=True)
class EvidenceShown:
    mentorship: str
    kind: str
    week: str
    source: str
    window: WindowShown | None


@dataclass(frozen=True)
class BlockerShown:
    mentorship: str
    blocker: str
    open: bool


@dataclass(frozen=True)
class ProposalShown(CaseRef):
    proposed_by: str | None


@routes.post("/v1/mentorships/{mentorship}/evidence", statuses=(201, 401, 403, 404, 422))
def record_evidence(deps: Dependencies, request: Request[Evidence]) -> Answer[EvidenceShown]:
    """Record the number of loans in a week, or a backup, as evidence that the library's automation runs.

    A mentor or somebody who works at the library states it. The library's own server sends it with ``key`` and without
    a login; then it counts as measured.
    """
    body = request.body
    if body.key is not None:
        access, source, person = _case_of_server(deps, request, body.key), MEASURED, None
    else:
        access = visible_case(deps, request.path["mentorship"], request.actor)
        source, person = STATED, access.require(access.may_mentor or access.works_at_library)
    command: RecordLoans | RecordBackup
    if body.loans is not None:
        name, count = body.loans
        week = _week(name)
        command = RecordLoans(week, count, source, request.now, person)
    elif body.backup is not None:
        made, ok = body.backup
        week = monday_of(made)
        command = RecordBackup(made, ok, source, request.now, person)
    else:
        raise Malformed

    def evidence_of(case: Mentorship) -> EvidenceShown:
        return EvidenceShown(access.identity, body.kind, name_of(week), source, probation_window(case, request.now))

    return take_for_case(request, access.identity, command, evidence_of)


@routes.post("/v1/mentorships/{mentorship}/blockers", statuses=(201, 403, 404, 422))
def raise_blocker(deps: Dependencies, request: Request[Words]) -> Answer[BlockerShown]:
    """Record something that keeps a library from the next stage.

    For mentors, visitors of the region and people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = request.actor.require_person()
    blocker = request.new_id("blocker")
    note = Note(person, deps.vault.seal(person, request.body.text))
    return _take_for_blocker(request, access, RaiseBlocker(blocker, note, person))


@routes.post("/v1/mentorships/{mentorship}/blockers/{blocker}/clear", statuses=(200, 403, 404, 422))
def clear_blocker(deps: Dependencies, request: Request) -> Answer[BlockerShown]:
    """Record that a blocker is removed.

    For mentors and people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = access.require(access.may_mentor or access.works_at_library)
    return _take_for_blocker(request, access, ClearBlocker(request.path["blocker"], person))


@routes.post("/v1/mentorships/{mentorship}/smooth", statuses=(201, 403, 404, 422))
def propose_smooth(deps: Dependencies, request: Request) -> Answer[ProposalShown]:
    """Propose that the library's automation runs smoothly; somebody at the library then confirms.

    For the mentors of the library and callers with ``mentorships.lead`` in the region. Refused until the probation has
    enough evidence.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    return _take_for_smooth(request, access, ProposeSmooth(access.require(access.may_mentor), request.now))


@routes.post("/v1/mentorships/{mentorship}/smooth/confirmation", statuses=(201, 403, 404, 422))
def confirm_smooth(deps: Dependencies, request: Request) -> Answer[ProposalShown]:
    """Confirm the proposal that the library's automation runs smoothly, which ends the probation.

    For people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = access.require(access.works_at_library)
    return _take_for_smooth(request, access, ConfirmSmooth(person, request.now, leads=access.may_lead))


@routes.post("/v1/mentorships/{mentorship}/regression", statuses=(201, 403, 404, 422))
def report_regression(deps: Dependencies, request: Request[Reason]) -> Answer[ProposalShown]:
    """Report that the library's automation no longer runs smoothly: the probation begins again.

    For mentors and people who work at the library.
    """
    access = visible_case(deps, request.path["mentorship"], request.actor)
    person = access.require(access.may_mentor or access.works_at_library)
    reason = Note(person, deps.vault.seal(person, request.body.reason))
    return _take_for_smooth(request, access, ReportRegression(reason, person, request.now))


def _case_of_server(deps: Dependencies, request: Request[Any], key: str) -> CaseAccess:
    """The case of the server with this key. Raises ``Unauthorized``, also for a missing case, so a stranger learns nothing."""
    wrong = Unauthorized("This is not the key of this library's server.")
    try:
        access = any_case(deps, request.path["mentorship"], request.actor)
    except NotFound:
        raise wrong from None
    issued = access.case.evidence_key
    if issued is None or not hmac.compare_digest(digest(key), issued):
        raise wrong
    return access


def _week(name: str) -> date:
    try:
        return week_named(name)
    except ValueError:
        raise Malformed(errors={"week": ["Not a week: 2026-W14."]}) from None


def _take_for_blocker(
    request: Request[Any], access: CaseAccess, command: RaiseBlocker | ClearBlocker
) -> Answer[BlockerShown]:
    def blocker_of(case: Mentorship) -> BlockerShown:
        return BlockerShown(access.identity, command.blocker, command.blocker in case.blockers)

    return take_for_case(request, access.identity, command, blocker_of)


def _take_for_smooth(
    request: Request[Any], access: CaseAccess, command: ProposeSmooth | ConfirmSmooth | ReportRegression
) -> Answer[ProposalShown]:
    def proposal_of(case: Mentorship) -> ProposalShown:
        return ProposalShown(access.identity, access.library.id, case.stage, case.proposed_by)

    return take_for_case(request, access.identity, command, proposal_of)
