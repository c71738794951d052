"""Probation: a number of whole weeks in a row in which books were lent, and a backup without error in that time (U2).

The weeks count in domain time from the going live, or from the last restart. Everything is computed from the recorded evidence
and the moment of asking. A deadline that has not fired yet changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from services.mentoring.domain.weeks import WEEK, begin_of, closes, end_of

STATED, MEASURED = "stated", "measured"
"""The source of evidence: a person states, the library's own server measures."""
MAX_FAILED_BACKUPS = 100
"""How many failed backups are known by their moment, so that a repeated report changes nothing."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One week's loans by source; None where the source reported nothing."""

    stated: int | None = None
    measured: int | None = None

    @property
    def loans(self) -> int:
        """The count to go by: a measured count outranks a stated count."""
        return (self.stated if self.measured is None else self.measured) or 0


@dataclass(frozen=True, slots=True)
class Window:
    """The evidence window. ``first`` is the Monday of its first week; ``have`` of ``need`` weeks are complete. ``backup``: a backup
    without error lies in the window.
    """

    first: date
    have: int
    need: int
    backup: bool

    @property
    def complete(self) -> bool:
        """Whether weeks and backup are all there."""
        return self.have >= self.need and self.backup


@dataclass(frozen=True, slots=True)
class Probation:
    """``need`` weeks under version ``rules`` of the rules. ``first`` is the Monday of the first week that counts now, ``began`` the
    Monday of the first week after the going live.

    ``weeks`` holds the reported loans by Monday. ``backups`` are the moments of the backups without error, ``failed`` those of the
    latest backups with an error.
    """

    need: int
    rules: int
    first: date
    began: date
    weeks: Mapping[date, Counted] = field(default_factory=dict)
    backups: tuple[datetime, ...] = ()
    failed: tuple[datetime, ...] = ()

    def with_count(self, monday: date, source: str, count: int) -> Probation:
        """With one more count; a later count of the same source replaces the former."""
        known = self.weeks.get(monday, Counted())
        changed = replace(known, measured=count) if source == MEASURED else replace(known, stated=count)
        return replace(self, weeks={**self.weeks, monday: changed})

    def backed_up(self, at: datetime) -> Probation:
        """With one more backup without error."""
        return replace(self, backups=(*self.backups, at))

    def failed_at(self, at: datetime) -> Probation:
        """With one more failed backup. The last ``MAX_FAILED_BACKUPS`` are kept."""
        return replace(self, failed=(*self.failed, at)[-MAX_FAILED_BACKUPS:])

    def restarted(self, first: date) -> Probation:
        """Counting anew from a Monday on."""
        return replace(self, first=first)

    def lent_in(self, monday: date) -> bool:
        """Whether books were lent in the week."""
        return self.weeks.get(monday, Counted()).loans > 0

    def window(self, at: datetime) -> Window:
        """The window as of a moment. A closed week without loans begins the window anew with the next week."""
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
