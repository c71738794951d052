"""The board's announcements: published, corrected, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.kernel.base.ids import derived_id
from services.kernel.base.message import Recorded
from services.kernel.declare.process import Issue
from services.notifications.domain.announcement import AnnouncementPublished, AnnouncementWithdrawn
from services.notifications.domain.message import Kind
from services.notifications.processes.audiences.row import Hears
from services.notifications.processes.audiences.state import AudienceState, StandingAnnouncement
from services.notifications.processes.occasion import Occasion
from services.notifications.processes.stored_state import People


def _revision_id(announcement: str, revision: int) -> str:
    """The identity under which one text of an announcement is told, and told once."""
    return derived_id("announcement", announcement, str(revision))


def _regions(recorded: Recorded) -> list[str]:
    event = recorded.event
    assert isinstance(event, AnnouncementPublished | AnnouncementWithdrawn)
    return [f"region:{region}" for region in event.regions]


def _learn_publication(state: AudienceState, recorded: Recorded) -> AudienceState:
    event = recorded.event
    assert isinstance(event, AnnouncementPublished)
    # Announcements that are not worth sending any more are dropped, so that a region's state does not grow for ever.
    standing = {
        identity: other
        for identity, other in state.announced.items()
        if datetime.fromisoformat(other.worth_until) > recorded.at
    }
    earlier = standing.get(recorded.stream_id)
    here = StandingAnnouncement(event.worth_until.isoformat(), tuple(event.levels), earlier.gone if earlier else ())
    return replace(state, announced=standing | {recorded.stream_id: here})


def _learn_withdrawal(state: AudienceState, recorded: Recorded) -> AudienceState:
    others = {identity: other for identity, other in state.announced.items() if identity != recorded.stream_id}
    return replace(state, announced=others)


def remember_who_left(before: AudienceState, after: AudienceState) -> AudienceState:
    """Add to each standing announcement's ``gone`` the people who have just left its audience."""
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
    """The audience, and those who belonged to it when the announcement was published."""
    standing = state.announced.get(announcement)
    return (*state.people_of(levels), *(standing.gone if standing else ()))


def _tell_publication(state: AudienceState, recorded: Recorded) -> list[Issue]:
    event = recorded.event
    assert isinstance(event, AnnouncementPublished)
    occasion = Occasion(_revision_id(recorded.stream_id, event.revision), recorded.at, None, state.region)
    return occasion.messages(
        Kind.ANNOUNCEMENT if event.revision == 1 else Kind.ANNOUNCEMENT_CORRECTED,
        _people_concerned(state, recorded.stream_id, tuple(event.levels)),
        event.worth_until,
        {"title": event.title, "text": event.text},
        announcement=recorded.stream_id,
        shared=True,
    )


def _tell_withdrawal(state: AudienceState, recorded: Recorded) -> list[Issue]:
    event = recorded.event
    assert isinstance(event, AnnouncementWithdrawn)
    if not event.revision:  # it was withdrawn before it was published
        return []
    fact = derived_id(_revision_id(recorded.stream_id, event.revision), "withdrawn")
    return Occasion(fact, recorded.at, None, state.region).messages(
        Kind.ANNOUNCEMENT_WITHDRAWN,
        _people_concerned(state, recorded.stream_id, tuple(event.levels)),
        event.worth_until,
        {"title": event.title},
        announcement=recorded.stream_id,
        shared=True,
    )


ANNOUNCEMENTS = (
    Hears(AnnouncementPublished, concerns=_regions, learns=_learn_publication, tells=_tell_publication),
    Hears(AnnouncementWithdrawn, concerns=_regions, learns=_learn_withdrawal, tells=_tell_withdrawal),
)
