"""The plan of an activity: where, when, for whom, and who leads or speaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.kernel.base.problem import Refused

GUIDE = "guide"
SPEAKER = "speaker"
BOARD = "board"

LEVELS = ("basic", "secondary", "higher")
"""Education levels that an activity may be for (R13)."""


@dataclass(frozen=True, slots=True)
class Place:
    """The venue's id, and its public part. ``kind`` is the venue's."""

    venue: str
    name: str
    kind: str
    subdistrict: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One part of an agenda. ``id`` is unique within the activity; ``speaker`` names one of its speakers, where that
    speaker holds the session alone.
    """

    id: str
    title: str
    starts: datetime
    ends: datetime
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of an activity of any kind. Times are UTC. ``past`` marks the record of an activity that has been held
    already. ``units`` are the units of competence taught, ``levels`` the education levels addressed (basic, secondary,
    higher; none: all). ``open``: people without a membership may register. ``sessions`` is the agenda, in order. The
    plan has no fee: all activities of the community are free (R1).
    """

    kind: str
    title: str
    region: str
    place: Place
    starts: datetime
    ends: datetime
    capacity: int
    past: bool = False
    units: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    open: bool = False
    sessions: tuple[Session, ...] = ()

    def moved(self, starts: datetime, ends: datetime) -> Plan:
        """The plan at another time; the agenda moves with the start."""
        by = starts - self.starts
        sessions = tuple(
            replace(session, starts=session.starts + by, ends=session.ends + by) for session in self.sessions
        )
        return replace(self, starts=starts, ends=ends, sessions=sessions)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A guide or speaker (``role``), of the ``category`` board, practitioner, academic or official. ``competence`` is
    the field that the speaker declares, ``name`` the announced name of a speaker from outside; both are sealed under
    the person's id.
    """

    person: str
    role: str
    category: str
    from_board: bool
    competence: str | None = None
    name: str | None = None


def planned(plan: Plan, at: datetime) -> Plan:
    """The plan, if its times make sense. Raises ``Refused``: ``ends-before-start``, ``not-past-yet``."""
    if plan.ends <= plan.starts:
        raise Refused("ends-before-start", "The end must be after the start.")
    if plan.past and plan.ends > at:
        raise Refused("not-past-yet", "Only an activity that has ended can be recorded as a past activity.")
    return plan
