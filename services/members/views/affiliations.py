"""Who works where: ``{_id: <library>.<person>, library, person, region, stands, role, since, terms}``.

``stands``: whether they work there now; ``role`` and ``since`` are the newest term's. ``terms`` maps a term's number to
``{role, since, until}``.
"""

from __future__ import annotations

from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View
from services.members.domain.affiliation import AffiliationEnded, AffiliationStarted


def apply(recorded: Recorded) -> Applied:
    """One document a library and person."""
    match recorded.event:
        case AffiliationStarted() as event:
            started = {
                "library": event.library,
                "person": event.person,
                "region": event.region,
                "stands": True,
                "role": event.role,
                "since": event.since,
                f"terms.{event.term}": {"role": event.role, "since": event.since, "until": None},
            }
            return [Change(recorded.stream_id, started)]
        case AffiliationEnded() as event:
            return [Change(recorded.stream_id, {"stands": False, f"terms.{event.term}.until": event.until})]
        case _:
            return []


AFFILIATIONS = View("affiliations", 1, apply, indexes=[[("library", 1)], [("person", 1)]])
