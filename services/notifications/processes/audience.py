"""The process manager that decides who is told of what.

It keeps one audience for each region, topic, activity, library, consultation and person, and each audience tells the people
it holds: a region its members, a topic its raisers and endorsers, an activity its registrants and those present.

A fact that concerns several audiences goes to the narrowest first, and a delivery is unique on (fact, person, channel): a
raiser who also lives in the region hears once, and hears that her topic became a gathering.

``start="now"``: facts from before the manager's first start are learnt, and nobody is told of them. Facts that arrive late are
told as long as they are worth it. Facts of one source arrive in that source's order; but a member's joining may arrive
behind a publication that it preceded, and the region then tells that member of the activities that stand published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.base.message import Event, Fact, Recorded
from services.kernel.declare.process import ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX
from services.notifications.processes.audiences.accompanying import ACCOMPANYING
from services.notifications.processes.audiences.activities import TOPICS_AND_ACTIVITIES
from services.notifications.processes.audiences.announcements import ANNOUNCEMENTS, remember_who_left
from services.notifications.processes.audiences.membership import MEMBERSHIP, OWN_MEMBERSHIP
from services.notifications.processes.audiences.row import Hears
from services.notifications.processes.audiences.state import AUDIENCE_STATE

FACTS: Sequence[Hears[Fact]] = (*MEMBERSHIP, *TOPICS_AND_ACTIVITIES, *ACCOMPANYING)
EVENTS: Sequence[Hears[Recorded]] = (*OWN_MEMBERSHIP, *ANNOUNCEMENTS)
_ROWS: Mapping[str | type[Event], Hears[Any]] = {
    **{row.what: row for row in FACTS},
    **{row.what: row for row in EVENTS},
}


def _row(heard: Fact | Recorded) -> Hears[Any] | None:
    return _ROWS.get(heard.name if isinstance(heard, Fact) else type(heard.event))


def instances(heard: Fact | Recorded) -> Sequence[str]:
    """The audiences that a fact or an event of our own concerns; none for one without a row."""
    row = _row(heard)
    return row.concerns(heard) if row else []


def react(document: Mapping[str, Any], heard: Fact | Recorded) -> Reaction:
    """What an audience knows after a fact, and the messages it plans. Pure; the time is the fact's."""
    row = _row(heard)
    if row is None:
        return Reaction(document)
    before = AUDIENCE_STATE.read(document)
    after = remember_who_left(before, row.learns(before, heard))
    return Reaction(AUDIENCE_STATE.write(after, document), row.tells(before, heard))


AUDIENCE = ProcessManager(name="audience", instances=instances, react=react, logs=(INBOX, COMMITS), start="now")
