from datetime import date

import pytest

from services.kernel.problem import NotFound, Unavailable
from services.kernel.testing import given
from services.members.domain.person import (
    PERSON,
    AddGuest,
    GuestAdded,
    GuestTied,
    IdentityYielded,
    Join,
    MemberJoined,
    TieGuest,
    YieldIdentity,
)

JOIN = Join(
    "sealed name", "sealed e-mail", None, "SD Contoh 1", "kota-kediri", "mojoroto", date(2026, 3, 2), "id", "form"
)
JOINED = MemberJoined(
    "sealed name", "sealed e-mail", None, "SD Contoh 1", "kota-kediri", "mojoroto", date(2026, 3, 2), "id", "form"
)
ADDED = GuestAdded("sealed name", None, None, ("reference",))


def test_whoever_is_nobody_yet_joins():
    given(PERSON).when(JOIN).then(JOINED)


def test_nobody_joins_twice():
    given(PERSON, JOINED).when(JOIN).refused("already-a-member")


def test_a_guests_id_is_not_a_members():
    given(PERSON, ADDED).when(JOIN).refused("id-is-a-guests")


def test_a_guest_needs_to_tell_nothing():
    given(PERSON).when(AddGuest(None, None, None)).then(GuestAdded(None, None, None, ()))


def test_a_guest_is_added_once():
    given(PERSON, ADDED).when(AddGuest(None, None, None)).refused("guest-is-known")


def test_a_members_id_is_not_a_guests():
    given(PERSON, JOINED).when(AddGuest(None, None, None)).refused("id-is-a-members")


def test_a_guest_is_tied_to_a_member():
    given(PERSON, ADDED).when(TieGuest("member-1", "hand")).then(GuestTied("member-1", "hand"))


def test_a_guest_tied_again_to_the_same_member_stays_so():
    given(PERSON, ADDED, GuestTied("member-1", "proof")).when(TieGuest("member-1", "hand")).then()


def test_a_guest_is_tied_to_one_member_only():
    given(PERSON, ADDED, GuestTied("member-1", "proof")).when(TieGuest("member-2", "hand")).refused("guest-is-tied")


@pytest.mark.parametrize("history", [(), (JOINED,)], ids=["nobody", "a member"])
def test_only_a_guest_is_tied(history):
    with pytest.raises(NotFound):
        given(PERSON, *history).when(TieGuest("member-1", "hand"))


def test_an_id_that_nobody_uses_yields():
    given(PERSON).when(YieldIdentity("other")).then(IdentityYielded("other"))


@pytest.mark.parametrize("history", [JOINED, ADDED, IdentityYielded("first")])
def test_an_id_in_use_or_given_up_does_not_yield(history):
    given(PERSON, history).when(YieldIdentity("other")).then()


def test_nobody_joins_under_an_id_given_up_and_the_attempt_may_be_repeated():
    with pytest.raises(Unavailable):
        given(PERSON, IdentityYielded("other")).when(JOIN)
