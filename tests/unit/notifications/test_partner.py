"""Partners: what is agreed with whom, and what their keys open."""

import pytest

from services.kernel.base.problem import NotFound, Refused
from services.kernel.testing import given
from services.notifications.domain.partner import (
    MAX_KEYS,
    PARTNER,
    ActivatePartner,
    AddPartner,
    ChangePartner,
    IssueKey,
    Key,
    PartnerActivated,
    PartnerAdded,
    PartnerKeyIssued,
    PartnerKeyRevoked,
    PartnerRested,
    Profile,
    RestPartner,
    RevokeKey,
)

ADDED = PartnerAdded("Universitas", "university", ("kota-kediri",), ())
ACTIVE = PartnerActivated("MoU", "Universitas", "university", True)
KEY = PartnerKeyIssued("k", "reader", "d", ("feed.read",), ("kota-kediri",))


def test_a_partner_is_added_activated_rested_and_activated_again_without_joining_twice() -> None:
    profile = Profile("Universitas", "university", ("kota-kediri",))
    given(PARTNER).when(AddPartner(profile)).then(ADDED)
    given(PARTNER, ADDED).when(ActivatePartner("MoU")).then(ACTIVE)
    given(PARTNER, ADDED, ACTIVE).when(ActivatePartner("MoU")).then()
    given(PARTNER, ADDED, ACTIVE).when(RestPartner()).then(PartnerRested())
    given(PARTNER, ADDED, ACTIVE, PartnerRested()).when(ActivatePartner("MoU")).then(
        PartnerActivated("MoU", "Universitas", "university", False)
    )


def test_only_an_active_partner_gets_keys_and_rests() -> None:
    given(PARTNER, ADDED).when(IssueKey("k", "n", "d", ("feed.read",), ("kota-kediri",))).refused("partner-not-active")
    given(PARTNER, ADDED).when(RestPartner()).refused("partner-not-active")


def test_a_key_opens_no_region_beyond_its_partners() -> None:
    beyond = IssueKey("k", "n", "d", ("feed.read",), ("kota-kediri", "kota-blitar"))
    given(PARTNER, ADDED, ACTIVE).when(beyond).refused("key-beyond-partner")
    everywhere = IssueKey("k", "n", "d", ("feed.read",), ("*",))
    given(PARTNER, ADDED, ACTIVE).when(everywhere).refused("key-beyond-partner")


def test_a_partner_has_a_limited_number_of_keys() -> None:
    keys = [PartnerKeyIssued(f"k{n}", "reader", "d", ("feed.read",), ("kota-kediri",)) for n in range(MAX_KEYS)]
    one_more = IssueKey("k", "n", "d", ("feed.read",), ("kota-kediri",))
    given(PARTNER, ADDED, ACTIVE, *keys).when(one_more).refused("too-many-keys")
    given(PARTNER, ADDED, ACTIVE, *keys, PartnerKeyRevoked("k0")).when(one_more).then(
        PartnerKeyIssued("k", "n", "d", ("feed.read",), ("kota-kediri",))
    )


def test_a_key_is_revoked_once_and_an_unknown_key_is_not_found() -> None:
    given(PARTNER, ADDED, ACTIVE, KEY).when(RevokeKey("k")).then(PartnerKeyRevoked("k"))
    given(PARTNER, ADDED, ACTIVE, KEY, PartnerKeyRevoked("k")).when(RevokeKey("k")).then()
    with pytest.raises(NotFound):
        PARTNER.decide(RevokeKey("other"), PARTNER.fold([ADDED, ACTIVE]))
    with pytest.raises(NotFound):
        PARTNER.decide(ChangePartner(Profile("x", "other", ("*",))), None)


@pytest.mark.parametrize(
    ("own", "keyed", "opened"),
    [
        (("a", "b"), ("a",), ("a",)),
        (("b",), ("a", "b"), ("b",)),
        (("*",), ("a",), ("a",)),
        (("*",), ("*",), ("*",)),
        (("a",), ("*",), ("a",)),
    ],
)
def test_a_key_opens_what_the_partner_may_read_now(
    own: tuple[str, ...], keyed: tuple[str, ...], opened: tuple[str, ...]
) -> None:
    partner = PARTNER.fold([PartnerAdded("U", "university", own, ()), ACTIVE])
    assert partner.grants(Key("k", "n", "d", ("feed.read",), keyed)) == {"feed.read": opened}
    resting = PARTNER.evolve(partner, PartnerRested())
    assert resting.grants(Key("k", "n", "d", ("feed.read", "subscriptions.keep"), keyed)) == {}


def test_a_rule_is_refused_by_name() -> None:
    with pytest.raises(Refused):
        PARTNER.decide(RestPartner(), PARTNER.fold([ADDED]))
