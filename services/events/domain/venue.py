"""Venue: a café, a school or another place, and the request to the host (R6, R7).

A café needs no answer; a school's answer is needed, and the coordinator who asked records the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from services.kernel.base.message import Command, Event
from services.kernel.base.problem import NotFound, Refused
from services.kernel.commands.decider import Decider

CAFE = "cafe"
SCHOOL = "school"
OTHER = "other"

ASKED = "asked"
CONFIRMED = "confirmed"
DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Site:
    """``capacity`` counts people; ``power``, ``projector`` and ``signal`` are None where nobody has looked; ``library``
    names the partner library that owns the rooms.
    """

    name: str
    kind: str
    region: str
    subdistrict: str | None = None
    capacity: int | None = None
    power: bool | None = None
    projector: bool | None = None
    signal: bool | None = None
    library: str | None = None


@dataclass(frozen=True, slots=True)
class AddVenue(Command):
    site: Site


@dataclass(frozen=True, slots=True)
class AskVenue(Command):
    """``planned_here``: the activity's plan names this venue."""

    activity: str
    planned_here: bool


@dataclass(frozen=True, slots=True)
class AskAgain(Command):
    """The activity moved to another time: the host's answer was about the former time."""

    activity: str


@dataclass(frozen=True, slots=True)
class RecordAnswer(Command):
    """``by`` answered for the host, sealed under the venue's id."""

    activity: str
    confirmed: bool
    by: str | None = None


VenueCommand = AddVenue | AskVenue | AskAgain | RecordAnswer


@dataclass(frozen=True, slots=True)
class VenueAdded(Event):
    site: Site


@dataclass(frozen=True, slots=True)
class VenueAsked(Event):
    activity: str


@dataclass(frozen=True, slots=True)
class VenueConfirmed(Event):
    activity: str
    region: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class VenueDeclined(Event):
    activity: str
    region: str
    by: str | None = None


VenueEvent = VenueAdded | VenueAsked | VenueConfirmed | VenueDeclined


@dataclass(frozen=True, slots=True)
class Venue:
    """``requests`` maps an activity to asked, confirmed or declined."""

    site: Site
    requests: Mapping[str, str] = field(default_factory=dict)


def decide(command: VenueCommand, venue: Venue | None) -> Sequence[Event]:
    """The resulting events. Raises ``Refused``, and ``NotFound`` for an unknown venue."""
    if isinstance(command, AddVenue):
        return [] if venue else [VenueAdded(command.site)]
    if venue is None:
        raise NotFound
    standing = venue.requests.get(command.activity)
    match command:
        case AskVenue():
            if standing in {ASKED, CONFIRMED}:
                return []
            if not command.planned_here:
                raise Refused("activity-is-elsewhere", "The activity is planned at another venue.")
            return [VenueAsked(command.activity)]
        case AskAgain(activity=activity):
            return [VenueAsked(activity)] if standing in {CONFIRMED, DECLINED} else []
        case RecordAnswer():
            if standing is None:
                raise Refused("venue-not-asked", "The venue was not asked for this activity.")
            if standing == (CONFIRMED if command.confirmed else DECLINED):
                return []
            answer = VenueConfirmed if command.confirmed else VenueDeclined
            return [answer(command.activity, venue.site.region, command.by)]
        case _:
            assert_never(command)


def evolve(venue: Venue | None, event: VenueEvent) -> Venue:
    """The venue after an event."""
    if isinstance(event, VenueAdded):
        return Venue(event.site)
    assert venue is not None  # a venue's first event is VenueAdded
    match event:
        case VenueAsked(activity=activity):
            return replace(venue, requests={**venue.requests, activity: ASKED})
        case VenueConfirmed(activity=activity):
            return replace(venue, requests={**venue.requests, activity: CONFIRMED})
        case VenueDeclined(activity=activity):
            return replace(venue, requests={**venue.requests, activity: DECLINED})
        case _:
            assert_never(event)


VENUE: Decider[Venue | None] = Decider("venue", None, decide, evolve)
