"""Probation: closes each week three days after its end, so that a week without evidence is seen on the day it is lost.

One instance a case. ``decide`` alone judges whether the week was lost, from the evidence recorded by then. The window is
counted the same before the deadline is noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.kernel.base.message import Recorded
from services.kernel.declare.process import DeadlinePassed, Dispatch, ProcessManager, Reaction, Stateless
from services.kernel.declare.view import COMMITS
from services.mentoring.domain.evidence import CloseWeek
from services.mentoring.domain.mentorship import MENTORSHIP
from services.mentoring.domain.opening import MentorshipClosed
from services.mentoring.domain.smooth import LibraryRegressed, LibrarySmooth
from services.mentoring.domain.stages import LibraryLive
from services.mentoring.domain.weeks import GRACE, WEEK, closes, monday_of

CLOSING = "week"


def instances(recorded: Recorded) -> Sequence[str]:
    """The case whose weeks begin or cease to count."""
    match recorded.event:
        case LibraryLive() | LibraryRegressed() | LibrarySmooth() | MentorshipClosed():
            return [recorded.stream_id]
    return []


def react(state: Stateless, recorded: Recorded) -> Reaction[Stateless]:
    """Set the deadline of the first week, and at each deadline close the week and set the next."""
    match recorded.event:
        case LibraryLive(first=first) | LibraryRegressed(first=first):
            return Reaction(state, deadlines=_closing(first))
        case DeadlinePassed(instance=case, due=due):
            week = monday_of(due - GRACE) - WEEK
            return Reaction(state, [Dispatch(MENTORSHIP, case, CloseWeek(week))], _closing(week + WEEK))
    return Reaction(state)


def _closing(week: date) -> dict[str, datetime]:
    return {CLOSING: closes(week)}


PROBATION = ProcessManager(name="probation", state=Stateless, instances=instances, react=react, logs=(COMMITS,))
