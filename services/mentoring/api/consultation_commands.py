"""What people do with a consultation after it was asked: answer, note, hold, solve, reopen, assign, share, promote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from marshmallow.validate import Range

from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity, up_to
from services.mentoring.api.case_access import current_case_in_region
from services.mentoring.api.consultations import (
    ASKER,
    OWNER,
    CallersConsultation,
    readable_consultation,
    require_login,
)
from services.mentoring.dependencies import LEAD, Dependencies
from services.mentoring.domain.case import OPEN
from services.mentoring.domain.consultation import CONSULTATION, HIGHEST, LOWEST, Consultation
from services.mentoring.domain.consultation_messages import (
    AssignByHand,
    ConsultationCommand,
    GiveAnswer,
    Hold,
    Promote,
    PublishAnswer,
    Reopen,
    Resolve,
    ShareTrouble,
    TakeNote,
)
from services.mentoring.domain.mentorship import MENTORSHIP

MAX_NUMBER_DIGITS = 4
"""Digits of an answer's number in a path."""
routes = Routes()


@dataclass(frozen=True)
class NewAnswer:
    text: Annotated[str, up_to(8000)]
    public: bool = False


@dataclass(frozen=True)
class NewNote:
    text: Annotated[str, up_to(4000)]


@dataclass(frozen=True)
class Holding:
    until: Annotated[datetime, Described("the date until which nothing is due")]


@dataclass(frozen=True)
class Resolution:
    rating: Annotated[int | None, Range(LOWEST, HIGHEST), Described("the asker's rating of the answer")] = None


@dataclass(frozen=True)
class Reopening:
    reason: Annotated[str, up_to(4000)] | None = None


@dataclass(frozen=True)
class Assignment:
    owner: Annotated[Identity, Described("the person who owns the consultation from now on")]


@dataclass(frozen=True)
class Promotion:
    library: Annotated[Identity | None, Described("the library to accompany; the consultation's own if left out")] = (
        None
    )


@dataclass(frozen=True)
class ConsultationState:
    consultation: str
    state: str
    owner: str | None
    due: str | None
    answers: int
    me_too: int
    rating: int | None


@dataclass(frozen=True)
class PromotedState(ConsultationState):
    mentorship: str


@routes.post("/v1/consultations/{consultation}/answers", statuses=(201, 401, 403, 404, 422))
def answer_consultation(deps: Dependencies, request: Request[NewAnswer]) -> Answer[ConsultationState]:
    """Answer a consultation, publicly or only for the asker.

    For the owner of the consultation, and for callers with ``consultations.answer`` in its region. The text is sent to
    the asker; a public answer can also be read by everybody.
    """
    _require_role(deps, request, OWNER)
    by, body = request.actor.id, request.body
    return _take(request, GiveAnswer(by, deps.vault.seal(by, body.text), body.public))


@routes.post(
    "/v1/consultations/{consultation}/answers/{number}/publication",
    statuses=(200, 401, 403, 404, 422),
)
def publish_answer(deps: Dependencies, request: Request) -> Answer[ConsultationState]:
    """Publish an answer, so that everybody can read it.

    For the owner of the consultation, and for callers with ``consultations.answer`` in its region. ``number`` counts
    the answers from 1.
    """
    _require_role(deps, request, OWNER)
    text = request.path["number"]
    if not text.isdecimal() or len(text) > MAX_NUMBER_DIGITS:
        raise NotFound
    return _take(request, PublishAnswer(int(text)))


@routes.post("/v1/consultations/{consultation}/notes", statuses=(201, 401, 403, 404, 422))
def note_consultation(deps: Dependencies, request: Request[NewNote]) -> Answer[ConsultationState]:
    """Add an internal note, which only those who answer in the region can read.

    For the owner of the consultation, and for callers with ``consultations.answer`` in its region.
    """
    _require_role(deps, request, OWNER)
    by = request.actor.id
    return _take(request, TakeNote(by, deps.vault.seal(by, request.body.text)))


@routes.post("/v1/consultations/{consultation}/hold", statuses=(200, 401, 403, 404, 422))
def hold_consultation(deps: Dependencies, request: Request[Holding]) -> Answer[ConsultationState]:
    """Put a consultation on hold until a date.

    For the owner of the consultation, and for callers with ``consultations.answer`` in its region. Until then no answer
    is overdue.
    """
    _require_role(deps, request, OWNER)
    return _take(request, Hold(request.body.until, request.now, deps.rules(request.now)))


@routes.post("/v1/consultations/{consultation}/resolution", statuses=(200, 401, 403, 404, 422))
def resolve_consultation(deps: Dependencies, request: Request[Resolution]) -> Answer[ConsultationState]:
    """Mark a consultation as solved; the asker may add a rating.

    For the asker, the owner, and callers with ``consultations.answer`` in the region.
    """
    found = _require_role(deps, request, ASKER, OWNER)
    return _take(request, Resolve(request.actor.id, found.role == ASKER, request.body.rating))


