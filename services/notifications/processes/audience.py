"""The process manager that decides which people are told of a fact.

There is one audience for each region, topic, activity, library, consultation and person, and each audience tells the people
it holds: a region its members, a topic its raisers and endorsers, an activity its registrants and those present.

A fact that concerns several audiences goes to the narrowest first, and a delivery is unique on (fact, person, channel). A
raiser who also lives in the region is told once, and is told that her topic became a gathering.

``start="now"``: facts from before the manager's first start are learnt, and nobody is told of them. Facts that arrive late
are told as long as they are worth sending. Facts of one source arrive in that source's order. A member's joining and an
activity's publication come from two sources, so a region tells a member who is heard of late of the activities that were
published after the joining.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Event, Fact, Recorded
from services.kernel.declare.fact_shapes import FactShapes
from services.kernel.declare.process import ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.notifications.processes.audiences.accompanying import ACCOMPANYING
from services.notifications.processes.audiences.activities import TOPICS_AND_ACTIVITIES
from services.notifications.processes.audiences.announcements import ANNOUNCEMENTS, remember_who_left
from services.notifications.processes.audiences.membership import MEMBERSHIP, OWN_MEMBERSHIP
from services.notifications.processes.audiences.row import Heard, Hears
from services.notifications.processes.audiences.state import AudienceState

FACTS: Sequence[Hears[Any]] = (*MEMBERSHIP, *TOPICS_AND_ACTIVITIES, *ACCOMPANYING)
EVENTS: Sequence[Hears[Any]] = (*OWN_MEMBERSHIP, *ANNOUNCEMENTS)
HEARD = FactShapes({row.fact: row.shape for row in FACTS})
_ROWS: Mapping[str | type[Event], Hears[Any]] = {row.fact or row.shape: row for row in (*FACTS, *EVENTS)}


def instances(told: Fact | Recorded) -> Sequence[str]:
    """The audiences that a fact or an event of our own concerns; none without a row."""
    row = _row_of(told)
    return row.concerns(_heard(told)) if row else []


def react(state: AudienceState, told: Fact | Recorded) -> Reaction[AudienceState]:
    """Learn from a fact, and plan the messages that tell the people of the audience."""
    row = _row_of(told)
    if row is None:
        return Reaction(state)
    heard = _heard(told)
    return Reaction(remember_who_left(state, row.learns(state, heard)), row.tells(state, heard))


def _row_of(told: Fact | Recorded) -> Hears[Any] | None:
    return _ROWS.get(told.name if isinstance(told, Fact) else type(told.event))


def _heard(told: Fact | Recorded) -> Heard[Any]:
    if isinstance(told, Fact):
        return Heard(HEARD.read(told), told.id, told.at, told.subject, told.region)
    return Heard(told.event, told.id, told.at, told.stream_id, None)


AUDIENCE = ProcessManager(
    name="audience",
    state=AudienceState,
    instances=instances,
    react=react,
    logs=(INBOX, COMMITS),
    start="now",
)
