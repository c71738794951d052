"""What becomes of a consultation: answers, notes, holding, solving, reopening, passing on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, fields

from services.kernel.problem import Forbidden, NotFound
from services.kernel.route import Answer, Request, Route, recorded
from services.kernel.shapes import identity, line, number, time, truth
from services.mentoring.api.consultation_shown import ASKER, OWNER, Concerned, concerned, require_login
from services.mentoring.api.parts import LEAD, Parts
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
from services.mentoring.views.libraries import LIBRARIES, present_staff


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


Make = Callable[[Parts, Request, Concerned], ConsultationCommand]


def _acting(*roles: str, make: Make, status: int = 200) -> Callable[[Parts, Request], Answer]:
    """A handler that lets the ``roles`` give the command that ``make`` makes; none: whoever may read it."""

    def handle(parts: Parts, request: Request) -> Answer:
        require_login(request.actor)
        found = concerned(parts, request.actor, request.path["consultation"])
        if roles:
            found.require(*roles)
        return _taken(request, make(parts, request, found), status)

    return handle


def promote(parts: Parts, request: Request) -> Answer:
    require_login(request.actor)
    found = concerned(parts, request.actor, request.path["consultation"])
    found.require(OWNER)
    library = request.body["library"] or found.document.get("library")
    # Without a library the rule that asks for one answers.
    mentorship = _case(parts, request, found, library) if library else request.new_id("mentorship")
    command = Promote(mentorship, library, request.actor.id)
    return _taken(request, command, 201, mentorship=mentorship)


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


def _answer(parts: Parts, request: Request, _found: Concerned) -> GiveAnswer:
    by = request.actor.id
    return GiveAnswer(by, parts.vault.seal(by, request.body["text"]), request.body["public"])


def _publish(_parts: Parts, request: Request, _found: Concerned) -> PublishAnswer:
    text = request.path["number"]
    if not text.isdecimal() or len(text) > 4:
        raise NotFound
    return PublishAnswer(int(text))


def _note(parts: Parts, request: Request, _found: Concerned) -> TakeNote:
    by = request.actor.id
    return TakeNote(by, parts.vault.seal(by, request.body["text"]))


def _hold(parts: Parts, request: Request, _found: Concerned) -> Hold:
    return Hold(request.body["until"], request.now, parts.rules(request.now))


def _resolve(_parts: Parts, request: Request, found: Concerned) -> Resolve:
    return Resolve(request.actor.id, found.role == ASKER, request.body["rating"])


def _reopen(parts: Parts, request: Request, found: Concerned) -> Reopen:
    reason = request.body["reason"] and parts.vault.seal(found.document["asker"], request.body["reason"])
    return Reopen(found.role == ASKER, reason, request.now, parts.rules(request.now))


def _assign(parts: Parts, request: Request, found: Concerned) -> AssignByHand:
    person = request.body["owner"]
    return AssignByHand(person, parts.answers_in(person, found.document["region"]))


def _share(parts: Parts, request: Request, _found: Concerned) -> ShareTrouble:
    return ShareTrouble(request.actor.id, parts.ids(request.actor))


def _taken(request: Request, command: ConsultationCommand, status: int, **further: str) -> Answer:
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


def _route(
    path: str,
    handler: Callable[[Parts, Request], Answer],
    name: str,
    summary: str,
    *,
    status: int = 200,
    body: Schema | None = None,
) -> Route:
    return Route(
        "POST",
        f"/v1/consultations/{{consultation}}/{path}",
        handler,
        name,
        summary,
        body=body,
        answer=PromotedState() if handler is promote else ConsultationState(),
        statuses=(status, 401, 403, 404, 422),
    )


_ANSWER = _acting(OWNER, make=_answer, status=201)
_PUBLISH = _acting(OWNER, make=_publish)
_NOTE = _acting(OWNER, make=_note, status=201)
_RESOLVE = _acting(ASKER, OWNER, make=_resolve)
_REOPEN = _acting(ASKER, OWNER, make=_reopen)
_SHARE = _acting(make=_share, status=201)

ROUTES = (
    _route("answers", _ANSWER, "answer-consultation", "Answer", status=201, body=NewAnswer()),
    _route("answers/{number}/publication", _PUBLISH, "publish-answer", "Let others read an answer"),
    _route("notes", _NOTE, "note-consultation", "Note for those who answer", status=201, body=NewNote()),
    _route(
        "hold", _acting(OWNER, make=_hold), "hold-consultation", "It can only go on at a later date", body=Holding()
    ),
    _route("resolution", _RESOLVE, "resolve-consultation", "It is solved; the asker may rate it", body=Resolution()),
    _route("reopening", _REOPEN, "reopen-consultation", "It is not solved after all", body=Reopening()),
    _route(
        "assignment", _acting(OWNER, make=_assign), "assign-consultation", "Give it to somebody else", body=Assignment()
    ),
    _route("me-too", _SHARE, "share-consultation", "I have the same trouble", status=201),
    _route("promotion", promote, "promote-consultation", "Accompany the library", status=201, body=Promotion()),
)
