"""What somebody took part in, with the titles of it: reads several views for one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.members.parts import Parts
from services.members.views.learning import LEARNING
from services.members.views.libraries import LIBRARIES
from services.members.views.occasions import OCCASIONS

AT_ONCE = 100


class Learned:
    """One person's attendances and visits until ``as_of``, and the occasions that ``reasons`` name."""

    def __init__(self, parts: Parts, person: str, as_of: datetime, reasons: Iterable[Mapping[str, Any]]) -> None:
        own = parts.views.get(LEARNING, person)
        documents = [*([own] if own else []), *parts.views.all(LEARNING, {"person": person})]
        self._attended = _until(as_of, (document.get("attended") or {} for document in documents))
        self._visits = _visits_until(as_of, documents)
        named = [reason["id"] for reason in reasons if reason["id"]]
        wanted = [*self._attended, *(visit["mentorship"] for visit in self._visits.values()), *named]
        self._occasions = _occasions(parts, list(dict.fromkeys(wanted)))
        self._libraries = {
            library: (parts.views.get(LIBRARIES, library) or {}).get("name")
            for library in {occasion.get("library") for occasion in self._occasions.values()}
            if library
        }

    def reason(self, because: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What a rating follows from, with its title."""
        return None if because is None else {**because, "title": self._title(because["id"])}

    def evidence(self) -> list[dict[str, Any]]:
        """Attendances and visits that had to do with units, the oldest first."""
        activities = [
            self._shown("activity", activity, activity, self._occasions.get(activity, {}).get("units", ()), at)
            for activity, at in self._attended.items()
        ]
        visits = [
            self._shown("visit", visit, told["mentorship"], told["units"], told["at"])
            for visit, told in self._visits.items()
        ]
        return sorted((one for one in [*activities, *visits] if one["units"]), key=lambda one: (one["at"], one["id"]))

    def _shown(self, kind: str, identity: str, occasion: str, units: Sequence[str], at: datetime) -> dict[str, Any]:
        title = self._title(occasion)
        return {"kind": kind, "id": identity, "title": title, "units": list(units), "at": at.isoformat()}

    def _title(self, identity: str | None) -> str | None:
        occasion = self._occasions.get(identity or "", {})
        return occasion.get("title") or self._libraries.get(occasion.get("library"))


def _until(as_of: datetime, attended: Iterable[Mapping[str, datetime]]) -> dict[str, datetime]:
    """Each activity once, with the earliest time: a member may have been noted as a guest too."""
    found: dict[str, datetime] = {}
    for activity, at in (item for each in attended for item in each.items()):
        if at <= as_of:
            found[activity] = min(at, found.get(activity, at))
    return found


def _visits_until(as_of: datetime, documents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    visits = (item for document in documents for item in (document.get("visits") or {}).items())
    return {visit: told for visit, told in visits if told["at"] <= as_of}


def _occasions(parts: Parts, wanted: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        page = parts.views.find(OCCASIONS, {"_id": {"$in": list(wanted[begin : begin + AT_ONCE])}}, limit=AT_ONCE)
        found |= {document["_id"]: document for document in page.items}
    return found
