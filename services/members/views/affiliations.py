"""Who works at which library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.affiliation import AffiliationEnded, AffiliationStarted


@dataclass(frozen=True)
class TermRow:
    """A time in one role; ``until`` is None while the term runs."""

    role: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class AffiliationRow:
    """``affiliation`` is ``<library>.<person>``. ``stands``: whether the person works there now; ``role`` and ``since`` are the
    newest term's. ``terms`` holds every term by its number.
    """

    affiliation: str
    library: str
    person: str
    region: str
    stands: bool
    role: str
    since: datetime
    terms: Mapping[str, TermRow]

    def terms_in_order(self) -> list[TermRow]:
        """The terms from first to last."""
        return [self.terms[number] for number in sorted(self.terms, key=int)]


def apply(recorded: Recorded) -> Applied:
    match recorded.event:
        case AffiliationStarted() as event:
            started = {
                "library": event.library,
                "person": event.person,
                "region": event.region,
                "stands": True,
                "role": event.role,
                "since": event.since,
                f"terms.{event.term}": TermRow(event.role, event.since, None),
            }
            return [Change(recorded.stream_id, started)]
        case AffiliationEnded() as event:
            return [Change(recorded.stream_id, {"stands": False, f"terms.{event.term}.until": event.until})]
    return []


AFFILIATIONS = View(
    name="affiliations", version=1, row=AffiliationRow, apply=apply, indexes=([("library", 1)], [("person", 1)])
)
