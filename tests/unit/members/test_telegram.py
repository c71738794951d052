from datetime import UTC, datetime, timedelta

from services.kernel.testing import given
from services.members.domain.telegram import (
    LINK_LIFETIME,
    TELEGRAM,
    TELEGRAM_OFFER,
    LinkAccount,
    OfferLink,
    RedeemLink,
    TelegramLinked,
    TelegramLinkOffered,
    TelegramLinkRedeemed,
    TelegramUnlinked,
    UnlinkAccount,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
OFFERED = TelegramLinkOffered("ani", "digest", AT + LINK_LIFETIME)
REDEEMED = TelegramLinkRedeemed("account-1")
NOT_ACCEPTED = "telegram-link-not-accepted"
LINKED = TelegramLinked("ani", "sealed")


def test_a_link_is_good_once_for_half_an_hour():
    given(TELEGRAM_OFFER).when(OfferLink("ani", "digest", AT)).then(OFFERED)
    given(TELEGRAM_OFFER, OFFERED).when(RedeemLink("digest", "account-1", AT + LINK_LIFETIME)).then(REDEEMED)
    late = AT + LINK_LIFETIME + timedelta(seconds=1)
    given(TELEGRAM_OFFER, OFFERED).when(RedeemLink("digest", "account-1", late)).refused(NOT_ACCEPTED)
    given(TELEGRAM_OFFER, OFFERED, REDEEMED).when(RedeemLink("digest", "account-2", AT)).refused(NOT_ACCEPTED)


def test_a_link_may_be_redeemed_again_from_the_same_account():
    late = AT + LINK_LIFETIME + timedelta(days=1)
    given(TELEGRAM_OFFER, OFFERED, REDEEMED).when(RedeemLink("digest", "account-1", late)).then()


def test_a_link_that_was_never_shown_opens_nothing():
    given(TELEGRAM_OFFER).when(RedeemLink("", "account-1", AT)).refused(NOT_ACCEPTED)
    given(TELEGRAM_OFFER, OFFERED).when(RedeemLink("guessed", "account-1", AT)).refused(NOT_ACCEPTED)


def test_one_account_is_one_members():
    given(TELEGRAM).when(LinkAccount("ani", "sealed")).then(LINKED)
    given(TELEGRAM, LINKED).when(LinkAccount("ani", "sealed anew")).then()
    given(TELEGRAM, LINKED).when(LinkAccount("budi", "sealed")).refused("telegram-is-anothers")
    given(TELEGRAM, LINKED).when(UnlinkAccount("budi")).then()
    unlinked = TelegramUnlinked("ani")
    given(TELEGRAM, LINKED).when(UnlinkAccount("ani")).then(unlinked)
    given(TELEGRAM, LINKED, unlinked).when(LinkAccount("budi", "sealed")).then(TelegramLinked("budi", "sealed"))
