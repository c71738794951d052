"""The story's calendar: days counted from the installation of the board, and the moves of domain time.

A request must be the same when an interrupted story is told again, so no time in a request comes from a clock. Day 0 is
read from the API: the day on which the board's term begins.
"""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from services.kernel.base.clock import DemoClock
from services.kernel.base.local_time import local, zone

MORNING = time(8, 0)


class Calendar:
    """Domain time of the demonstration. `begin` is called after the installation of the board."""

    def __init__(self, clock: Path) -> None:
        self._clock = DemoClock(clock)
        self._first: date | None = None

    def now(self) -> datetime:
        """The present moment of the story."""
        return self._clock.now()

    def begin(self, installed: datetime) -> None:
        """Count days from the installation of the board."""
        self._first = local(installed).date()

    def to_the_morning(self) -> None:
        """Move to the next eight o'clock: nobody is installed at night, and no quiet hours delay the first mails."""
        now = local(self.now())
        morning = datetime.combine(now.date(), MORNING, zone())
        self._to(morning if now <= morning else morning + timedelta(days=1))

    def at(self, day: int, clock: str) -> datetime:
        """The time `clock` (`HH:MM`, local) of day `day`, in UTC."""
        if self._first is None:
            raise RuntimeError("the calendar has not begun")
        return datetime.combine(self._first + timedelta(days=day), time.fromisoformat(clock), zone()).astimezone(UTC)

    def text(self, day: int, clock: str) -> str:
        """The same time as text for a request: RFC 3339."""
        return self.at(day, clock).isoformat()

    def turn_to(self, day: int, clock: str) -> None:
        """Move domain time to this moment; does nothing if the moment has passed already."""
        self._to(self.at(day, clock))

    def _to(self, moment: datetime) -> None:
        ahead = moment - self.now()
        if ahead > timedelta():
            self._clock.advance(ahead)


def moment(text: str) -> datetime:
    """The aware datetime, in UTC, of an RFC 3339 text from an answer."""
    return datetime.fromisoformat(text).astimezone(UTC)
