"""Quiet hours hold deliveries back until the hours are over. No delivery is dropped for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from services.kernel.base.local_time import local, utc_of


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``begin`` (quiet) to ``end`` (not quiet), local times of day; across midnight if ``begin`` is later. Equal times: never
    quiet.
    """

    begin: time = time(20, 0)
    end: time = time(6, 0)

    def is_quiet(self, at: datetime) -> bool:
        """Whether a moment lies within the hours."""
        clock = local(at).time()
        if self.begin <= self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def end_of_quiet(self, at: datetime) -> datetime:
        """The first moment from ``at`` on that is not quiet, in UTC: ``at``, or the end of the quiet hours around ``at``."""
        if not self.is_quiet(at):
            return at.astimezone(UTC)
        today = local(at).date()
        end = utc_of(today, self.end)
        return end if end > at else utc_of(today + timedelta(days=1), self.end)


def quiet_hours(begin: str, end: str) -> QuietHours:
    """The hours between two times like ``20:00``. Raises ``ValueError``."""
    return QuietHours(time.fromisoformat(begin), time.fromisoformat(end))
