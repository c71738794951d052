"""What stands in the log can be read again, and what is told keeps its shape."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import services.notifications
from services.kernel.base.message import Event
from services.kernel.http.openapi import fragment_text
from services.notifications.bootstrap import definition
from services.notifications.contract import FACTS, REGISTRY, tell
from services.notifications.domain.announcement import (
    AnnouncementApproved,
    AnnouncementDrafted,
    AnnouncementPublished,
    AnnouncementWithdrawn,
    CorrectionDrafted,
)
from services.notifications.domain.contact import ContactBounced, ContactReached, ContactRefused
from services.notifications.domain.message import Kind, MessagePlanned, Variable
from services.notifications.domain.preference import PreferenceChosen, RegionFollowed, RegionUnfollowed
from services.notifications.domain.resending import ResendAsked
from services.notifications.domain.residence import RegionEntered, RegionLeft
from tests.unit.notifications import facts
from tests.unit.notifications.partner_events import PARTNER_EVENTS
from tests.unit.notifications.test_announcing import announcement
from tests.unit.notifications.test_rendering import MESSAGES


def test_every_event_is_read_as_it_was_written() -> None:
    for event in (*MESSAGES.values(), PreferenceChosen("en", False), PreferenceChosen(None, True)):
        assert REGISTRY.load(*REGISTRY.dump(event)) == event


GOLDEN = {
    "MessagePlanned.v1": MessagePlanned(
        fact="0193a1b0-0000-7000-8000-000000000001",
        kind=Kind.SEAT_LINED,
        people=("0193a1b0-0000-7000-8000-000000000002",),
        variables=(Variable("title", "Gathering"), Variable("place", "3")),
        worth_until=datetime(2026, 12, 12, 2, 0, tzinfo=UTC),
        urgent=False,
        activity="0193a1b0-0000-7000-8000-000000000003",
        region=None,
    ),
    "PreferenceChosen.v1": PreferenceChosen(None, False),
    "RegionFollowed.v1": RegionFollowed("blitar"),
    "RegionUnfollowed.v1": RegionUnfollowed("blitar"),
    "ContactRefused.v1": ContactRefused("email", "0193a1b0-0000-7000-8000-000000000004", "550"),
    "ContactBounced.v1": ContactBounced("email", "kediri"),
    "ContactReached.v1": ContactReached("telegram"),
    "AnnouncementDrafted.v1": AnnouncementDrafted(
        title="Pembaruan server",
        text="Mohon cadangkan data.",
        regions=("kediri",),
        levels=("basic",),
        everywhere=False,
        people=51,
        above=50,
        rules=2,
        worth_until=datetime(2026, 12, 12, 2, 0, tzinfo=UTC),
        by="ratna",
    ),
    "CorrectionDrafted.v1": CorrectionDrafted("Pembaruan server", "Hari Minggu.", 51, 50, 2, "ratna"),
    "AnnouncementApproved.v1": AnnouncementApproved("wahyu"),
    "AnnouncementPublished.v1": AnnouncementPublished(
        "Pembaruan server", "Hari Sabtu.", ("kediri",), (), True, datetime(2026, 12, 12, 2, 0, tzinfo=UTC), 1
    ),
    "AnnouncementWithdrawn.v1": AnnouncementWithdrawn(
        "Pembaruan server", ("kediri",), (), datetime(2026, 12, 12, 2, 0, tzinfo=UTC), 1, "ratna"
    ),
    "RegionLeft.v1": RegionLeft("kediri"),
    "RegionEntered.v1": RegionEntered("blitar"),
    "ResendAsked.v1": ResendAsked("0193a1b0-0000-7000-8000-000000000004", "0193a1b0-0000-7000-8000-000000000002"),
    **PARTNER_EVENTS,
}


@pytest.mark.parametrize("written", GOLDEN)
def test_every_version_ever_written_is_still_read(written: str) -> None:
    name, _, version = written.partition(".v")
    data = json.loads((Path(__file__).parent / "golden" / f"{written}.json").read_text("utf-8"))
    assert REGISTRY.load(name, int(version), data) == GOLDEN[written]


def test_every_event_of_our_own_has_a_golden_file_of_its_version() -> None:
    newest = {f"{type(event).__name__}.v{event.schema}" for event in GOLDEN.values()}
    assert newest <= set(GOLDEN)
    assert REGISTRY.names() == {name.partition(".")[0] for name in newest} | {"DeadlinePassed"}


def told(event: Event, at: str = "n") -> dict[str, Any] | None:
    """A fact's type, region and data, as the schema promises them."""
    draft = tell(facts.recorded(event, at))
    if draft is None:
        return None
    assert not FACTS[draft.type].validate(dict(draft.data))
    return {"type": draft.type, "region": draft.region, **draft.data}


def test_a_published_announcement_is_told_without_its_text_and_once() -> None:
    fact = {"type": "announcement-published", "announcement": "n", "regions": ["kediri"], "levels": None}
    assert told(announcement()) == fact | {"region": "kediri"}
    assert told(announcement(revision=2)) is None
    several = told(announcement(regions=("kediri", "blitar"), levels=("basic",)))
    assert several == fact | {"region": None, "regions": ["kediri", "blitar"], "levels": ["basic"]}


def test_a_contact_that_does_not_work_is_told_without_the_contact() -> None:
    assert told(ContactBounced("email", "kediri"), "sri") == {
        "type": "contact-bounced", "region": "kediri", "person": "sri",
    }  # fmt: skip


def test_a_partner_joins_once_and_its_subscriptions_come_and_go_without_their_addresses() -> None:
    joined = {"partner": "u", "kind": "university", "name": "Universitas Nusantara"}
    assert told(PARTNER_EVENTS["PartnerActivated.v1"], "u") == {"type": "partner-joined", "region": None, **joined}
    assert told(replace(PARTNER_EVENTS["PartnerActivated.v1"], first=False), "u") is None
    mine = {"region": None, "subscription": "s", "partner": "p"}
    assert told(PARTNER_EVENTS["SubscriptionMade.v1"], "s") == {"type": "subscription-made", **mine}
    assert told(PARTNER_EVENTS["SubscriptionEnabled.v1"], "s") == {"type": "subscription-enabled", **mine}
    disabled = {"type": "subscription-disabled", **mine, "why": "gone"}
    assert told(PARTNER_EVENTS["SubscriptionDisabled.v1"], "s") == disabled
    for quiet in ("PartnerAdded.v1", "PartnerRested.v1", "PartnerKeyIssued.v1", "SecretRotated.v1", "RecoveryAsked.v1"):
        assert told(PARTNER_EVENTS[quiet]) is None


def test_messages_and_preferences_are_no_facts() -> None:
    for event in (*MESSAGES.values(), PreferenceChosen("en", False), RegionFollowed("kediri")):
        assert told(event) is None


def test_no_message_holds_a_name_or_an_address() -> None:
    shown = {variable.name for message in MESSAGES.values() for variable in message.variables}
    assert shown == {
        "channel", "closes", "code", "contact", "coordinator", "ends", "every", "library_name", "partner_name", "place",
        "reason", "region_name", "starts", "text", "title", "topic_title", "venue", "was", "why",
    }  # fmt: skip


def test_the_openapi_fragment_is_the_one_that_the_routes_give() -> None:
    kept = Path(services.notifications.__file__).with_name("openapi.json").read_text("utf-8")
    assert kept == fragment_text(definition())
