"""Questions at a lecture: ask, put oneself off and on, join, pick, hide, answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from services.events.api.lectures import led, may_lead
from services.events.api.parts import Parts, Standing
from services.events.domain.lecture import Lecture
from services.events.domain.plan import SPEAKER
from services.events.domain.question import (
    ANSWERED,
    MERGED,
    NEXT,
    QUESTIONS,
    WAITING,
    AnswerQuestion,
    AskQuestion,
    HideQuestion,
    MergeQuestion,
    PickQuestion,
    QuestionCommand,
    Questions,
    RejoinQueue,
    WithdrawQuestion,
)
from services.events.views.questions import QUESTION_LISTS, behind
from services.kernel.policy import Actor
from services.kernel.problem import Forbidden, Malformed, NotFound
from services.kernel.route import Answer, Request, Routes, recorded
from services.kernel.shapes import identity, line

routes = Routes()

LONGEST = 2000
IN_THE_LINE = (WAITING, NEXT, MERGED)
"""What everybody reads while the lecture is held; afterwards only what was answered."""


class NewQuestion(Schema):
    text = line(longest=LONGEST)


class Into(Schema):
    into = identity()


class NewAnswer(Schema):
    """``speaker``: whose answer it is, where somebody else writes it down. The only one, unless named."""

    text = line(longest=4 * LONGEST)
    speaker = identity(required=False, load_default=None)


class QuestionState(Schema):
    activity = fields.String()
    question = fields.String()
    state = fields.String()
    place = fields.Integer(allow_none=True)


class AnswerShown(Schema):
    text = fields.String(allow_none=True, metadata={"description": "null where it was erased"})
    at = fields.String()


class QuestionShown(Schema):
    question = fields.String()
    text = fields.String(allow_none=True, metadata={"description": "null where it was erased"})
    state = fields.String()
    at = fields.String()
    place = fields.Integer(allow_none=True)
    into = fields.String(allow_none=True)
    merged = fields.Integer()
    mine = fields.Boolean()
    asker = fields.String(allow_none=True, metadata={"description": "for those who lead it"})
    answer = fields.Nested(AnswerShown, allow_none=True)


class QuestionList(Schema):
    items = fields.List(fields.Nested(QuestionShown))
    next = fields.String(allow_none=True)


def lecture(parts: Parts, identity_: str, actor: Actor) -> tuple[Standing, Lecture]:
    """The lecture as it stands. Raises ``NotFound`` for any other kind of activity, and for one not public yet."""
    standing = parts.activity(identity_, actor)
    if not isinstance(standing.activity, Lecture):
        raise NotFound
    return standing, standing.activity


@routes.post(
    "/v1/activities/{activity}/questions", body=NewQuestion(), answer=QuestionState(), statuses=(201, 404, 422)
)
def ask_question(parts: Parts, request: Request) -> Answer:
    """Ask something at a lecture."""
    standing, held = lecture(parts, request.path["activity"], request.actor)
    return asked(parts, request, standing.identity, held, request.actor.require_person())


def asked(parts: Parts, request: Request, activity: str, held: Lecture, asker: str) -> Answer:
    """Put the question of the request's body into the line, for a person or for a guest."""
    question = request.new_id("question")
    return _taken(request, activity, AskQuestion(question, asker, _sealed(parts, asker, request), held.running), 201)


@routes.post(
    "/v1/activities/{activity}/questions/{question}/withdraw", answer=QuestionState(), statuses=(200, 403, 404, 422)
)
def withdraw_question(parts: Parts, request: Request) -> Answer:
    """Put one's own question off."""
    activity, _ = _ones_own(parts, request)
    return _taken(request, activity, WithdrawQuestion(request.path["question"]))


@routes.post(
    "/v1/activities/{activity}/questions/{question}/rejoin", answer=QuestionState(), statuses=(200, 403, 404, 422)
)
def rejoin_question(parts: Parts, request: Request) -> Answer:
    """Put it on again, at the end of the line."""
    activity, held = _ones_own(parts, request)
    return _taken(request, activity, RejoinQueue(request.path["question"], held.running))


@routes.post(
    "/v1/activities/{activity}/questions/{question}/merge",
    body=Into(),
    answer=QuestionState(),
    statuses=(200, 403, 404, 422),
)
def merge_question(parts: Parts, request: Request) -> Answer:
    """It asks the same as another."""
    standing = led(parts, request.path["activity"], request.actor, by_speakers=True)
    return _taken(request, standing.identity, MergeQuestion(request.path["question"], request.body["into"]))


