"""Questions: the queue of questions at a lecture (R19). One aggregate a lecture.

The asker may withdraw a question and rejoin the queue. The moderator merges equal questions, picks the next question,
and hides questions that do not belong to the lecture. Nobody is excluded, neither for a question, nor when another
asker of a merged question withdraws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

WAITING = "waiting"
WITHDRAWN = "withdrawn"
MERGED = "merged"
HIDDEN = "hidden"
NEXT = "next"
ANSWERED = "answered"

MAX_WAITING = 3
"""So many questions of one person wait at a time: others want to ask too."""


@dataclass(frozen=True, slots=True)
class AskQuestion(Command):
    """``asker`` is a participant's id, and the ``text`` is sealed under that id. ``running``: the lecture is under way."""

    question: str
    asker: str
    text: str
    running: bool


@dataclass(frozen=True, slots=True)
class WithdrawQuestion(Command):
    question: str


@dataclass(frozen=True, slots=True)
class RejoinQueue(Command):
    """The asker wants an answer after all; the question goes to the end of the line."""

    question: str
    running: bool


@dataclass(frozen=True, slots=True)
class MergeQuestion(Command):
    """The question asks the same as ``into``."""

    question: str
    into: str


@dataclass(frozen=True, slots=True)
class PickQuestion(Command):
    """The question is answered next; a question picked before and not answered goes back to the front of the line."""

    question: str


@dataclass(frozen=True, slots=True)
class HideQuestion(Command):
    """The question does not belong to the lecture."""

    question: str


@dataclass(frozen=True, slots=True)
class AnswerQuestion(Command):
    """``speaker`` gave the answer; ``text`` is sealed under the speaker's id."""

    question: str
    speaker: str
    text: str


QuestionCommand = (
    AskQuestion | WithdrawQuestion | RejoinQueue | MergeQuestion | PickQuestion | HideQuestion | AnswerQuestion
)


@dataclass(frozen=True, slots=True)
class QuestionAsked(Event):
    question: str
    asker: str
    text: str


@dataclass(frozen=True, slots=True)
class QuestionWithdrawn(Event):
    question: str


@dataclass(frozen=True, slots=True)
class QuestionRejoined(Event):
    question: str


@dataclass(frozen=True, slots=True)
class QuestionTookPlace(Event):
    """The question asks the same as ``of``, which is withdrawn, and takes the place of ``of`` in the line."""

    question: str
    of: str


@dataclass(frozen=True, slots=True)
class QuestionMerged(Event):
    question: str
    into: str


@dataclass(frozen=True, slots=True)
class QuestionPicked(Event):
    """``instead`` had been picked and was not answered."""

    question: str
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionHidden(Event):
    question: str


@dataclass(frozen=True, slots=True)
class QuestionAnswered(Event):
    question: str
    speaker: str
    text: str


