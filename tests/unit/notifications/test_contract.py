"""What is told keeps its shape. ``tests/contract`` judges every event and every fact."""

from dataclasses import replace
from typing import Any

from services.kernel.base.message import Event
from services.notifications.contract import FACTS, tell
from services.notifications.domain.contact import ContactBounced
from services.notifications.domain.preference import PreferenceChosen, RegionFollowed
from tests.support import golden
from tests.unit.notifications import facts
from tests.unit.notifications.test_announcing import announcement
from tests.unit.notifications.test_rendering import MESSAGES

WRITTEN = {type(event).__name__: event for event in golden.events("notifications")}


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
    assert told(WRITTEN["PartnerActivated"], "u") == {"type": "partner-joined", "region": None, **joined}
    assert told(replace(WRITTEN["PartnerActivated"], first=False), "u") is None
    mine = {"region": None, "subscription": "s", "partner": "p"}
    assert told(WRITTEN["SubscriptionMade"], "s") == {"type": "subscription-made", **mine}
    assert told(WRITTEN["SubscriptionEnabled"], "s") == {"type": "subscription-enabled", **mine}
    disabled = {"type": "subscription-disabled", **mine, "why": "gone"}
    assert told(WRITTEN["SubscriptionDisabled"], "s") == disabled
    for quiet in ("PartnerAdded", "PartnerRested", "PartnerKeyIssued", "SecretRotated", "RecoveryAsked"):
        assert told(WRITTEN[quiet]) is None


def test_messages_and_preferences_are_no_facts() -> None:
    for event in (*MESSAGES.values(), PreferenceChosen("en", False), RegionFollowed("kediri")):
        assert told(event) is None


def test_no_message_holds_a_name_or_an_address() -> None:
    shown = {variable.name for message in MESSAGES.values() for variable in message.variables}
    assert shown == {
        "channel", "closes", "code", "contact", "coordinator", "ends", "every", "library_name", "partner_name", "place",
        "reason", "region_name", "starts", "text", "title", "topic_title", "venue", "was", "why",
    }  # fmt: skip
