"""The questions of a lecture. Key: the activity.

``{questions: {question: {asker, text, state, at, into, merged: [questions], answer: {speaker, text, at} | null}}, line:
[questions], version}``

``line`` holds those that wait, in order. ``text`` is sealed under the asker's id, an answer's under the speaker's. ``into``
is the question that it was joined with, ``merged`` the other way round.
"""

from __future__ import annotations

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
    QuestionWithdrawn,
)
from services.kernel.arrays import appending, dropping
from services.kernel.message import Recorded
from services.kernel.times import moment
from services.kernel.view import Applied, Change, Expression, View, adding

_LINE = "line"


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    changed = _came(recorded) or _went(recorded)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _came(recorded: Recorded) -> dict[str, Any] | None:
    match recorded.event:
        case QuestionAsked(question=question, asker=asker, text=text):
            asked = {"asker": asker, "text": text, "state": WAITING, "at": moment(recorded.at), "into": None}
            asked |= {"merged": [], "answer": None}
            return {f"questions.{question}": asked, _LINE: appending(_LINE, question)}
        case QuestionRejoined(question=question):
            return {f"questions.{question}.state": WAITING, _LINE: appending(_LINE, question)}
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
            merged = adding(f"questions.{into}.merged", question)
            return {**_became(question, MERGED), f"questions.{question}.into": into, f"questions.{into}.merged": merged}
        case QuestionAnswered(question=question, speaker=speaker, text=text):
            answer = {"speaker": speaker, "text": text, "at": moment(recorded.at)}
            return {**_became(question, ANSWERED), f"questions.{question}.answer": answer}
    return None


def _became(question: str, state: str) -> dict[str, Any]:
    return {f"questions.{question}.state": state, _LINE: dropping(_LINE, question)}


QUESTION_LISTS = View(name="questions", version=1, apply=apply)
