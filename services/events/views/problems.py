"""Problems said at an activity."""

from __future__ import annotations

from dataclasses import dataclass

from services.events.domain.problem import ProblemBecameTopic, ProblemCaptured, ProblemMerged, ProblemShared
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View, adding, increment


@dataclass(frozen=True)
class ProblemRow:
    """``text`` is sealed under ``owner``. ``author`` is None, and not in ``persons``, for a problem said without a
    name; ``nameless`` counts people without a name. ``into`` is the problem that this problem was merged into.
    """

    problem: str
    activity: str
    region: str
    author: str | None
    owner: str
    text: str
    persons: tuple[str, ...]
    nameless: int
    into: str | None
    topic: str | None
    at: str


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case ProblemCaptured() as event:
            return [Change.put(_captured(recorded, event))]
        case ProblemShared(problem=problem, person=person):
            return [Change(problem, {"persons": adding("persons", person)})]
        case ProblemMerged() as event:
            gained = {"persons": adding("persons", *event.persons), "nameless": increment("nameless", event.nameless)}
            return [Change(event.problem, {"into": event.into}), Change(event.into, gained)]
        case ProblemBecameTopic(problem=problem, topic=topic):
            return [Change(problem, {"topic": topic})]
    return []


def _captured(recorded: Recorded, event: ProblemCaptured) -> ProblemRow:
    return ProblemRow(
        problem=event.problem,
        activity=recorded.stream_id,
        region=event.region,
        author=event.person,
        owner=event.owner,
        text=event.text,
        persons=(event.person,) if event.person else (),
        nameless=0 if event.person else 1,
        into=None,
        topic=None,
        at=moment(recorded.at),
    )


PROBLEM_LIST = View(name="problems", version=1, row=ProblemRow, apply=apply, indexes=([("activity", 1)],))
