"""The venue book. Key: the venue.

``{name, kind, region, subdistrict, capacity, power, projector, signal, library, requests: {activity: state}, by:
{activity: sealed}, version}``; ``by`` is who answered for the host, sealed under the venue's id.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.events.domain.venue import (
    ASKED,
    CONFIRMED,
    DECLINED,
    VenueAdded,
    VenueAsked,
    VenueConfirmed,
    VenueDeclined,
)
from services.kernel.message import Event, Recorded
from services.kernel.view import Applied, Change, View


def apply(recorded: Recorded) -> Applied:
    """What an event changes."""
    changed = _changed(recorded.event)
    return [] if changed is None else [Change(recorded.stream_id, {**changed, "version": recorded.version})]


def _changed(event: Event) -> dict[str, Any] | None:
    match event:
        case VenueAdded(site=site):
            return {**asdict(site), "requests": {}, "by": {}}
        case VenueAsked(activity=activity):
            return {f"requests.{activity}": ASKED}
        case VenueConfirmed(activity=activity, by=by):
            return {f"requests.{activity}": CONFIRMED, f"by.{activity}": by}
        case VenueDeclined(activity=activity, by=by):
            return {f"requests.{activity}": DECLINED, f"by.{activity}": by}
    return None


VENUES = View(name="venues", version=1, apply=apply, indexes=([("region", 1)],))