@routes.post("/v1/consultations/{consultation}/reopening", statuses=(200, 401, 403, 404, 422))
def reopen_consultation(deps: Dependencies, request: Request[Reopening]) -> Answer[ConsultationState]:
    """Reopen a solved consultation, because the problem is not solved after all.

    For the asker, the owner, and callers with ``consultations.answer`` in the region. An answer is due again.
    """
    found = _require_role(deps, request, ASKER, OWNER)
    reason = request.body.reason and deps.vault.seal(found.row.asker, request.body.reason)
    return _take(request, Reopen(found.role == ASKER, reason, request.now, deps.rules(request.now)))


@routes.post("/v1/consultations/{consultation}/assignment", statuses=(200, 401, 403, 404, 422))
def assign_consultation(deps: Dependencies, request: Request[Assignment]) -> Answer[ConsultationState]:
    """Assign a consultation to another owner, who may answer in the region.

    For the owner of the consultation, and for callers with ``consultations.answer`` in its region.
    """
    found = _require_role(deps, request, OWNER)
    person = request.body.owner
    return _take(request, AssignByHand(person, deps.answers_in(person, found.row.region)))


@routes.post("/v1/consultations/{consultation}/me-too", statuses=(201, 401, 403, 404, 422))
def share_consultation(deps: Dependencies, request: Request) -> Answer[ConsultationState]:
    """Say that the caller has the same problem as the asker of a consultation.

    For everybody with a login who can read the consultation.
    """
    _readable(deps, request)
    return _take(request, ShareTrouble(request.actor.id, deps.ids(request.actor)))


@routes.post("/v1/consultations/{consultation}/promotion", statuses=(201, 401, 403, 404, 422))
def promote_consultation(deps: Dependencies, request: Request[Promotion]) -> Answer[PromotedState]:
    """Open a mentorship for the asker's library, or connect the consultation to the library's open mentorship.

    For the owner of the consultation, and for callers with ``consultations.answer`` in its region. A new mentorship
    needs the wish of the library's own staff, or ``mentorships.lead`` in the region.
    """
    found = _require_role(deps, request, OWNER)
    library = request.body.library or found.row.library
    # Without a library ``decide`` refuses the promotion, and the id names no case.
    mentorship = _case_for(deps, request, found, library) if library else request.new_id("mentorship")
    consultation, command = request.path["consultation"], Promote(mentorship, library, request.actor.id)

    def state_of(after: Consultation | None, _events: object) -> PromotedState:
        return PromotedState(**vars(_state_of(consultation, after)), mentorship=mentorship)

    return request.outcome(CONSULTATION, consultation, command, state_of)


def _readable(deps: Dependencies, request: Request[Any]) -> CallersConsultation:
    """The consultation of the path. Raises ``Unauthorized`` and ``NotFound``."""
    require_login(request.actor)
    return readable_consultation(deps, request.actor, request.path["consultation"])


def _require_role(deps: Dependencies, request: Request[Any], *roles: str) -> CallersConsultation:
    """The consultation of the path for a caller in one of the roles. Raises ``Unauthorized``, ``NotFound``, ``Forbidden``."""
    found = _readable(deps, request)
    found.require(*roles)
    return found


def _case_for(deps: Dependencies, request: Request[Any], found: CallersConsultation, library: str) -> str:
    """The library's case. A case may be opened on the wish of the library's staff, or by a regional coordinator. An asker from
    elsewhere who only named the library is no staff.
    Raises ``Forbidden``.
    """
    region = found.row.region
    mentorship = current_case_in_region(deps, library, region)
    case, _ = deps.commands.state(MENTORSHIP, mentorship)
    accompanied = case is not None and case.state == OPEN
    wished = deps.person_of(found.row.asker) in deps.library(library).present_staff
    if not (accompanied or wished or request.actor.may(LEAD, region)):
        raise Forbidden(permission=LEAD, region=region)
    return mentorship


def _take(request: Request[Any], command: ConsultationCommand) -> Answer[ConsultationState]:
    consultation = request.path["consultation"]
    return request.outcome(CONSULTATION, consultation, command, lambda after, _: _state_of(consultation, after))


def _state_of(identity: str, after: Consultation | None) -> ConsultationState:
    assert after is not None  # the command was taken, so somebody asked
    return ConsultationState(
        consultation=identity,
        state=after.state,
        owner=after.owner.person,
        due=after.due.isoformat() if after.due else None,
        answers=after.answers,
        me_too=len(after.sharers),
        rating=after.rating,
    )
