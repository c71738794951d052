"""What planning settles for any kind of activity: where, when, for whom, and who leads or speaks."""

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
    """Where it is held: the venue's id, and what everybody may know of it. ``kind`` is the venue's."""

    venue: str
    name: str
    kind: str
    subdistrict: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One part of an agenda. ``id`` is unique within the activity; ``speaker`` names one of its speakers, where one has
    it to herself.
    """

    id: str
    title: str
    starts: datetime
    ends: datetime
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What planning settles for any kind. Times are UTC. ``past`` marks a record of what has been held already.
    ``units`` are the units of competence that it teaches, ``levels`` the education levels that it is for (basic,
    secondary, higher; none: for all), ``open`` lets people register who belong to no community, ``sessions`` is the
    agenda, in order. There is no fee: what the community holds is free (R1).
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
        """The plan at another time; its agenda moves with its start."""
        by = starts - self.starts
        sessions = tuple(
            replace(session, starts=session.starts + by, ends=session.ends + by) for session in self.sessions
        )
        return replace(self, starts=starts, ends=ends, sessions=sessions)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who leads or speaks. ``role`` is guide or speaker, ``category`` board, practitioner, academic or official.
    ``competence`` is the field that the speaker declares to be competent in, ``name`` what a speaker from outside is
    announced as; both are sealed under the person's id.
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
        raise Refused("ends-before-start", "It must end after it starts.")
    if plan.past and plan.ends > at:
        raise Refused("not-past-yet", "Only what has ended can be recorded as a past activity.")
    return plan
