"""Questions at a lecture: ask, put oneself off and on, join, pick, hide, answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from services.events.api.lectures import lecture_to_lead, may_lead
from services.events.dependencies import CurrentActivity, Dependencies
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
from services.events.views.questions import QUESTION_LISTS, AnswerRow, QuestionsRow
from services.kernel.base.problem import Forbidden, Malformed, NotFound
from services.kernel.declare.policy import Actor
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import Identity, Listing, fill, up_to

MAX_QUESTION_LENGTH = 2000
IN_THE_LINE = (WAITING, NEXT, MERGED)
"""What everybody reads while the lecture is held; afterwards only what was answered."""


_ALL = "/v1/activities/{activity}/questions"
_ONE = f"{_ALL}/{{question}}"
routes = Routes()


@dataclass(frozen=True)
class NewQuestion:
    text: Annotated[str, up_to(MAX_QUESTION_LENGTH)]


@dataclass(frozen=True)
class Into:
    into: Annotated[Identity, Described("the question that asks the same")]


@dataclass(frozen=True)
class NewAnswer:
    """``speaker`` gave the answer, where another person writes the answer down; by default the only speaker."""

    text: Annotated[str, up_to(4 * MAX_QUESTION_LENGTH)]
    speaker: Identity | None = None


@dataclass(frozen=True)
class QuestionState:
    activity: str
    question: str
    state: str
    place: int | None


@dataclass(frozen=True)
class AnswerShown:
    text: Annotated[str | None, Described("null where it was erased")]
    at: str


@dataclass(frozen=True)
class QuestionShown:
    question: str
    text: Annotated[str | None, Described("null where it was erased")]
    state: str
    at: str
    place: int | None
    into: str | None
    merged: int
    mine: bool
    asker: Annotated[str | None, Described("for those who lead it")]
    answer: AnswerShown | None


class QuestionList(Listing[QuestionShown]):
    pass


def current_lecture(deps: Dependencies, identity_: str, actor: Actor) -> tuple[CurrentActivity, Lecture]:
    """The lecture as it stands. Raises ``NotFound`` for other kinds of activity, and for a lecture that is not public
    yet.
    """
    current = deps.activity(identity_, actor)
    if not isinstance(current.activity, Lecture):
        raise NotFound
    return current, current.activity


@routes.post(_ALL, statuses=(201, 404, 422))
def ask_question(deps: Dependencies, request: Request[NewQuestion]) -> Answer[QuestionState]:
    """Ask a question at a lecture; the question joins the end of the queue.

    For members, while the lecture runs.
    """
    current, held = current_lecture(deps, request.path["activity"], request.actor)
    asker = request.actor.require_person()
    return put_question(deps, request, current.identity, held, asker=asker, text=request.body.text)


def put_question(
    deps: Dependencies, request: Request[Any], activity: str, held: Lecture, *, asker: str, text: str
) -> Answer[QuestionState]:
    """Put a question into the line, for a person or for a guest."""
    question = request.new_id("question")
    return _changed_question(request, activity, AskQuestion(question, asker, _sealed(deps, asker, text), held.running))


@routes.get(_ALL, statuses=(200, 404))
def list_questions(deps: Dependencies, request: Request) -> Answer[QuestionList]:
    """List the questions of a lecture: first the question being answered, then the queue in order, then the others.

    Hidden and withdrawn questions are shown only to their askers and to those who lead the lecture, who alone see who
    asked.
    """
    current, held = current_lecture(deps, request.path["activity"], request.actor)
    row = deps.views.get(QUESTION_LISTS, current.identity) or QuestionsRow(current.identity)
    speakers = [each.person for each in current.activity.speakers]
    leads = may_lead(request.actor, current.plan.region, speakers)
    mine = deps.ids_of_person(request.actor.id) if request.actor.id else frozenset[str]()
    shown = {ANSWERED, *(IN_THE_LINE if held.running else ())}
    order = {question: place for place, question in enumerate(row.line, start=1)}
    items = [
        fill(
            QuestionShown,
            each,
            question=question,
            text=deps.vault.open(each.asker, each.text),
            place=order.get(question),
            merged=len(row.merged_into(question)),
            mine=each.asker in mine,
            asker=each.asker if leads else None,
            answer=answer_shown(deps, each.answer),
        )
        for question, each in row.questions.items()
        if each.state in shown or leads or each.asker in mine
    ]
    # First the question being answered, then the waiting questions in order, then the rest in the order of asking.
    items.sort(key=lambda item: (item.state != NEXT, item.place or len(order) + 1, item.at))
    return Answer(QuestionList(tuple(items)))


@routes.post(f"{_ONE}/withdraw", statuses=(200, 403, 404, 422))
def withdraw_question(deps: Dependencies, request: Request) -> Answer[QuestionState]:
    """Withdraw one's own question from the queue of a lecture."""
    activity, _ = _own_question(deps, request)
    return _changed_question(request, activity, WithdrawQuestion(request.path["question"]))