@routes.post(
    "/v1/activities/{activity}/questions/{question}/pick", answer=QuestionState(), statuses=(200, 403, 404, 422)
)
def pick_question(parts: Parts, request: Request) -> Answer:
    """It is answered next."""
    standing = led(parts, request.path["activity"], request.actor, by_speakers=True)
    return _taken(request, standing.identity, PickQuestion(request.path["question"]))


@routes.post(
    "/v1/activities/{activity}/questions/{question}/hide", answer=QuestionState(), statuses=(200, 403, 404, 422)
)
def hide_question(parts: Parts, request: Request) -> Answer:
    """It does not belong to the lecture."""
    standing = led(parts, request.path["activity"], request.actor)
    return _taken(request, standing.identity, HideQuestion(request.path["question"]))


@routes.post(
    "/v1/activities/{activity}/questions/{question}/answer",
    body=NewAnswer(),
    answer=QuestionState(),
    statuses=(200, 403, 404, 422),
)
def answer_question(parts: Parts, request: Request) -> Answer:
    """What was answered."""
    standing = led(parts, request.path["activity"], request.actor, by_speakers=True)
    speaking = [each.person for each in standing.activity.speakers if each.role == SPEAKER]
    named = request.body["speaker"] or (request.actor.id if request.actor.id in speaking else None)
    speaker = named or (speaking[0] if len(speaking) == 1 else None)
    if speaker not in speaking:
        raise Malformed(errors={"speaker": ["Name the speaker whose answer it is."]})
    command = AnswerQuestion(request.path["question"], speaker, _sealed(parts, speaker, request))
    return _taken(request, standing.identity, command)


@routes.get("/v1/activities/{activity}/questions", answer=QuestionList(), statuses=(200, 404))
def list_questions(parts: Parts, request: Request) -> Answer:
    """The questions of a lecture: the one that is being answered, then those that wait, in order."""
    standing, held = lecture(parts, request.path["activity"], request.actor)
    document = parts.views.get(QUESTION_LISTS, standing.identity) or {"questions": {}, "line": []}
    speakers = [each.person for each in standing.activity.speakers]
    leads = may_lead(request.actor, standing.plan.region, speakers)
    mine = parts.known_as(request.actor.id) if request.actor.id else frozenset[str]()
    shown = {ANSWERED, *(IN_THE_LINE if held.running else ())}
    order = {question: place for place, question in enumerate(document["line"], start=1)}
    items = [
        {
            "question": question,
            "text": parts.vault.open(each["asker"], each["text"]),
            **{name: each[name] for name in ("state", "at", "into")},
            "place": order.get(question),
            "merged": len(behind(document["questions"], question)),
            "mine": each["asker"] in mine,
            "asker": each["asker"] if leads else None,
            "answer": _answer(parts, each["answer"]),
        }
        for question, each in document["questions"].items()
        if each["state"] in shown or leads or each["asker"] in mine
    ]
    # The one that is being answered, those that wait in their order, then all else as it was asked.
    items.sort(key=lambda item: (item["state"] != NEXT, item["place"] or len(order) + 1, item["at"]))
    return Answer({"items": items, "next": None})


def _sealed(parts: Parts, owner: str, request: Request) -> str:
    """The text of the request, under its owner's key. Raises ``Erased`` for somebody who was erased meanwhile: from the same
    account on Telegram that person may still write.
    """
    return parts.vault.seal(owner, request.body["text"])


def _answer(parts: Parts, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return given and {"text": parts.vault.open(given["speaker"], given["text"]), "at": given["at"]}


def _ones_own(parts: Parts, request: Request) -> tuple[str, Lecture]:
    person = request.actor.require_person()
    standing, held = lecture(parts, request.path["activity"], request.actor)
    questions, _ = parts.commands.state(QUESTIONS, standing.identity)
    one = questions.asked.get(request.path["question"])
    if one is None:
        raise NotFound
    if one.asker not in parts.known_as(person):
        raise Forbidden("only whoever asked it may put it off and on")
    return standing.identity, held


def _taken(request: Request, activity: str, command: QuestionCommand, status: int = 200) -> Answer:
    question = command.question

    def shown(questions: Questions, _events: object) -> dict[str, Any]:
        place = questions.line.index(question) + 1 if question in questions.line else None
        state = questions.asked[question].state
        return {"activity": activity, "question": question, "state": state, "place": place}

    return recorded(request.take(QUESTIONS, activity, command, answer=shown), status)
