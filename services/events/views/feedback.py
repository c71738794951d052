"""The feedback of participants, by activity."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from services.events.domain.feedback import FeedbackGiven
from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.kernel.views.arrays import appending


@dataclass(frozen=True)
class GivenRow:
    """Scores from 1 to 5. ``wish`` is sealed under the person's id."""

    person: str
    useful: int
    understood: int
    wish: str | None


@dataclass(frozen=True)
class FeedbackRow:
    activity: str
    given: tuple[GivenRow, ...] = ()


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case FeedbackGiven(person=person, useful=useful, understood=understood, wish=wish):
            given = asdict(GivenRow(person, useful, understood, wish))
            return [Change(recorded.stream_id, {"given": appending("given", given)})]
    return []


FEEDBACK_LISTS = View(name="feedback", version=1, row=FeedbackRow, apply=apply)
