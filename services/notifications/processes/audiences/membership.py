"""Members, regions, offices and login codes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.process import Issue
from services.notifications.domain.contact import ContactBounced
from services.notifications.domain.message import Kind
from services.notifications.domain.preference import RegionFollowed, RegionUnfollowed
from services.notifications.domain.residence import RegionEntered, RegionLeft
from services.notifications.processes.audiences.row import Hears, person, region
from services.notifications.processes.audiences.state import AudienceState
from services.notifications.processes.occasion import Occasion
from services.notifications.processes.stored_state import added, removed

WELCOME_WORTH = timedelta(days=14)
BOUNCE_WORTH = timedelta(days=30)
CHANNEL_WORDS = {"email": "email", "telegram": "Telegram"}


def _region_of_office(fact: Fact) -> list[str]:
    """The region of a regional coordinator; other offices are for all regions."""
    office_region = fact.data.get("region")
    return [f"region:{office_region}"] if office_region and fact.data["office"] == "regional-coordinator" else []


def _own_region(recorded: Recorded) -> list[str]:
    """The region that the event names; a contact that is nobody's member names none."""
    named: str | None = getattr(recorded.event, "region", None)
    return [f"region:{named}"] if named else []


def _learn_region(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, name=fact.data["name"], region=fact.region)


def _learn_member(state: AudienceState, fact: Fact) -> AudienceState:
    after, member = replace(state, region=fact.region), fact.data["person"]
    return after if member in state.left else replace(after, members=added(state.members, member))


def _learn_entered(state: AudienceState, recorded: Recorded) -> AudienceState:
    member = recorded.stream_id
    return replace(state, left=removed(state.left, member), members=added(state.members, member))


def _learn_left(state: AudienceState, recorded: Recorded) -> AudienceState:
    member = recorded.stream_id
    return replace(state, members=removed(state.members, member), left=added(state.left, member))


def _learn_followed(state: AudienceState, recorded: Recorded) -> AudienceState:
    return replace(state, followers=added(state.followers, recorded.stream_id))


def _learn_unfollowed(state: AudienceState, recorded: Recorded) -> AudienceState:
    return replace(state, followers=removed(state.followers, recorded.stream_id))


def _learn_coordinator(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, coordinator=fact.data["person"])


def _learn_vacancy(state: AudienceState, fact: Fact) -> AudienceState:
    # After a handover the old holder's leaving may be heard of last: only the present holder leaves the office empty.
    return replace(state, coordinator=None) if state.coordinator == fact.data["person"] else state


def _learn_stand_in(state: AudienceState, fact: Fact) -> AudienceState:
    return replace(state, stand_in=fact.data["person"])


def _learn_no_stand_in(state: AudienceState, _fact: Fact) -> AudienceState:
    return replace(state, stand_in=None)


def _tell_login_code(_state: AudienceState, fact: Fact) -> list[Issue]:
    expires, code = datetime.fromisoformat(fact.data["expires"]), {"code": fact.data["code"]}
    return Occasion.of(fact).messages(Kind.LOGIN_CODE, [fact.data["person"]], expires, code, urgent=True)


def _tell_member(state: AudienceState, fact: Fact) -> list[Issue]:
    """Welcome a member, and tell of activities that were published before the joining was heard of."""
    member = [fact.data["person"]]
    told: list[Issue] = []
    if fact.data["how"] in ("form", "import"):
        if state.name is None:
            raise LookupError(f"region {fact.region} was never opened")
        words = {"region_name": state.name, "coordinator": state.whom_to_ask() or ""}
        told += Occasion.of(fact).messages(Kind.WELCOME, member, fact.at + WELCOME_WORTH, words)
    for identity, activity in state.activities.items():
        # Joined before the publication, heard of after it: members and events have no common order.
        if fact.at <= datetime.fromisoformat(activity.at):
            publication = Occasion(activity.fact, fact.at, identity, activity.region)
            told += publication.messages_until_start(Kind.ACTIVITY_PUBLISHED, member, activity)
    return told


def _tell_bounce(state: AudienceState, recorded: Recorded) -> list[Issue]:
    """Ask the region's coordinator to put a member's contact right."""
    event = recorded.event
    assert isinstance(event, ContactBounced)
    asked = state.whom_to_ask()
    words = {"contact": recorded.stream_id, "channel": CHANNEL_WORDS[event.channel]}
    occasion = Occasion(recorded.id, recorded.at, None, state.region)
    return occasion.messages(Kind.CONTACT_BOUNCED, [asked] if asked else [], recorded.at + BOUNCE_WORTH, words)


MEMBERSHIP = (
    Hears("members.login-code-issued", concerns=person, tells=_tell_login_code),
    Hears("members.region-opened", concerns=region, learns=_learn_region),
    Hears("members.member-joined", concerns=region, learns=_learn_member, tells=_tell_member),
    Hears("members.office-assumed", concerns=_region_of_office, learns=_learn_coordinator),
    Hears("members.office-vacated", concerns=_region_of_office, learns=_learn_vacancy),
    Hears("members.stand-in-named", concerns=_region_of_office, learns=_learn_stand_in),
    Hears("members.stand-in-ended", concerns=_region_of_office, learns=_learn_no_stand_in),
)
OWN_MEMBERSHIP = (
    Hears(RegionEntered, concerns=_own_region, learns=_learn_entered),
    Hears(RegionLeft, concerns=_own_region, learns=_learn_left),
    Hears(RegionFollowed, concerns=_own_region, learns=_learn_followed),
    Hears(RegionUnfollowed, concerns=_own_region, learns=_learn_unfollowed),
    Hears(ContactBounced, concerns=_own_region, tells=_tell_bounce),
)
