"""An activity as attendance sees it: state, region, times, and the sessions of the agenda."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.events.domain.plan import Session
from services.kernel.base.problem import Refused

BEFORE = timedelta(minutes=30)
"""How long before the start the code word is good, and a list may be begun: people come early."""
AFTER = timedelta(hours=2)
"""How long after the end the code word is good: the signal was bad, the walk home is long."""


@dataclass(frozen=True, slots=True)
class ActivityTimes:
    """The activity as of now. Rescheduling moves the times, and the window of the code word with the times."""

    state: str
    region: str
    starts: datetime
    ends: datetime
    sessions: tuple[Session, ...] = ()

    def for_session(self, session: Session) -> ActivityTimes:
        """The same activity with the times of one session."""
        return replace(self, starts=session.starts, ends=session.ends, sessions=())

    def session(self, identity: str | None, at: datetime) -> Session | None:
        """The session with an id; for None the session under way at a moment or about to begin, if any. Raises
        ``Refused`` for an id that is not on the agenda.
        """
        if identity is None:
            under_way = [session for session in self.sessions if session.starts - BEFORE <= at < session.ends]
            return under_way[-1] if under_way else None
        for session in self.sessions:
            if session.id == identity:
                return session
        raise Refused("no-such-session", "There is no such session on the agenda.")

    @property
    def opens(self) -> datetime:
        """From when on people may be recorded."""
        return self.starts - BEFORE

    @property
    def closes(self) -> datetime:
        """Until when the code word is good."""
        return self.ends + AFTER
