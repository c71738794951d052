"""What an audience knows. One class for all audiences: a region, a topic, an activity, a library, a consultation, a person.

Each audience fills only the fields of what it has heard of. Times are texts as the fact told them (RFC 3339), because
messages show them and ids are derived from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.kernel.base.message import Fact
from services.notifications.processes.stored_state import People, StoredState


@dataclass(frozen=True, slots=True)
class PublishedActivity:
    """An activity as it was last announced. ``fact`` and ``at`` are the publication's; ``venue`` is a name, "" without one."""

    fact: str
    at: str
    title: str
    starts: str
    ends: str
    venue: str
    region: str | None

    @classmethod
    def of(cls, fact: Fact) -> PublishedActivity:
        """The activity that a publication tells."""
        return cls(
            fact=fact.id,
            at=fact.at.isoformat(),
            title=fact.data["title"],
            starts=fact.data["starts"],
            ends=fact.data["ends"],
            venue=(fact.data.get("venue") or {}).get("name", ""),
            region=fact.region,
        )


@dataclass(frozen=True, slots=True)
class Library:
    """A library's name and its level (``basic``, ``secondary``, …)."""

    name: str
    level: str


@dataclass(frozen=True, slots=True)
class StandingAnnouncement:
    """An announcement that was published and not withdrawn. ``levels`` are those it is for, none for everybody.

    ``gone`` are people who belonged to its audience and have left: they hear of its correction or withdrawal too.
    """

    worth_until: str
    levels: tuple[str, ...]
    gone: People = ()


@dataclass(frozen=True, slots=True)
class AudienceState:
    """What one audience knows."""

    # A region
    region: str | None = None
    name: str | None = None
    coordinator: str | None = None
    stand_in: str | None = None
    members: People = ()
    left: People = ()
    """Who has left the region. Their joining may be heard of later, and then changes nothing."""
    followers: People = ()
    announced: Mapping[str, StandingAnnouncement] = field(default_factory=dict)

    # A region or a library
    libraries: Mapping[str, Library] = field(default_factory=dict)
    staff: Mapping[str, People] = field(default_factory=dict)
    """Library → who works there."""
    mentor: str | None = None

    # A region or an activity
    activities: Mapping[str, PublishedActivity] = field(default_factory=dict)
    """A region's activities that lie ahead; of an activity, itself. A cancelled one is taken out."""

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
        """A region's members; with levels, those who work in its libraries of these levels."""
        if not levels:
            return self.members
        of_level = [library for library, known in self.libraries.items() if known.level in levels]
        return tuple(person for library in of_level for person in self.staff.get(library, ()))


AUDIENCE_STATE = StoredState(AudienceState)
