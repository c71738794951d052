"""Probation: closes each week three days after its end, so that a week without evidence is seen the day it is lost.

One instance a case. Whether the week was lost, ``decide`` alone judges, from what was recorded by then; while nobody has
noticed a deadline yet, the window is counted without it all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.kernel.base.message import Recorded
from services.kernel.declare.process import DeadlinePassed, Issue, ProcessManager, Reaction
from services.kernel.declare.view import COMMITS
from services.mentoring.domain.evidence import CloseWeek
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import MentorshipClosed
from services.mentoring.domain.progress import LibraryLive
from services.mentoring.domain.smooth import LibraryRegressed, LibrarySmooth
from services.mentoring.domain.weeks import GRACE, WEEK, closes, monday_of

CLOSING = "week"


def instances(recorded: Recorded) -> Sequence[str]:
    """The case whose weeks begin or cease to count."""
    match recorded.event:
        case LibraryLive() | LibraryRegressed() | LibrarySmooth() | MentorshipClosed():
            return [recorded.stream_id]
    return []


def react(state: Mapping[str, Any], recorded: Recorded) -> Reaction:
    """What follows; ``state`` is empty, for the week stands in the deadline."""
    match recorded.event:
        case LibraryLive(first=first) | LibraryRegressed(first=first):
            return Reaction(state, (), _until(first))
        case DeadlinePassed(instance=case, due=due):
            week = monday_of(due - GRACE) - WEEK
            return Reaction(state, [Issue(MENTORSHIP, case, CloseWeek(week))], _until(week + WEEK))
    return Reaction(state)


def _until(week: date) -> dict[str, datetime]:
    return {CLOSING: closes(week)}


PROBATION = ProcessManager(name="probation", instances=instances, react=react, logs=(COMMITS,))
