"""Host follow-up: a host who has answered is asked again when the activity moves to another time.

One instance an activity. State: ``{venue}``. Whoever was never asked is not asked by this either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.events.domain.activity import ActivityRescheduled
from services.events.domain.gathering import GatheringPlanned
from services.events.domain.venue import VENUE, AskAgain
from services.events.domain.workshop import WorkshopPlanned
from services.kernel.message import Recorded
from services.kernel.process import Issue, ProcessManager, Reaction
from services.kernel.view import COMMITS


def instances(recorded: Recorded) -> Sequence[str]:
    """The activity, if it is one that is held at a place."""
    planned = isinstance(recorded.event, GatheringPlanned | WorkshopPlanned | ActivityRescheduled)
    return [recorded.stream_id] if planned else []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """Remember the place; ask again there."""
    match recorded.event:
        case GatheringPlanned(plan=plan) | WorkshopPlanned(plan=plan):
            return Reaction({"venue": plan.place.venue})
        case ActivityRescheduled() if "venue" in state:
            return Reaction(state, [Issue(VENUE, state["venue"], AskAgain(recorded.stream_id))])
    return Reaction(state)


HOST_FOLLOW_UP = ProcessManager(name="host-follow-up", instances=instances, react=react, logs=(COMMITS,))
