"""The board's announcements: published, corrected, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from services.kernel.base.ids import derived_id
from services.kernel.declare.process import Dispatch
from services.notifications.domain.announcement import AnnouncementPublished, AnnouncementWithdrawn
from services.notifications.domain.message import Kind
from services.notifications.processes.audiences.row import Heard, Hears
from services.notifications.processes.audiences.state import AudienceState, PublishedAnnouncement
from services.notifications.processes.occasion import Occasion
from services.notifications.processes.people import People


class OfRegions(Protocol):
    @property
    def regions(self) -> tuple[str, ...]: ...


def _regions(heard: Heard[OfRegions]) -> list[str]:
    return [f"region:{region}" for region in heard.data.regions]


def _revision_id(announcement: str, revision: int) -> str:
    """The identity under which one text of an announcement is told, and told once."""
    return derived_id("announcement", announcement, str(revision))


def _learn_publication(state: AudienceState, heard: Heard[AnnouncementPublished]) -> AudienceState:
    event = heard.data
    # Announcements that are not worth sending any more are dropped, so that a region's state does not grow for ever.
    standing = {
        identity: other
        for identity, other in state.announced.items()
        if datetime.fromisoformat(other.worth_until) > heard.at
    }
    earlier = standing.get(heard.subject)
    here = PublishedAnnouncement(event.worth_until.isoformat(), event.levels, earlier.gone if earlier else ())
    return replace(state, announced=standing | {heard.subject: here})


def _learn_withdrawal(state: AudienceState, heard: Heard[AnnouncementWithdrawn]) -> AudienceState:
    others = {identity: other for identity, other in state.announced.items() if identity != heard.subject}
    return replace(state, announced=others)


def remember_who_left(before: AudienceState, after: AudienceState) -> AudienceState:
    """Add people who have just left an audience to ``gone`` of the published announcements."""
    same = before.members is after.members and before.staff is after.staff and before.libraries is after.libraries
    if same or not after.announced:
        return after
    announced = {}
    for identity, standing in after.announced.items():
        still = set(after.people_of(standing.levels))
        left = [person for person in before.people_of(standing.levels) if person not in still]
        announced[identity] = replace(standing, gone=tuple(dict.fromkeys([*standing.gone, *left])))
    return replace(after, announced=announced)


def _people_concerned(state: AudienceState, announcement: str, levels: tuple[str, ...]) -> People:
    """The audience, and the people who belonged to it when the announcement was published."""
    standing = state.announced.get(announcement)
    return (*state.people_of(levels), *(standing.gone if standing else ()))


def _tell_publication(state: AudienceState, heard: Heard[AnnouncementPublished]) -> list[Dispatch]:
    event = heard.data
    occasion = Occasion(_revision_id(heard.subject, event.revision), heard.at, None, state.region)
    return occasion.messages(
        Kind.ANNOUNCEMENT if event.revision == 1 else Kind.ANNOUNCEMENT_CORRECTED,
        _people_concerned(state, heard.subject, event.levels),
        event.worth_until,
        {"title": event.title, "text": event.text},
        announcement=heard.subject,
        shared=True,
    )


def _tell_withdrawal(state: AudienceState, heard: Heard[AnnouncementWithdrawn]) -> list[Dispatch]:
    event = heard.data
    if not event.revision:  # nothing was published
        return []
    fact = derived_id(_revision_id(heard.subject, event.revision), "withdrawn")
    return Occasion(fact, heard.at, None, state.region).messages(
        Kind.ANNOUNCEMENT_WITHDRAWN,
        _people_concerned(state, heard.subject, event.levels),
        event.worth_until,
        {"title": event.title},
        announcement=heard.subject,
        shared=True,
    )


ANNOUNCEMENTS = (
    Hears(AnnouncementPublished, concerns=_regions, learns=_learn_publication, tells=_tell_publication),
    Hears(AnnouncementWithdrawn, concerns=_regions, learns=_learn_withdrawal, tells=_tell_withdrawal),
)
