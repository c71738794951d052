"""Feedback: three questions to each participant, once (R15).

How useful was the activity, how well was it understood (both 1 to 5), and what should come next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import Decider

LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True, slots=True)
class GiveFeedback(Command):
    """``present``: the person was there, under this id or as a guest tied to this id. ``wish`` is the person's wish for
    the next activity, sealed under the person's id.
    """

    person: str
    useful: int
    understood: int
    present: bool
    wish: str | None = None


@dataclass(frozen=True, slots=True)
class FeedbackGiven(Event):
    person: str
    useful: int
    understood: int
    wish: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """The persons who have answered about one activity."""

    given: frozenset[str] = frozenset()


def decide(command: GiveFeedback, feedback: Feedback) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``."""
    if not command.present:
        raise Refused("only-who-was-there", "Only people who attended can give feedback.")
    if command.person in feedback.given:
        raise Refused("feedback-once", "You have given feedback on this activity already.")
    for score in (command.useful, command.understood):
        if not LOWEST <= score <= HIGHEST:
            raise Refused("scores-from-1-to-5", "Scores go from 1 to 5.")
    return [FeedbackGiven(command.person, command.useful, command.understood, command.wish)]


def evolve(feedback: Feedback, event: FeedbackGiven) -> Feedback:
    """The feedback after an event."""
    return Feedback(feedback.given | {event.person})


FEEDBACK: Decider[Feedback] = Decider("feedback", Feedback(), decide, evolve)
