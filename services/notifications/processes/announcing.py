"""Whom a region tells of an announcement, and of a contact that does not work. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.kernel.ids import derived_id
from services.kernel.message import Recorded
from services.kernel.process import Issue
from services.notifications.domain.announcement import AnnouncementPublished, AnnouncementWithdrawn
from services.notifications.domain.contact import ContactBounced
from services.notifications.domain.message import Kind
from services.notifications.domain.preference import RegionFollowed, RegionUnfollowed
from services.notifications.domain.residence import RegionEntered, RegionLeft
from services.notifications.processes.hearing import State, added, removed
from services.notifications.processes.telling import Occasion

BOUNCE_WORTH = timedelta(days=30)


def revision_id(announcement: str, revision: int) -> str:
    """The id under which one text of an announcement is told, and told once."""
    return derived_id("announcement", announcement, str(revision))


def instances(recorded: Recorded) -> Sequence[str]:
    """The regions that an event of our own concerns."""
    match recorded.event:
        case AnnouncementPublished(regions=regions) | AnnouncementWithdrawn(regions=regions):
            return [f"region:{region}" for region in regions]
        case ContactBounced(region=region) if region:
            return [f"region:{region}"]
        case RegionFollowed(region) | RegionUnfollowed(region) | RegionEntered(region) | RegionLeft(region):
            return [f"region:{region}"]
    return []


def learn(state: State, recorded: Recorded) -> State:
    """What a region knows after an event of our own."""
    match recorded.event:
        case RegionFollowed():
            return added(state, "followers", recorded.stream_id)
        case RegionUnfollowed():
            return removed(state, "followers", recorded.stream_id)
        case RegionEntered():
            return added(removed(state, "left", recorded.stream_id), "members", recorded.stream_id)
        case RegionLeft():
            # Their joining may be heard of only after this: it then changes nothing any more.
            return added(removed(state, "members", recorded.stream_id), "left", recorded.stream_id)
        case AnnouncementPublished() as event:
            return _learn_announcement(state, recorded, event)
        case AnnouncementWithdrawn():
            announced = state.get("announced", {})
            return {**state, "announced": {name: announced[name] for name in announced if name != recorded.stream_id}}
    return state


def _learn_announcement(state: State, recorded: Recorded, event: AnnouncementPublished) -> State:
    # Only what is still worth sending is kept beside it, so that a region's state does not grow for ever.
    announced = {
        identity: other
        for identity, other in state.get("announced", {}).items()
        if datetime.fromisoformat(other["worth_until"]) > recorded.at
    }
    gone = announced.get(recorded.stream_id, {}).get("gone", [])
    here = {"worth_until": event.worth_until.isoformat(), "levels": list(event.levels), "gone": gone}
    return {**state, "announced": announced | {recorded.stream_id: here}}


def keep_the_gone(before: State, after: State) -> State:
    """With those who have just left the audience of an announcement that stands: what becomes of it concerns them too."""
    announced = after.get("announced")
    if not announced or all(before.get(role) is after.get(role) for role in ("members", "staff", "libraries")):
        return after
    kept = {}
    for identity, one in announced.items():
        still = set(_audience(after, one["levels"]))
        gone = [person for person in _audience(before, one["levels"]) if person not in still]
        kept[identity] = {**one, "gone": list(dict.fromkeys([*one["gone"], *gone]))}
    return {**after, "announced": kept}


def tell(state: State, recorded: Recorded) -> list[Issue]:
    """Whom it tells."""
    match recorded.event:
        case AnnouncementPublished() as event:
            return _tell_announcement(state, recorded, event)
        case AnnouncementWithdrawn(revision=revision) as event if revision:
            fact = derived_id(revision_id(recorded.stream_id, revision), "withdrawn")
            occasion = Occasion(fact, recorded.at, None, state.get("region"))
            people, shown = _concerned(state, recorded.stream_id, event.levels), {"title": event.title}
            return occasion.tell(
                Kind.ANNOUNCEMENT_WITHDRAWN,
                people,
                event.worth_until,
                shown,
                announcement=recorded.stream_id,
                shared=True,
            )
        case ContactBounced(channel=channel):
            asked = state.get("coordinator") or state.get("stand_in")
            shown = {"contact": recorded.stream_id, "channel": CHANNEL_WORDS[channel]}
            occasion = Occasion(recorded.id, recorded.at, None, state.get("region"))
            worth = recorded.at + BOUNCE_WORTH
            return occasion.tell(Kind.CONTACT_BOUNCED, [asked] if asked else [], worth, shown)
    return []


CHANNEL_WORDS: Mapping[str, str] = {"email": "email", "telegram": "Telegram"}


def _tell_announcement(state: State, recorded: Recorded, event: AnnouncementPublished) -> list[Issue]:
    kind = Kind.ANNOUNCEMENT if event.revision == 1 else Kind.ANNOUNCEMENT_CORRECTED
    occasion = Occasion(revision_id(recorded.stream_id, event.revision), recorded.at, None, state.get("region"))
    shown = {"title": event.title, "text": event.text}
    people = _concerned(state, recorded.stream_id, event.levels)
    return occasion.tell(kind, people, event.worth_until, shown, announcement=recorded.stream_id, shared=True)


def _concerned(state: State, announcement: str, levels: Sequence[str]) -> list[str]:
    """The audience, and who belonged to it when it was announced."""
    return [*_audience(state, levels), *state.get("announced", {}).get(announcement, {}).get("gone", [])]


def _audience(state: State, levels: Sequence[str]) -> list[str]:
    """The region's members; with levels, those who work in its libraries of one of them."""
    if not levels:
        return list(state.get("members", []))
    libraries: Mapping[str, Any] = state.get("libraries", {})
    staff: Mapping[str, Sequence[str]] = state.get("staff", {})
    of_level = [identity for identity, library in libraries.items() if library["level"] in levels]
    return [person for library in of_level for person in staff.get(library, ())]
