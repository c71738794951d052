"""Ask, list and show consultations. A question has an owner at once; asker and answerers read the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from marshmallow.validate import OneOf

from services.kernel.base.problem import Forbidden, Malformed, NotFound, Unauthorized
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import UNSET, Described, Unset
from services.kernel.declare.shapes import Identity, Line, Listing, PageQuery, fill, paged, paging, up_to, where
from services.mentoring.dependencies import ANSWER, Dependencies
from services.mentoring.domain.consultation import ANSWERED, CONSULTATION, OPEN, PROMOTED, RESOLVED, Consultation
from services.mentoring.domain.consultation_messages import Ask
from services.mentoring.views.consultations import CONSULTATIONS, AnswerRow, ConsultationRow, RemarkRow
from services.mentoring.views.participants import PARTICIPANTS

WAYS = ("web", "chat", "phone", "workshop")
ASKER, OWNER, ANSWERER = "asker", "owner", "answerer"
routes = Routes()


@dataclass(frozen=True)
class NewConsultation:
    region: Identity
    title: Line
    library: Annotated[Identity | None, Described("the registered library that it is about")] = None
    library_name: Annotated[Line | None, Described("the name of a library that is not registered")] = None
    details: Annotated[str, up_to(4000)] | None = None
    how: Annotated[str, OneOf(WAYS), Described("how the question came")] = "web"
    guest: Annotated[
        Identity | None,
        Described("who asks and is nobody's member; made by the gateway, or by who notes a call"),
    ] = None


@dataclass(frozen=True)
class ConsultationRef:
    consultation: str
    asker: str
    owner: Annotated[str | None, Described("null: nobody holds an office yet; the board has it")]
    why: Annotated[str, Described("region, stand-in or board")]
    due: str


@dataclass(frozen=True)
class ConsultationFilter(PageQuery):
    region: Annotated[Identity | Unset, Described("only consultations of this region")] = UNSET
    state: Annotated[
        str | Unset, OneOf([OPEN, ANSWERED, RESOLVED, PROMOTED]), Described("only consultations in this state")
    ] = UNSET
    owner: Annotated[str | Unset, OneOf(["me"]), Described("me: only consultations that the caller owns")] = UNSET
    asker: Annotated[str | Unset, OneOf(["me"]), Described("me: only consultations that the caller asked")] = UNSET


@dataclass(frozen=True)
class AnswerShown:
    number: int
    text: Annotated[str | None, Described("null where its author is erased")]
    by: Annotated[str | None, Described("who answered; null for those not concerned")]
    public: bool
    at: str


@dataclass(frozen=True)
class RemarkShown:
    by: str
    text: str | None
    at: str


@dataclass(frozen=True, kw_only=True)
class ConsultationShown:
    """Everything from ``details`` on is null or empty for a caller without a role."""

    consultation: str
    title: str
    region: str
    state: Annotated[str, Described("open, answered, resolved or promoted")]
    asked_at: str
    answers: tuple[AnswerShown, ...]
    me_too: int
    shares: Annotated[bool, Described("whether the caller has the same trouble")]
    public: bool
    role: Annotated[str | None, Described("asker, owner, answerer, or null")]
    details: str | None = None
    asker: str | None = None
    library: str | None = None
    library_name: str | None = None
    how: str | None = None
    owner: Annotated[str | None, Described("null while the board's desk has it")] = None
    why: str | None = None
    due: str | None = None
    held_until: str | None = None
    missed: bool | None = None
    escalated: bool | None = None
    rating: int | None = None
    rounds: int | None = None
    reasons: tuple[RemarkShown, ...] = ()
    notes: Annotated[tuple[RemarkShown, ...], Described("for those who answer alone")] = ()
    mentorship: str | None = None


@dataclass(frozen=True)
class CallersConsultation:
    """A consultation and the caller's role. ``role`` None: the caller reads the public part alone. ``answers``: the caller owns the
    consultation or may answer in the region.
    """

    row: ConsultationRow
    role: str | None
    answers: bool

    def require(self, *roles: str) -> None:
        """Raises ``Forbidden`` for a caller in none of the roles. A caller who may answer may do what the owner may."""
        if self.role not in roles and not (self.answers and OWNER in roles):
            raise Forbidden(permission=ANSWER, region=self.row.region)


def readable_consultation(deps: Dependencies, actor: Actor, consultation: str) -> CallersConsultation:
    """The consultation for this caller. Raises ``NotFound`` where the caller may know of none."""
    row = deps.views.get(CONSULTATIONS, consultation)
    if row is None:
        raise NotFound
    found = callers_consultation(actor, row, deps.ids(actor))
    if found.role is None and not row.public:
        raise NotFound
    return found


def callers_consultation(actor: Actor, row: ConsultationRow, ids: frozenset[str]) -> CallersConsultation:
    """The caller's role in a consultation, by the caller's ids."""
    owns = actor.kind == "person" and row.owner == actor.id
    answers = owns or actor.may(ANSWER, row.region)
    if row.asker in ids:
        return CallersConsultation(row, ASKER, answers)
    return CallersConsultation(row, OWNER if owns else ANSWERER if answers else None, answers)


def require_login(actor: Actor) -> None:
    """Raises ``Unauthorized`` for an anonymous actor."""
    if actor.kind == "anonymous":
        raise Unauthorized


@routes.post("/v1/consultations", statuses=(201, 401, 403))
def ask_consultation(deps: Dependencies, request: Request[NewConsultation]) -> Answer[ConsultationRef]:
    """Ask a question; an owner is assigned at once and named in the answer, with the date when an answer is due.

    For members. For a guest the gateway asks (``POST /v1/ask``).
    """
    body = request.body
    deps.require_region(body.region)
    _require_same_region(deps, body.library, body.region)
    asker = _asker(deps, request.actor, body.guest, body.region)
    command = Ask(
        asker=asker,
        region=body.region,
        title=body.title,
        library=body.library,
        library_name=body.library_name,
        details=body.details and deps.vault.seal(asker, body.details),
        how=body.how,
        owner=deps.owner_for(body.region),
        at=request.now,
        rules=deps.rules(request.now),
    )
    consultation = request.new_id("consultation")

    def ref_of(asked: Consultation | None, _events: object) -> ConsultationRef:
        assert asked is not None
        assert asked.due is not None  # an answer is awaited from the asking on
        return ConsultationRef(consultation, asker, asked.owner.person, asked.owner.why, asked.due.isoformat())

    location = f"/v1/consultations/{consultation}"
    return request.outcome(CONSULTATION, consultation, command, ref_of, location=location)


@routes.get("/v1/consultations", statuses=(200, 401))
def list_consultations(
    deps: Dependencies, request: Request[None, ConsultationFilter]
) -> Answer[Listing[ConsultationShown]]:
    """List consultations: those the caller asked, owns or may answer; otherwise those with public answers.

    ``asker`` and ``owner`` select the caller's own. All of a region's are listed for callers with
    ``consultations.answer`` there.
    """
    query, actor = request.query, request.actor
    wanted: dict[str, Any] = where(region=query.region, state=query.state)
    ids = deps.ids(actor)
    sort, descending = "asked_at", True
    if query.owner:
        wanted["owner"] = actor.require_person()
        sort, descending = "due", False
    if query.asker:
        actor.require_person()
        wanted["asker"] = {"$in": sorted(ids)}
    if not (query.owner or query.asker or actor.may(ANSWER, query.region or None)):
        wanted["public"] = True
    page = deps.views.find(CONSULTATIONS, wanted, sort=sort, descending=descending, **paging(request))
    return paged(page, lambda row: _consultation_shown(deps, callers_consultation(actor, row, ids), ids))


@routes.get("/v1/consultations/{consultation}", statuses=(200, 404))
def show_consultation(deps: Dependencies, request: Request) -> Answer[ConsultationShown]:
    """Show one consultation: all of it to the asker and those who answer, otherwise its public answers.

    A consultation without public answers is shown only to the asker and those who answer; others get 404.
    """
    found = readable_consultation(deps, request.actor, request.path["consultation"])
    return Answer(_consultation_shown(deps, found, deps.ids(request.actor)), version=found.row.version)


def _consultation_shown(deps: Dependencies, found: CallersConsultation, ids: frozenset[str]) -> ConsultationShown:
    row, shares = found.row, not ids.isdisjoint(found.row.sharers)
    notes = _remarks_shown(deps, row.notes) if found.answers else ()
    if found.role is None:
        return ConsultationShown(
            consultation=row.consultation,
            title=row.title,
            region=row.region,
            state=row.state,
            asked_at=row.asked_at,
            answers=_answers_shown(deps, [answer for answer in row.answers if answer.public], concerned=False),
            me_too=row.me_too,
            shares=shares,
            public=row.public,
            role=None,
        )
    return fill(
        ConsultationShown,
        row,
        answers=_answers_shown(deps, row.answers, concerned=True),
        shares=shares,
        role=found.role,
        details=deps.vault.open(row.details.person, row.details.sealed),
        reasons=_remarks_shown(deps, row.reasons),
        notes=notes,
    )


def _answers_shown(deps: Dependencies, answers: Sequence[AnswerRow], *, concerned: bool) -> tuple[AnswerShown, ...]:
    return tuple(
        fill(AnswerShown, answer, text=deps.vault.open(answer.by, answer.text), by=answer.by if concerned else None)
        for answer in answers
    )


def _remarks_shown(deps: Dependencies, remarks: Sequence[RemarkRow]) -> tuple[RemarkShown, ...]:
    return tuple(fill(RemarkShown, remark, text=deps.vault.open(remark.by, remark.text)) for remark in remarks)


def _asker(deps: Dependencies, actor: Actor, guest: str | None, region: str) -> str:
    if guest is None:
        return actor.require_person()
    # A person who may answer in the region may record a guest's call. An anonymous caller has only the id that the gateway
    # signed.
    if actor.kind == "person" and not actor.may(ANSWER, region):
        raise Forbidden(permission=ANSWER, region=region)
    if actor.kind == "anonymous" and actor.id != guest:
        raise Unauthorized
    if deps.views.get(PARTICIPANTS, guest) is not None:
        raise Malformed(errors={"guest": ["This id belongs to somebody already."]})
    return guest


def _require_same_region(deps: Dependencies, library: str | None, region: str) -> None:
    if library is not None and deps.library(library).region not in {None, region}:
        raise Malformed(errors={"library": ["This library is in another region."]})
