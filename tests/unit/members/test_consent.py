from datetime import UTC, datetime

from services.kernel.testing import given
from services.members.domain.consent import (
    CONSENT,
    NAME_IN_ARCHIVE,
    SHARE_WITH_PARTNER,
    ConsentGiven,
    ConsentWithdrawn,
    GiveConsent,
    WithdrawConsent,
    newest_wording,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)
ARCHIVE = ConsentGiven(NAME_IN_ARCHIVE, None, 1, "nganjuk", AT)


def give(purpose=NAME_IN_ARCHIVE, partner=None, wording=1):
    return GiveConsent(purpose, partner, wording, "nganjuk", AT)


def test_consent_is_given_once_and_withdrawn_once():
    withdraw = WithdrawConsent(NAME_IN_ARCHIVE, None, "nganjuk", AT)
    withdrawn = ConsentWithdrawn(NAME_IN_ARCHIVE, None, "nganjuk", AT)
    given(CONSENT).when(give()).then(ARCHIVE)
    given(CONSENT, ARCHIVE).when(give()).then()
    given(CONSENT).when(withdraw).then()
    given(CONSENT, ARCHIVE).when(withdraw).then(withdrawn)
    given(CONSENT, ARCHIVE, withdrawn).when(give()).then(ARCHIVE)


def test_each_partner_is_agreed_to_apart():
    campus = ConsentGiven(SHARE_WITH_PARTNER, "campus", 1, "nganjuk", AT)
    given(CONSENT, campus).when(give(SHARE_WITH_PARTNER, "school")).then(
        ConsentGiven(SHARE_WITH_PARTNER, "school", 1, "nganjuk", AT)
    )
    given(CONSENT, campus).when(WithdrawConsent(SHARE_WITH_PARTNER, "school", "nganjuk", AT)).then()


def test_sharing_names_its_partner_and_nothing_else_does():
    given(CONSENT).when(give(SHARE_WITH_PARTNER)).refused("consent-names-its-partner")
    given(CONSENT).when(give(partner="campus")).refused("consent-names-its-partner")


def test_only_the_present_words_are_agreed_to_and_new_words_are_agreed_to_anew():
    for other in (newest_wording(NAME_IN_ARCHIVE) - 1, newest_wording(NAME_IN_ARCHIVE) + 1):
        given(CONSENT).when(give(wording=other)).refused("consent-wording-has-changed")
    older = ConsentGiven(NAME_IN_ARCHIVE, None, 0, "nganjuk", AT)
    given(CONSENT, older).when(give()).then(ARCHIVE)
