"""Host follow-up: when an activity moves to another time, a host who has answered is asked again.

One instance an activity. A host who was never asked is not asked now either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.events.domain.activity import ActivityRescheduled
from services.events.domain.gathering import GatheringPlanned
from services.events.domain.venue import VENUE, AskAgain
from services.events.domain.workshop import WorkshopPlanned
from services.kernel.base.message import Recorded
from services.kernel.declare.process import Dispatch, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS


@dataclass(frozen=True)
class Place:
    """The venue of an activity, "" without a venue."""

    venue: str = ""


def instances(recorded: Recorded) -> Sequence[str]:
    """The activity, if its kind has a venue."""
    planned = isinstance(recorded.event, GatheringPlanned | WorkshopPlanned | ActivityRescheduled)
    return [recorded.stream_id] if planned else []


def react(state: Place, recorded: Recorded) -> Reaction[Place]:
    match recorded.event:
        case GatheringPlanned(plan=plan) | WorkshopPlanned(plan=plan):
            return Reaction(Place(plan.place.venue))
        case ActivityRescheduled() if state.venue:
            return Reaction(state, [Dispatch(VENUE, state.venue, AskAgain(recorded.stream_id))])
    return Reaction(state)


HOST_FOLLOW_UP = ProcessManager(name="host-follow-up", state=Place, instances=instances, react=react, logs=(COMMITS,))
