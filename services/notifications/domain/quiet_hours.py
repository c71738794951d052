"""The hours in which nobody is disturbed. What falls into them is held, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from services.kernel.base.local_time import local, utc_of


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one local time of day to another; across midnight where ``begin`` is the later. Equal: never quiet.

    ``begin`` is quiet, ``end`` is not.
    """

    begin: time = time(20, 0)
    end: time = time(6, 0)

    def quiet(self, at: datetime) -> bool:
        """Whether a moment lies within."""
        clock = local(at).time()
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def release(self, at: datetime) -> datetime:
        """The first moment from ``at`` on that is not quiet, in UTC: ``at`` itself, or the end of the quiet it lies in."""
        if not self.quiet(at):
            return at.astimezone(UTC)
        today = local(at).date()
        end = utc_of(today, self.end)
        return end if end > at else utc_of(today + timedelta(days=1), self.end)


def quiet_hours(begin: str, end: str) -> QuietHours:
    """The hours that two times like ``20:00`` name. Raises ``ValueError``."""
    return QuietHours(time.fromisoformat(begin), time.fromisoformat(end))
