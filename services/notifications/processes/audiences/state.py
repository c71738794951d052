"""The state of an audience. One class serves all audiences: of a region, topic, activity, library, consultation or person.

An audience fills only the fields that its facts tell. Times are texts as the fact told them (RFC 3339), because messages show
the texts and ids are derived from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.notifications.processes.people import People


@dataclass(frozen=True, slots=True)
class PublishedActivity:
    """An activity with its latest times. ``fact`` and ``at`` are the publication's; ``venue`` is a name, "" without a venue."""

    fact: str
    at: str
    title: str
    starts: str
    ends: str
    venue: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Library:
    """A library's name and its level (``basic``, ``secondary``, …)."""

    name: str
    level: str


@dataclass(frozen=True, slots=True)
class PublishedAnnouncement:
    """An announcement that was published and not withdrawn. ``levels`` are the levels of its audience, none for all members.

    ``gone`` are people who belonged to the audience and have left: they are told of a correction or withdrawal too.
    """

    worth_until: str
    levels: tuple[str, ...]
    gone: People = ()


@dataclass(frozen=True, slots=True)
class AudienceState:
    # The audience of a region
    region: str | None = None
    name: str | None = None
    coordinator: str | None = None
    stand_in: str | None = None
    members: People = ()
    left: People = ()
    """People who have left the region. Their joining may be heard of later, and then changes nothing."""
    followers: People = ()
    announced: Mapping[str, PublishedAnnouncement] = field(default_factory=dict)

    # The audience of a region or of a library
    libraries: Mapping[str, Library] = field(default_factory=dict)
    staff: Mapping[str, People] = field(default_factory=dict)
    """Library → the people who work there."""
    mentor: str | None = None

    # A region or an activity
    activities: Mapping[str, PublishedActivity] = field(default_factory=dict)
    """Of a region the activities that lie ahead, of an activity the activity. Cancelled activities are removed."""

    # A topic (its title) or a consultation (title and owner)
    title: str | None = None
    raisers: People = ()
    endorsers: People = ()
    owner: str | None = None

    # An activity
    seats: People = ()
    line: People = ()
    present: People = ()

    def whom_to_ask(self) -> str | None:
        """The region's coordinator, or the stand-in while there is none."""
        return self.coordinator or self.stand_in

    def people_of(self, levels: tuple[str, ...]) -> People:
        """A region's members; with levels, the people who work in the region's libraries of the given levels."""
        if not levels:
            return self.members
        of_level = [library for library, known in self.libraries.items() if known.level in levels]
        return tuple(person for library in of_level for person in self.staff.get(library, ()))
