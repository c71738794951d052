"""What those who were there thought of it. Key: the activity.

``{given: [{person, useful, understood, wish}]}``; ``wish`` is sealed under the person's id.
"""

from __future__ import annotations

from services.events.domain.feedback import FeedbackGiven
from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.kernel.views.arrays import appending


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    match recorded.event:
        case FeedbackGiven(person=person, useful=useful, understood=understood, wish=wish):
            given = {"person": person, "useful": useful, "understood": understood, "wish": wish}
            return [Change(recorded.stream_id, {"given": appending("given", given)})]
    return []


FEEDBACK_LISTS = View(name="feedback", version=1, apply=apply)
