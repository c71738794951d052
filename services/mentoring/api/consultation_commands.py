"""What becomes of a consultation: answers, notes, holding, solving, reopening, passing on."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.kernel.base.problem import Forbidden, NotFound
from services.kernel.declare.route import Answer, Request, Routes, recorded
from services.kernel.declare.shapes import identity, line, number, time, truth
from services.mentoring.api.consultation_shown import ASKER, OWNER, Concerned, concerned, require_login
from services.mentoring.api.standing import case_in
from services.mentoring.domain.case import OPEN
from services.mentoring.domain.consultation import CONSULTATION, HIGHEST, LOWEST
from services.mentoring.domain.consultation_acts import (
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
from services.mentoring.domain.standing import Standing
from services.mentoring.parts import LEAD, Parts
from services.mentoring.views.libraries import LIBRARIES, present_staff

routes = Routes()


class NewAnswer(Schema):
    text = line(longest=8000)
    public = truth(required=False, load_default=False)


class NewNote(Schema):
    text = line(longest=4000)


class Holding(Schema):
    until = time()


class Resolution(Schema):
    rating = number(LOWEST, HIGHEST, required=False, load_default=None, allow_none=True)


class Reopening(Schema):
    reason = line(required=False, longest=4000, load_default=None, allow_none=True)


class Assignment(Schema):
    owner = identity()


class Promotion(Schema):
    library = identity(required=False, load_default=None, allow_none=True)


class ConsultationState(Schema):
    consultation = fields.String()
    state = fields.String()
    owner = fields.String(allow_none=True)
    due = fields.String(allow_none=True)
    answers = fields.Integer()
    me_too = fields.Integer()
    rating = fields.Integer(allow_none=True)


class PromotedState(ConsultationState):
    mentorship = fields.String()


@routes.post(
    "/v1/consultations/{consultation}/answers",
    body=NewAnswer(),
    answer=ConsultationState(),
    statuses=(201, 401, 403, 404, 422),
)
def answer_consultation(parts: Parts, request: Request) -> Answer:
    """Answer."""
    _acted_on(parts, request, OWNER)
    by = request.actor.id
    return _taken(request, GiveAnswer(by, parts.vault.seal(by, request.body["text"]), request.body["public"]), 201)


@routes.post(
    "/v1/consultations/{consultation}/answers/{number}/publication",
    answer=ConsultationState(),
    statuses=(200, 401, 403, 404, 422),
)
def publish_answer(parts: Parts, request: Request) -> Answer:
    """Let others read an answer."""
    _acted_on(parts, request, OWNER)
    text = request.path["number"]
    if not text.isdecimal() or len(text) > 4:
        raise NotFound
    return _taken(request, PublishAnswer(int(text)))


@routes.post(
    "/v1/consultations/{consultation}/notes",
    body=NewNote(),
    answer=ConsultationState(),
    statuses=(201, 401, 403, 404, 422),
)
def note_consultation(parts: Parts, request: Request) -> Answer:
    """Note for those who answer."""
    _acted_on(parts, request, OWNER)
    by = request.actor.id
    return _taken(request, TakeNote(by, parts.vault.seal(by, request.body["text"])), 201)


@routes.post(
    "/v1/consultations/{consultation}/hold",
    body=Holding(),
    answer=ConsultationState(),
    statuses=(200, 401, 403, 404, 422),
)
def hold_consultation(parts: Parts, request: Request) -> Answer:
    """It can only go on at a later date."""
    _acted_on(parts, request, OWNER)
    return _taken(request, Hold(request.body["until"], request.now, parts.rules(request.now)))


@routes.post(
    "/v1/consultations/{consultation}/resolution",
    body=Resolution(),
    answer=ConsultationState(),
    statuses=(200, 401, 403, 404, 422),
)
def resolve_consultation(parts: Parts, request: Request) -> Answer:
    """It is solved; the asker may rate it."""
    found = _acted_on(parts, request, ASKER, OWNER)
    return _taken(request, Resolve(request.actor.id, found.role == ASKER, request.body["rating"]))


@routes.post(
    "/v1/consultations/{consultation}/reopening",
    body=Reopening(),
    answer=ConsultationState(),
    statuses=(200, 401, 403, 404, 422),
)
def reopen_consultation(parts: Parts, request: Request) -> Answer:
    """It is not solved after all."""
    found = _acted_on(parts, request, ASKER, OWNER)
    reason = request.body["reason"] and parts.vault.seal(found.document["asker"], request.body["reason"])
    return _taken(request, Reopen(found.role == ASKER, reason, request.now, parts.rules(request.now)))


@routes.post(
    "/v1/consultations/{consultation}/assignment",
    body=Assignment(),
    answer=ConsultationState(),
    statuses=(200, 401, 403, 404, 422),
)
def assign_consultation(parts: Parts, request: Request) -> Answer:
    """Give it to somebody else."""
    found = _acted_on(parts, request, OWNER)
    person = request.body["owner"]
    return _taken(request, AssignByHand(person, parts.answers_in(person, found.document["region"])))


@routes.post("/v1/consultations/{consultation}/me-too", answer=ConsultationState(), statuses=(201, 401, 403, 404, 422))
def share_consultation(parts: Parts, request: Request) -> Answer:
    """I have the same trouble."""
    _acted_on(parts, request)
    return _taken(request, ShareTrouble(request.actor.id, parts.ids(request.actor)), 201)


@routes.post(
    "/v1/consultations/{consultation}/promotion",
    body=Promotion(),
    answer=PromotedState(),
    statuses=(201, 401, 403, 404, 422),
)
def promote_consultation(parts: Parts, request: Request) -> Answer:
    """Accompany the library."""
    found = _acted_on(parts, request, OWNER)
    library = request.body["library"] or found.document.get("library")
    # Without a library the rule that asks for one answers.
    mentorship = _case(parts, request, found, library) if library else request.new_id("mentorship")
    command = Promote(mentorship, library, request.actor.id)
    return _taken(request, command, 201, mentorship=mentorship)


def _acted_on(parts: Parts, request: Request, *roles: str) -> Concerned:
    """The consultation of the path, for somebody in one of the ``roles``; without roles, for everybody who may read it.

    Raises ``Unauthorized``, ``NotFound``, ``Forbidden``.
    """
    require_login(request.actor)
    found = concerned(parts, request.actor, request.path["consultation"])
    if roles:
        found.require(*roles)
    return found


def _case(parts: Parts, request: Request, found: Concerned, library: str) -> str:
    """The library's case. One that is not open yet is opened as it is elsewhere: on the wish of somebody who works there, or
    by who leads in the region; that whoever asked named a library makes it nobody's wish. Raises ``Forbidden``.
    """
    region = found.document["region"]
    mentorship = case_in(parts, library, region)
    accompanied = parts.commands.state(MENTORSHIP, mentorship)[0].state == OPEN
    wished = parts.person_of(found.document["asker"]) in present_staff(parts.views.get(LIBRARIES, library))
    if not (accompanied or wished or request.actor.may(LEAD, region)):
        raise Forbidden(permission=LEAD, region=region)
    return mentorship


def _taken(request: Request, command: ConsultationCommand, status: int = 200, **further: str) -> Answer:
    consultation = request.path["consultation"]

    def answer(standing: Standing, _events: object) -> dict[str, Any]:
        return {
            "consultation": consultation,
            "state": standing.state,
            "owner": standing.owner.person,
            "due": standing.due and standing.due.isoformat(),
            "answers": standing.answers,
            "me_too": len(standing.sharers),
            "rating": standing.rating,
            **further,
        }

    return recorded(request.take(CONSULTATION, consultation, command, answer=answer), status)
