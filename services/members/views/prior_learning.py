"""What people showed of learning from before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True)
class SubmissionRow:
    """``region`` is where the person lives while the submission waits, and where it was reviewed after that. ``evidence``,
    ``link`` and ``note`` are sealed under the person's key. ``at`` is when it was submitted, ``by`` the reviewer.
    """

    submission: str
    person: str
    region: str
    state: str
    unit: str
    aspect: str
    level: int
    evidence: str
    link: str | None
    note: str | None
    by: str | None
    at: datetime


def apply(recorded: Recorded) -> Applied:
    submission = recorded.stream_id
    match recorded.event:
        case PriorLearningSubmitted() as event:
            row = SubmissionRow(
                submission=submission,
                person=event.person,
                region=event.region,
                state=WAITING,
                unit=event.unit,
                aspect=event.aspect,
                level=event.level,
                evidence=event.evidence,
                link=event.link,
                note=None,
                by=None,
                at=recorded.at,
            )
            return [Change.put(row)]
        case PriorLearningReviewed() as event:
            state = ACCEPTED if event.accepted else DECLINED
            reviewed = {"state": state, "level": event.level, "note": event.note, "by": event.by}
            return [Change(submission, {**reviewed, "region": event.region})]
        case PriorLearningMoved(region=region):
            return [Change(submission, {"region": region})]
    return []


SUBMISSIONS = View(
    name="prior_learning",
    version=2,
    row=SubmissionRow,
    apply=apply,
    indexes=([("region", 1), ("state", 1)], [("person", 1)]),
)
