"""The hours in which nobody is disturbed. What falls into them is held, never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone

JAKARTA = timezone(timedelta(hours=7), "WIB")
"""Asia/Jakarta, which has had no other offset since 1964 and no summer time."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, in Jakarta; across midnight where ``begin`` is the later. Equal: never quiet.

    ``begin`` is quiet, ``end`` is not.
    """

    begin: time = time(20, 0)
    end: time = time(6, 0)

    def quiet(self, at: datetime) -> bool:
        """Whether a moment lies within."""
        clock = at.astimezone(JAKARTA).time()
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def release(self, at: datetime) -> datetime:
        """The first moment from ``at`` on that is not quiet, in UTC: ``at`` itself, or the end of the quiet it lies in."""
        if not self.quiet(at):
            return at.astimezone(UTC)
        local = at.astimezone(JAKARTA)
        end = datetime.combine(local.date(), self.end, JAKARTA)
        if end <= local:
            end += timedelta(days=1)
        return end.astimezone(UTC)


def quiet_hours(begin: str, end: str) -> QuietHours:
    """The hours that two times like ``20:00`` name. Raises ``ValueError``."""
    return QuietHours(time.fromisoformat(begin), time.fromisoformat(end))
