"""The questions of a lecture. Key: the activity.

``{questions: {question: {asker, text, state, at, into, answer: {speaker, text, at} | null}}, line: [questions],
version}``

``line`` holds those that wait, in order. ``text`` is sealed under the asker's id, an answer's under the speaker's. ``into``
is the question that a merged one stands behind.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from services.kernel.arrays import appending, dropping, exchanging
from services.kernel.message import Recorded
from services.kernel.times import moment
from services.kernel.view import Applied, Change, Expression, View

_LINE = "line"


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    changed = _came(recorded) or _went(recorded)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _came(recorded: Recorded) -> dict[str, Any] | None:
    match recorded.event:
        case QuestionAsked(question=question, asker=asker, text=text):
            asked = {"asker": asker, "text": text, "state": WAITING, "at": moment(recorded.at), "into": None}
            asked |= {"answer": None}
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
            answer = {"speaker": speaker, "text": text, "at": moment(recorded.at)}
            return {**_became(question, ANSWERED), f"questions.{question}.answer": answer}
    return None


def _became(question: str, state: str | Expression, into: str | None = None) -> dict[str, Any]:
    stands = {f"questions.{question}.state": state, f"questions.{question}.into": into}
    return {**stands, _LINE: dropping(_LINE, question)}


def behind(questions: Mapping[str, Mapping[str, Any]], question: str) -> list[Mapping[str, Any]]:
    """Those that were joined with it, as they were asked."""
    return [each for each in questions.values() if each["state"] == MERGED and each["into"] == question]


QUESTION_LISTS = View(name="questions", version=2, apply=apply)
