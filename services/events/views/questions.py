"""The questions of a lecture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.events.domain.question import (
    ANSWERED,
    HIDDEN,
    MERGED,
    NEXT,
    WAITING,
    WITHDRAWN,
    QuestionAnswered,
    QuestionAsked,
    QuestionHidden,
    QuestionMerged,
    QuestionPicked,
    QuestionRejoined,
    QuestionTookPlace,
    QuestionWithdrawn,
)
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, Expression, View
from services.kernel.views.arrays import appending, dropping, exchanging

_LINE = "line"


@dataclass(frozen=True)
class AnswerRow:
    """``text`` is sealed under the speaker's id."""

    speaker: str
    text: str
    at: str


@dataclass(frozen=True)
class QuestionRow:
    """``text`` is sealed under the asker's id. ``into`` is the question that this question was merged into."""

    asker: str
    text: str
    state: str
    at: str
    into: str | None = None
    answer: AnswerRow | None = None


@dataclass(frozen=True)
class QuestionsRow:
    """All questions of an activity by id, in the order of asking. ``line`` holds the waiting questions, in order."""

    activity: str
    questions: Mapping[str, QuestionRow] = field(default_factory=dict)
    line: tuple[str, ...] = ()
    version: int = 0

    def merged_into(self, question: str) -> list[QuestionRow]:
        """The questions merged into ``question``, in the order of asking."""
        return [each for each in self.questions.values() if each.state == MERGED and each.into == question]


def apply(recorded: Recorded) -> Applied:
    changed = _came(recorded) or _went(recorded)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _came(recorded: Recorded) -> dict[str, Any] | None:
    match recorded.event:
        case QuestionAsked(question=question, asker=asker, text=text):
            asked = QuestionRow(asker, text, WAITING, moment(recorded.at))
            return {f"questions.{question}": asked, _LINE: appending(_LINE, question)}
        case QuestionRejoined(question=question):
            return {**_became(question, WAITING), _LINE: appending(_LINE, question)}
        case QuestionTookPlace(question=question, of=of):
            stands = Expression(f"$questions.{of}.state")
            return {**_became(question, stands), _LINE: exchanging(_LINE, of, question)}
        case QuestionPicked(question=question, instead=instead):
            picked = {f"questions.{question}.state": NEXT, _LINE: dropping(_LINE, question)}
            if instead is None:
                return picked
            back = Expression({"$concatArrays": [[{"$literal": instead}], dropping(_LINE, question).value]})
            return {**picked, f"questions.{instead}.state": WAITING, _LINE: back}
    return None


def _went(recorded: Recorded) -> dict[str, Any] | None:
    match recorded.event:
        case QuestionWithdrawn(question=question):
            return _became(question, WITHDRAWN)
        case QuestionHidden(question=question):
            return _became(question, HIDDEN)
        case QuestionMerged(question=question, into=into):
            return _became(question, MERGED, into)
        case QuestionAnswered(question=question, speaker=speaker, text=text):
            answer = AnswerRow(speaker, text, moment(recorded.at))
            return {**_became(question, ANSWERED), f"questions.{question}.answer": answer}
    return None


def _became(question: str, state: str | Expression, into: str | None = None) -> dict[str, Any]:
    stands = {f"questions.{question}.state": state, f"questions.{question}.into": into}
    return {**stands, _LINE: dropping(_LINE, question)}


QUESTION_LISTS = View(name="questions", version=2, row=QuestionsRow, apply=apply)
