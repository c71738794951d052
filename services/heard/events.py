"""What several services read of the facts that events tells. Times are texts as the fact tells them (RFC 3339)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Venue:
    name: str = ""


@dataclass(frozen=True)
class ActivityPublished:
    """``units`` are what the activity teaches; an activity that was published before activities had units has none."""

    activity: str
    kind: str
    title: str
    starts: str
    ends: str
    topic: str | None = None
    venue: Venue | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActivityRescheduled:
    activity: str
    starts: str
    ends: str


@dataclass(frozen=True)
class AttendanceRecorded:
    """Either a ``person`` or a ``guest`` was at the activity."""

    activity: str
    person: str | None
    guest: str | None
