"""Three questions after an activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from marshmallow.validate import Range

from services.events.dependencies import Dependencies
from services.events.domain.attendance import ATTENDANCE
from services.events.domain.feedback import FEEDBACK, HIGHEST, LOWEST, GiveFeedback
from services.events.views.feedback import FEEDBACK_LISTS, FeedbackRow
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.schema import Described
from services.kernel.declare.shapes import up_to

routes = Routes()


@dataclass(frozen=True)
class Answers:
    useful: Annotated[int, Range(LOWEST, HIGHEST), Described("how useful, from 1 to 5")]
    understood: Annotated[int, Range(LOWEST, HIGHEST), Described("how well understood, from 1 to 5")]
    next: Annotated[str | None, up_to(2000), Described("what should come next")] = None


@dataclass(frozen=True)
class FeedbackRef:
    activity: str


@dataclass(frozen=True)
class Scores:
    """``average`` is None without answers."""

    average: float | None
    counts: Annotated[tuple[int, ...], Described("how many gave 1, 2, 3, 4 and 5")]


@dataclass(frozen=True)
class Summary:
    activity: str
    count: int
    useful: Scores
    understood: Scores
    next: tuple[str, ...]


@routes.post("/v1/activities/{activity}/feedback", statuses=(201, 404, 422))
def give_feedback(deps: Dependencies, request: Request[Answers]) -> Answer[FeedbackRef]:
    """Give feedback on an activity: how useful it was, how well understood, and what should come next.

    Only for people who attended, once for each activity. The answers are shown to planners without a name.
    """
    person = request.actor.require_person()
    current = deps.activity(request.path["activity"], request.actor)
    body = request.body
    command = GiveFeedback(
        person=person,
        useful=body.useful,
        understood=body.understood,
        present=_was_there(deps, current.identity, person),
        wish=body.next and deps.vault.seal(person, body.next),
    )
    return request.outcome(FEEDBACK, current.identity, command, lambda *_: FeedbackRef(current.identity))


@routes.get("/v1/activities/{activity}/feedback", statuses=(200, 403, 404))
def show_feedback(deps: Dependencies, request: Request) -> Answer[Summary]:
    """Show the feedback on an activity: the number of answers, the scores, and the wishes.

    Needs ``activities.plan`` in the region. No names are shown.
    """
    current = deps.activity_to_plan(request.path["activity"], request.actor)
    given = (deps.views.get(FEEDBACK_LISTS, current.identity) or FeedbackRow(current.identity)).given
    wishes = (deps.vault.open(each.person, each.wish) for each in given)
    summary = Summary(
        activity=current.identity,
        count=len(given),
        useful=_scores([each.useful for each in given]),
        understood=_scores([each.understood for each in given]),
        next=tuple(wish for wish in wishes if wish is not None),
    )
    return Answer(summary)


def _was_there(deps: Dependencies, activity: str, person: str) -> bool:
    there, _ = deps.commands.state(ATTENDANCE, activity)
    return person in there.persons or not there.guests.isdisjoint(deps.ids_of_person(person))


def _scores(scores: Sequence[int]) -> Scores:
    average = round(sum(scores) / len(scores), 2) if scores else None
    return Scores(average, tuple(scores.count(score) for score in range(LOWEST, HIGHEST + 1)))
