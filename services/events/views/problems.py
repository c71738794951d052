"""Problems said at an activity. Key: the problem.

``{activity, region, author, owner, text, persons: [ids], nameless, into, topic, at}``; ``text`` is sealed under ``owner``;
``author`` is None and in no list where it was said without a name.
"""

from __future__ import annotations

from typing import Any

from services.events.domain.problem import ProblemBecameTopic, ProblemCaptured, ProblemMerged, ProblemShared
from services.kernel.base.message import Recorded
from services.kernel.base.times import moment
from services.kernel.declare.view import Applied, Change, View, adding, increment


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    match recorded.event:
        case ProblemCaptured() as event:
            return [Change(event.problem, _captured(recorded, event))]
        case ProblemShared(problem=problem, person=person):
            return [Change(problem, {"persons": adding("persons", person)})]
        case ProblemMerged() as event:
            gained = {"persons": adding("persons", *event.persons), "nameless": increment("nameless", event.nameless)}
            return [Change(event.problem, {"into": event.into}), Change(event.into, gained)]
        case ProblemBecameTopic(problem=problem, topic=topic):
            return [Change(problem, {"topic": topic})]
    return []


def _captured(recorded: Recorded, event: ProblemCaptured) -> dict[str, Any]:
    return {
        "activity": recorded.stream_id,
        "region": event.region,
        "author": event.person,
        "owner": event.owner,
        "text": event.text,
        "persons": [event.person] if event.person else [],
        "nameless": 0 if event.person else 1,
        "into": None,
        "topic": None,
        "at": moment(recorded.at),
    }


PROBLEM_LIST = View(name="problems", version=1, apply=apply, indexes=([("activity", 1)],))
