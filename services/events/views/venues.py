"""The venue book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from services.events.domain.venue import (
    ASKED,
    CONFIRMED,
    DECLINED,
    VenueAdded,
    VenueAsked,
    VenueConfirmed,
    VenueDeclined,
)
from services.kernel.base.message import Recorded
from services.kernel.declare.view import Applied, Change, View


@dataclass(frozen=True)
class VenueRow:
    """``requests`` holds the state of the host's answer by activity; ``by`` the person who answered, sealed under the
    venue's id.
    """

    venue: str
    name: str
    kind: str
    region: str
    subdistrict: str | None
    capacity: int | None
    power: bool | None
    projector: bool | None
    signal: bool | None
    library: str | None
    requests: Mapping[str, str]
    by: Mapping[str, str | None]
    version: int


def apply(recorded: Recorded) -> Applied:
    venue, version = recorded.stream_id, recorded.version
    match recorded.event:
        case VenueAdded(site=site):
            return [Change.put(VenueRow(venue, **asdict(site), requests={}, by={}, version=version))]
        case VenueAsked(activity=activity):
            return [Change(venue, {f"requests.{activity}": ASKED, "version": version})]
        case VenueConfirmed(activity=activity, by=by):
            return [Change(venue, {**_answered(activity, CONFIRMED, by), "version": version})]
        case VenueDeclined(activity=activity, by=by):
            return [Change(venue, {**_answered(activity, DECLINED, by), "version": version})]
    return []


def _answered(activity: str, state: str, by: str | None) -> Mapping[str, str | None]:
    return {f"requests.{activity}": state, f"by.{activity}": by}


VENUES = View(name="venues", version=1, row=VenueRow, apply=apply, indexes=([("region", 1)],))
