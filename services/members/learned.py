"""A person's learning, with titles: reads several views for one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.kernel.declare.shapes import fill
from services.members.dependencies import Dependencies
from services.members.iso import IsoTime
from services.members.views.competence import BecauseRow
from services.members.views.learning import LEARNING, LearningRow, VisitRow
from services.members.views.libraries import LIBRARIES
from services.members.views.occasions import OCCASIONS, OccasionRow

OCCASIONS_AT_ONCE = 100


@dataclass(frozen=True)
class Reason:
    """The reason for a rating. ``title`` is the activity's, or the name of the accompanied library."""

    kind: str
    id: str | None
    title: str | None


@dataclass(frozen=True)
class Evidence:
    """An activity or a visit (``kind``) that taught or exercised units, with or without a rating."""

    kind: str
    id: str
    title: str | None
    units: tuple[str, ...]
    at: IsoTime


class Learned:
    """A person's attendances and visits until ``as_of``, and the occasions in ``reasons``."""

    def __init__(self, deps: Dependencies, person: str, as_of: datetime, reasons: Iterable[BecauseRow]) -> None:
        own = deps.views.get(LEARNING, person)
        rows = [*([own] if own else []), *deps.views.all(LEARNING, {"person": person})]
        self._attended = _attended_until(as_of, rows)
        self._visits = _visits_until(as_of, rows)
        named = [reason.id for reason in reasons if reason.id]
        wanted = [*self._attended, *(visit.mentorship for visit in self._visits.values()), *named]
        self._occasions = _occasions(deps, list(dict.fromkeys(wanted)))
        self._library_names = _library_names(deps, self._occasions.values())

    def reason(self, because: BecauseRow | None) -> Reason | None:
        """The reason for a rating with its title; None for a rating without a reason."""
        return None if because is None else fill(Reason, because, title=self._title(because.id))

    def evidence(self) -> tuple[Evidence, ...]:
        """Attendances and visits that had to do with units, the oldest first."""
        activities = [
            Evidence("activity", activity, self._title(activity), self._units(activity), at.isoformat())
            for activity, at in self._attended.items()
        ]
        visits = [
            Evidence("visit", visit, self._title(row.mentorship), row.units, row.at.isoformat())
            for visit, row in self._visits.items()
        ]
        with_units = [each for each in [*activities, *visits] if each.units]
        return tuple(sorted(with_units, key=lambda each: (each.at, each.id)))

    def _units(self, activity: str) -> tuple[str, ...]:
        occasion = self._occasions.get(activity)
        return occasion.units if occasion else ()

    def _title(self, identity: str | None) -> str | None:
        occasion = self._occasions.get(identity or "")
        if occasion is None:
            return None
        return occasion.title or self._library_names.get(occasion.library or "")


def _attended_until(as_of: datetime, rows: Iterable[LearningRow]) -> dict[str, datetime]:
    """Each activity once, with the earliest time: a member may have been noted as a guest too."""
    found: dict[str, datetime] = {}
    for activity, at in (item for row in rows for item in row.attended.items()):
        if at <= as_of:
            found[activity] = min(at, found.get(activity, at))
    return found


def _visits_until(as_of: datetime, rows: Iterable[LearningRow]) -> dict[str, VisitRow]:
    visits = (item for row in rows for item in row.visits.items())
    return {visit: row for visit, row in visits if row.at <= as_of}


def _occasions(deps: Dependencies, wanted: Sequence[str]) -> Mapping[str, OccasionRow]:
    found: dict[str, OccasionRow] = {}
    for begin in range(0, len(wanted), OCCASIONS_AT_ONCE):
        at_once = {"_id": {"$in": list(wanted[begin : begin + OCCASIONS_AT_ONCE])}}
        page = deps.views.find(OCCASIONS, at_once, limit=OCCASIONS_AT_ONCE)
        found |= {row.occasion: row for row in page.items}
    return found


def _library_names(deps: Dependencies, occasions: Iterable[OccasionRow]) -> Mapping[str, str]:
    libraries = {occasion.library for occasion in occasions if occasion.library}
    rows = (deps.views.get(LIBRARIES, library) for library in libraries)
    return {row.library: row.name for row in rows if row is not None}
