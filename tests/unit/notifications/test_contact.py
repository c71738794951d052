"""When a contact counts as one that does not work, and when a delivery may be sent again."""

import pytest

from services.kernel.testing import given
from services.notifications.domain.contact import (
    CONTACT,
    ContactBounced,
    ContactReached,
    ContactRefused,
    RecordReached,
    RecordRefusal,
)
from services.notifications.domain.resending import RESENDING, AskResend, ResendAsked
from tests.unit.notifications.facts import START, STARTS

FIRST, SECOND = (ContactRefused("email", delivery, "550") for delivery in ("d1", "d2"))
BOUNCED, REACHED = ContactBounced("email", "kediri"), ContactReached("email")


def refuse(delivery: str, channel: str = "email") -> RecordRefusal:
    return RecordRefusal(channel, delivery, "550", "kediri")


def test_two_refused_deliveries_in_a_row_flag_a_contact_once() -> None:
    given(CONTACT).when(refuse("d1")).then(FIRST)
    given(CONTACT, FIRST).when(refuse("d2")).then(SECOND, BOUNCED)
    given(CONTACT, FIRST, SECOND, BOUNCED).when(refuse("d3")).then()


def test_a_delivery_counts_once_and_each_channel_for_itself() -> None:
    given(CONTACT, FIRST).when(refuse("d1")).then()
    given(CONTACT, FIRST).when(refuse("d1", "telegram")).then(ContactRefused("telegram", "d1", "550"))


def test_a_working_contact_is_not_flagged_and_can_be_flagged_again() -> None:
    given(CONTACT).when(RecordReached("email")).then()
    given(CONTACT, FIRST).when(RecordReached("email")).then(REACHED)
    given(CONTACT, FIRST, REACHED).when(refuse("d2")).then(SECOND)
    given(CONTACT, FIRST, SECOND, BOUNCED, REACHED).when(refuse("d3")).then(ContactRefused("email", "d3", "550"))


@pytest.mark.parametrize("state", ["failed", "no-contact", "unwanted"])
def test_delivery_that_reached_nobody_is_sent_again(state: str) -> None:
    given(RESENDING).when(AskResend("d1", state, STARTS, START, "ratna")).then(ResendAsked("d1", "ratna"))


@pytest.mark.parametrize("state", ["sent", "planned", "sending", "expired", "withdrawn", "gathered"])
def test_no_other_delivery_is_sent_again(state: str) -> None:
    given(RESENDING).when(AskResend("d1", state, STARTS, START, "ratna")).refused("delivery-not-failed")


def test_expired_or_withdrawn_delivery_is_not_sent_again() -> None:
    given(RESENDING).when(AskResend("d1", "failed", STARTS, STARTS, "ratna")).refused("not-worth-sending")
