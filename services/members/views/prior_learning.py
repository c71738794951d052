"""What people showed of learning from before: ``{_id: submission, person, region, state, unit, aspect, level, …}``.

``region`` is the person's while it waits, and stays where it was reviewed. ``evidence``, ``link`` and ``note`` are sealed under the person's key; ``at`` is when it was submitted, ``by`` the reviewer.
"""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.prior_learning import (
    ACCEPTED,
    DECLINED,
    WAITING,
    PriorLearningMoved,
    PriorLearningReviewed,
    PriorLearningSubmitted,
)


def apply(recorded: Recorded) -> Applied:
    """One document a submission."""
    match recorded.event:
        case PriorLearningSubmitted() as event:
            submitted = {
                "person": event.person,
                "region": event.region,
                "state": WAITING,
                "unit": event.unit,
                "aspect": event.aspect,
                "level": event.level,
                "evidence": event.evidence,
                "link": event.link,
                "note": None,
                "by": None,
                "at": recorded.at,
            }
            return [Change(recorded.stream_id, submitted)]
        case PriorLearningReviewed() as event:
            state = ACCEPTED if event.accepted else DECLINED
            reviewed = {"state": state, "level": event.level, "note": event.note, "by": event.by}
            return [Change(recorded.stream_id, {**reviewed, "region": event.region})]
        case PriorLearningMoved() as event:
            return [Change(recorded.stream_id, {"region": event.region})]
        case _:
            return []


PRIOR = View("prior_learning", 2, apply, indexes=[[("region", 1), ("state", 1)], [("person", 1)]])
