"""How far people are: ``{_id: person, region, ratings}``.

``ratings`` maps a rating's number in its stream to ``{unit, area, aspect, level, rater, by, framework, because, at}``;
``region`` is where the person lives, which a rating does not know for long. Whoever was never rated has no ``ratings``.
"""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.competence import CompetenceRated
from services.members.domain.person import MemberChanged, MemberJoined


def apply(recorded: Recorded) -> Applied:
    """One document a person."""
    match recorded.event:
        case CompetenceRated() as event:
            because = event.because
            rating = {
                "unit": event.unit,
                "area": event.area,
                "aspect": event.aspect,
                "level": event.level,
                "rater": event.rater,
                "by": event.by,
                "framework": event.framework,
                "because": None if because is None else {"kind": because.kind, "id": because.id},
                "at": recorded.at,
            }
            return [Change(event.person, {f"ratings.{recorded.version}": rating})]
        case (MemberJoined() | MemberChanged()) as event:
            return [Change(recorded.stream_id, {"region": event.region})]
        case _:
            return []


COMPETENCE_OF = View("competence", 2, apply, indexes=[[("region", 1)]])
