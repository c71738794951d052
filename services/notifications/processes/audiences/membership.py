"""Members, regions, offices and login codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from services.heard.members import RegionOpened
from services.kernel.declare.process import Dispatch
from services.notifications.domain.contact import ContactBounced
from services.notifications.domain.message import Kind
from services.notifications.domain.preference import RegionFollowed, RegionUnfollowed
from services.notifications.domain.residence import RegionEntered, RegionLeft
from services.notifications.processes.audiences.row import Heard, Hears, person, region
from services.notifications.processes.audiences.state import AudienceState
from services.notifications.processes.occasion import Occasion
from services.notifications.processes.people import added, removed

WELCOME_WORTH = timedelta(days=14)
BOUNCE_WORTH = timedelta(days=30)
CHANNEL_WORDS = {"email": "email", "telegram": "Telegram"}


@dataclass(frozen=True)
class LoginCodeIssued:
    person: str
    code: str
    expires: datetime


@dataclass(frozen=True)
class MemberJoined:
    person: str
    how: str


@dataclass(frozen=True)
class OfficeChanged:
    """A person begins or ends to hold an office or to stand in. ``region`` is None for an office for all regions."""

    office: str
    person: str
    region: str | None = None


class OfRegion(Protocol):
    @property
    def region(self) -> str | None: ...


def _region_of_office(heard: Heard[OfficeChanged]) -> list[str]:
    """The region of a regional coordinator; other offices are for all regions."""
    office_region = heard.data.region
    return [f"region:{office_region}"] if office_region and heard.data.office == "regional-coordinator" else []


def _own_region(heard: Heard[OfRegion]) -> list[str]:
    """The region that the event names; the event of a guest's contact names none."""
    return [f"region:{heard.data.region}"] if heard.data.region else []


def _learn_region(state: AudienceState, heard: Heard[RegionOpened]) -> AudienceState:
    return replace(state, name=heard.data.name, region=heard.region)


def _learn_member(state: AudienceState, heard: Heard[MemberJoined]) -> AudienceState:
    after, member = replace(state, region=heard.region), heard.data.person
    return after if member in state.left else replace(after, members=added(state.members, member))


def _learn_entered(state: AudienceState, heard: Heard[RegionEntered]) -> AudienceState:
    member = heard.subject
    return replace(state, left=removed(state.left, member), members=added(state.members, member))


def _learn_left(state: AudienceState, heard: Heard[RegionLeft]) -> AudienceState:
    member = heard.subject
    return replace(state, members=removed(state.members, member), left=added(state.left, member))


def _learn_followed(state: AudienceState, heard: Heard[RegionFollowed]) -> AudienceState:
    return replace(state, followers=added(state.followers, heard.subject))


def _learn_unfollowed(state: AudienceState, heard: Heard[RegionUnfollowed]) -> AudienceState:
    return replace(state, followers=removed(state.followers, heard.subject))


def _learn_coordinator(state: AudienceState, heard: Heard[OfficeChanged]) -> AudienceState:
    return replace(state, coordinator=heard.data.person)


def _learn_vacancy(state: AudienceState, heard: Heard[OfficeChanged]) -> AudienceState:
    # After a handover the old holder's leaving may be heard of last: only the present holder leaves the office empty.
    return replace(state, coordinator=None) if state.coordinator == heard.data.person else state


def _learn_stand_in(state: AudienceState, heard: Heard[OfficeChanged]) -> AudienceState:
    return replace(state, stand_in=heard.data.person)


def _learn_no_stand_in(state: AudienceState, _heard: Heard[OfficeChanged]) -> AudienceState:
    return replace(state, stand_in=None)


def _tell_login_code(_state: AudienceState, heard: Heard[LoginCodeIssued]) -> list[Dispatch]:
    issued = heard.data
    code = {"code": issued.code}
    return heard.occasion().messages(Kind.LOGIN_CODE, [issued.person], issued.expires, code, urgent=True)


def _tell_member(state: AudienceState, heard: Heard[MemberJoined]) -> list[Dispatch]:
    """Welcome a member, and tell of activities that were published before the joining was heard of."""
    member = [heard.data.person]
    told: list[Dispatch] = []
    if heard.data.how in ("form", "import"):
        if state.name is None:
            raise LookupError(f"region {heard.region} was never opened")
        words = {"region_name": state.name, "coordinator": state.whom_to_ask() or ""}
        told += heard.occasion().messages(Kind.WELCOME, member, heard.at + WELCOME_WORTH, words)
    for identity, activity in state.activities.items():
        # Joined before the publication, heard of after it: members and events have no common order.
        if heard.at <= datetime.fromisoformat(activity.at):
            publication = Occasion(activity.fact, heard.at, identity, activity.region)
            told += publication.messages_until_start(Kind.ACTIVITY_PUBLISHED, member, activity)
    return told


def _tell_bounce(state: AudienceState, heard: Heard[ContactBounced]) -> list[Dispatch]:
    """Ask the region's coordinator to put a member's contact right."""
    asked = state.whom_to_ask()
    words = {"contact": heard.subject, "channel": CHANNEL_WORDS[heard.data.channel]}
    occasion = Occasion(heard.id, heard.at, None, state.region)
    return occasion.messages(Kind.CONTACT_BOUNCED, [asked] if asked else [], heard.at + BOUNCE_WORTH, words)


MEMBERSHIP = (
    Hears(LoginCodeIssued, "members.login-code-issued", concerns=person, tells=_tell_login_code),
    Hears(RegionOpened, "members.region-opened", concerns=region, learns=_learn_region),
    Hears(MemberJoined, "members.member-joined", concerns=region, learns=_learn_member, tells=_tell_member),
    Hears(OfficeChanged, "members.office-assumed", concerns=_region_of_office, learns=_learn_coordinator),
    Hears(OfficeChanged, "members.office-vacated", concerns=_region_of_office, learns=_learn_vacancy),
    Hears(OfficeChanged, "members.stand-in-named", concerns=_region_of_office, learns=_learn_stand_in),
    Hears(OfficeChanged, "members.stand-in-ended", concerns=_region_of_office, learns=_learn_no_stand_in),
)
OWN_MEMBERSHIP = (
    Hears(RegionEntered, concerns=_own_region, learns=_learn_entered),
    Hears(RegionLeft, concerns=_own_region, learns=_learn_left),
    Hears(RegionFollowed, concerns=_own_region, learns=_learn_followed),
    Hears(RegionUnfollowed, concerns=_own_region, learns=_learn_unfollowed),
    Hears(ContactBounced, concerns=_own_region, tells=_tell_bounce),
)