@routes.post(f"{_ONE}/rejoin", statuses=(200, 403, 404, 422))
def rejoin_question(deps: Dependencies, request: Request) -> Answer[QuestionState]:
    """Put one's own withdrawn question back, at the end of the queue."""
    activity, held = _own_question(deps, request)
    return _changed_question(request, activity, RejoinQueue(request.path["question"], held.running))


@routes.post(f"{_ONE}/merge", statuses=(200, 403, 404, 422))
def merge_question(deps: Dependencies, request: Request[Into]) -> Answer[QuestionState]:
    """Merge a question into another question that asks the same.

    For callers with ``activities.plan`` in the region, the guide, and the speakers.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor, by_speakers=True)
    return _changed_question(request, current.identity, MergeQuestion(request.path["question"], request.body.into))


@routes.post(f"{_ONE}/pick", statuses=(200, 403, 404, 422))
def pick_question(deps: Dependencies, request: Request) -> Answer[QuestionState]:
    """Choose the question that is answered next.

    For callers with ``activities.plan`` in the region, the guide, and the speakers.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor, by_speakers=True)
    return _changed_question(request, current.identity, PickQuestion(request.path["question"]))


@routes.post(f"{_ONE}/hide", statuses=(200, 403, 404, 422))
def hide_question(deps: Dependencies, request: Request) -> Answer[QuestionState]:
    """Hide a question that does not belong to the lecture.

    For callers with ``activities.plan`` in the region and for the guide.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor)
    return _changed_question(request, current.identity, HideQuestion(request.path["question"]))


@routes.post(f"{_ONE}/answer", statuses=(200, 403, 404, 422))
def answer_question(deps: Dependencies, request: Request[NewAnswer]) -> Answer[QuestionState]:
    """Record a speaker's answer to a question.

    For callers with ``activities.plan`` in the region, the guide, and the speakers. ``speaker`` may be left out by a
    speaker, and if the lecture has only one.
    """
    current = lecture_to_lead(deps, request.path["activity"], request.actor, by_speakers=True)
    speaking = [each.person for each in current.activity.speakers if each.role == SPEAKER]
    named = request.body.speaker or (request.actor.id if request.actor.id in speaking else None)
    speaker = named or (speaking[0] if len(speaking) == 1 else None)
    if speaker not in speaking:
        raise Malformed(errors={"speaker": ["Name the speaker who gave the answer."]})
    command = AnswerQuestion(request.path["question"], speaker, _sealed(deps, speaker, request.body.text))
    return _changed_question(request, current.identity, command)


def _sealed(deps: Dependencies, owner: str, text: str) -> str:
    """The text under its owner's key. Raises ``Erased`` for an erased owner: the person may still write from the same
    account on Telegram.
    """
    return deps.vault.seal(owner, text)


def answer_shown(deps: Dependencies, given: AnswerRow | None) -> AnswerShown | None:
    return None if given is None else AnswerShown(deps.vault.open(given.speaker, given.text), given.at)


def _own_question(deps: Dependencies, request: Request) -> tuple[str, Lecture]:
    person = request.actor.require_person()
    current, held = current_lecture(deps, request.path["activity"], request.actor)
    questions, _ = deps.commands.state(QUESTIONS, current.identity)
    one = questions.asked.get(request.path["question"])
    if one is None:
        raise NotFound
    if one.asker not in deps.ids_of_person(person):
        raise Forbidden("Only the asker can withdraw a question or put it back.")
    return current.identity, held


def _changed_question(request: Request[Any], activity: str, command: QuestionCommand) -> Answer[QuestionState]:
    question = command.question

    def state_of(questions: Questions, _events: object) -> QuestionState:
        place = questions.line.index(question) + 1 if question in questions.line else None
        return QuestionState(activity, question, questions.asked[question].state, place)

    return request.outcome(QUESTIONS, activity, command, state_of)