QuestionEvent = (
    QuestionAsked
    | QuestionWithdrawn
    | QuestionRejoined
    | QuestionTookPlace
    | QuestionMerged
    | QuestionPicked
    | QuestionHidden
    | QuestionAnswered
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. ``into`` is the question that this question was merged into."""

    asker: str
    state: str = WAITING
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """All questions of a lecture; ``line`` holds the waiting questions, in order."""

    asked: Mapping[str, Asked] = field(default_factory=dict)
    line: tuple[str, ...] = ()

    @property
    def next(self) -> str | None:
        """The question that was picked and is not answered yet."""
        return next((each for each, question in self.asked.items() if question.state == NEXT), None)

    def merged_into(self, question: str) -> Sequence[str]:
        """The questions merged into ``question``, in the order of asking."""
        return [each for each, other in self.asked.items() if other.state == MERGED and other.into == question]


def decide(command: QuestionCommand, questions: Questions) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown question."""
    if isinstance(command, AskQuestion):
        if command.question in questions.asked:
            return []
        _while_running(command.running)
        _leaves_room(command.asker, questions)
        return [QuestionAsked(command.question, command.asker, command.text)]
    asked = questions.asked.get(command.question)
    if asked is None:
        raise NotFound
    if isinstance(command, WithdrawQuestion | RejoinQueue):
        return _by_asker(command, asked, questions)
    return _led(command, asked, questions)


def evolve(questions: Questions, event: QuestionEvent) -> Questions:
    """The questions after an event."""
    match event:
        case QuestionAsked(question=question, asker=asker):
            asked = {**questions.asked, question: Asked(asker)}
            return replace(questions, asked=asked, line=(*questions.line, question))
        case QuestionRejoined(question=question):
            return replace(_became(questions, question, WAITING), line=(*questions.line, question))
        case QuestionPicked(question=question, instead=instead):
            picked = _became(questions, question, NEXT)
            if instead is None:
                return picked
            back = _became(picked, instead, WAITING)
            return replace(back, line=(instead, *back.line))
        case QuestionWithdrawn(question=question):
            return _became(questions, question, WITHDRAWN)
        case QuestionTookPlace(question=question, of=of):
            place = tuple(question if each == of else each for each in questions.line)
            return replace(_became(questions, question, questions.asked[of].state), line=place)
        case QuestionMerged(question=question, into=into):
            return _became(questions, question, MERGED, into)
        case QuestionHidden(question=question):
            return _became(questions, question, HIDDEN)
        case QuestionAnswered(question=question):
            return _became(questions, question, ANSWERED)
        case _:
            assert_never(event)


QUESTIONS: Decider[Questions] = Decider("questions", Questions(), decide, evolve)


def _by_asker(command: WithdrawQuestion | RejoinQueue, asked: Asked, questions: Questions) -> Sequence[Event]:
    if isinstance(command, WithdrawQuestion):
        return _withdraw(command.question, questions) if asked.state in {WAITING, NEXT, MERGED} else []
    if asked.state != WITHDRAWN:
        return []
    _while_running(command.running)
    _leaves_room(asked.asker, questions)
    return [QuestionRejoined(command.question)]


def _withdraw(question: str, questions: Questions) -> Sequence[Event]:
    """The first of the merged questions takes the place in the line, the other merged questions stand behind the first."""
    behind = questions.merged_into(question)
    if not behind:
        return [QuestionWithdrawn(question)]
    heir, *others = behind
    joined = [QuestionMerged(each, heir) for each in others]
    return [QuestionTookPlace(heir, question), *joined, QuestionWithdrawn(question)]


def _led(
    command: MergeQuestion | PickQuestion | HideQuestion | AnswerQuestion, asked: Asked, questions: Questions
) -> Sequence[Event]:
    match command:
        case MergeQuestion():
            return _merge(command, asked, questions)
        case PickQuestion(question=question):
            if asked.state == NEXT:
                return []
            _waits(asked)
            return [QuestionPicked(question, questions.next)]
        case HideQuestion(question=question):
            return [] if asked.state in {HIDDEN, ANSWERED} else [QuestionHidden(question)]
        case AnswerQuestion(question=question):
            # A question may be answered again: the archive shows the last answer.
            if asked.state in {WITHDRAWN, HIDDEN, MERGED}:
                _waits(asked)
            return [QuestionAnswered(question, command.speaker, command.text)]
        case _:
            assert_never(command)


def _merge(command: MergeQuestion, asked: Asked, questions: Questions) -> Sequence[Event]:
    into = questions.asked.get(command.into)
    if into is None or command.into == command.question or into.state in {MERGED, WITHDRAWN, HIDDEN}:
        raise Refused("not-mergeable", "Merge into a question that is not merged itself.")
    if asked.state == MERGED:
        return []
    _waits(asked)
    return [QuestionMerged(each, command.into) for each in (command.question, *questions.merged_into(command.question))]


def _leaves_room(asker: str, questions: Questions) -> None:
    if sum(each.asker == asker and each.state == WAITING for each in questions.asked.values()) >= MAX_WAITING:
        raise Refused("questions-waiting-already", "Three of your questions are waiting already.")


def _waits(asked: Asked) -> None:
    if asked.state != WAITING:
        raise Refused("question-not-waiting", "This question is not in the queue.", state=asked.state)


def _while_running(running: bool) -> None:
    if not running:
        raise Refused("lecture-not-open", "Questions can be asked only while the lecture is held.")


def _became(questions: Questions, question: str, state: str, into: str | None = None) -> Questions:
    asked = {**questions.asked, question: replace(questions.asked[question], state=state, into=into)}
    return replace(questions, asked=asked, line=tuple(each for each in questions.line if each != question))
