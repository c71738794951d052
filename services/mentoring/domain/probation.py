"""Probation: so many whole weeks in a row in which books were lent, and a backup without error among them (U2).

Counted in domain time from the going live, or from the last restart. Everything here is computed from what was recorded
and from the moment at which it is asked: whether a deadline has fired by then changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.mentoring.domain.weeks import WEEK, begin_of, closes, end_of

STATED, MEASURED = "stated", "measured"
"""Who says so: a person, or the library's own server."""
FAILED_AT_MOST = 100
"""How many failed backups are known by their moment, so that the same one said again is nothing new."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One week's loans by source; None where that source said nothing."""

    stated: int | None = None
    measured: int | None = None

    @property
    def loans(self) -> int:
        """What counts: what a machine measured outranks what a person stated."""
        return (self.stated if self.measured is None else self.measured) or 0


@dataclass(frozen=True, slots=True)
class Window:
    """How far probation is. ``first`` is the Monday of its first week; ``have`` of ``need`` weeks are complete."""

    first: date
    have: int
    need: int
    backup: bool

    @property
    def complete(self) -> bool:
        """Nothing is missing."""
        return self.have >= self.need and self.backup


@dataclass(frozen=True, slots=True)
class Probation:
    """``need`` weeks under version ``rules`` of the rules. ``first`` is the Monday of the first week that counts now,
    ``began`` of the first that ever did.

    ``weeks`` holds what was reported, by Monday; ``backups`` the moments of the backups without error, ``failed`` of the
    latest with one.
    """

    need: int
    rules: int
    first: date
    began: date
    weeks: Mapping[date, Counted] = field(default_factory=dict)
    backups: tuple[datetime, ...] = ()
    failed: tuple[datetime, ...] = ()

    def counted(self, monday: date, source: str, count: int) -> Probation:
        """With one more count; a later one of the same source replaces the former."""
        standing = self.weeks.get(monday, Counted())
        changed = replace(standing, measured=count) if source == MEASURED else replace(standing, stated=count)
        return replace(self, weeks={**self.weeks, monday: changed})

    def backed_up(self, at: datetime) -> Probation:
        """With one more backup that went without error."""
        return replace(self, backups=(*self.backups, at))

    def failed_at(self, at: datetime) -> Probation:
        """With one more backup that failed; those before the last ``FAILED_AT_MOST`` are forgotten."""
        return replace(self, failed=(*self.failed, at)[-FAILED_AT_MOST:])

    def restarted(self, first: date) -> Probation:
        """Counting anew from a Monday on."""
        return replace(self, first=first)

    def lent_in(self, monday: date) -> bool:
        """Whether a week has its evidence."""
        return self.weeks.get(monday, Counted()).loans > 0

    def window(self, at: datetime) -> Window:
        """The window as of a moment. A week that ended without evidence and is closed begins it anew with the next."""
        first, monday, have = self.first, self.first, 0
        while end_of(monday) <= at:
            if self.lent_in(monday):
                have += 1
            elif closes(monday) <= at:
                first, have = monday + WEEK, 0
            else:
                break
            monday += WEEK
        backup = any(begin_of(first) <= done <= at for done in self.backups)
        return Window(first, have, self.need, backup)
