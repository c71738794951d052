from datetime import date

import pytest

from services.kernel.base.problem import Unavailable
from services.kernel.testing import given
from services.members.domain.person import (
    PERSON,
    ErasureDecided,
    IdentityKeptForGuest,
    IdentityYielded,
    Join,
    KeepForGuest,
    MemberJoined,
    YieldIdentity,
)

JOIN = Join(
    "sealed name", "sealed e-mail", None, "SD Contoh 1", "kota-kediri", "mojoroto", date(2026, 3, 2), "id", "form"
)
JOINED = MemberJoined(
    "sealed name", "sealed e-mail", None, "SD Contoh 1", "kota-kediri", "mojoroto", date(2026, 3, 2), "id", "form"
)


def test_a_new_person_joins():
    given(PERSON).when(JOIN).then(JOINED)


def test_a_member_cannot_join_again():
    given(PERSON, JOINED).when(JOIN).refused("already-a-member")


def test_a_free_id_yields():
    given(PERSON).when(YieldIdentity("other")).then(IdentityYielded("other"))


@pytest.mark.parametrize("history", [JOINED, IdentityYielded("first")])
def test_an_id_in_use_or_given_up_does_not_yield(history):
    given(PERSON, history).when(YieldIdentity("other")).then()


def test_nobody_joins_under_an_id_given_up_and_the_attempt_may_be_repeated():
    with pytest.raises(Unavailable):
        given(PERSON, IdentityYielded("other")).when(JOIN)


def test_an_id_is_kept_for_a_guest_once_for_each_contact():
    given(PERSON).when(KeepForGuest()).then(IdentityKeptForGuest(()))
    given(PERSON, IdentityKeptForGuest(())).when(KeepForGuest()).then()
    given(PERSON, IdentityKeptForGuest(())).when(KeepForGuest(("mail",))).then(IdentityKeptForGuest(("mail",)))
    given(PERSON, IdentityKeptForGuest(("mail",))).when(KeepForGuest(("mail",))).then()


@pytest.mark.parametrize("history", [[JOINED], [JOINED, ErasureDecided("ani", None)], [IdentityYielded("other")]])
def test_an_id_that_is_or_was_a_members_is_no_guests(history):
    given(PERSON, *history).when(KeepForGuest()).refused("id-is-a-members")


def test_nobody_joins_under_a_guests_id_and_the_claims_lead_elsewhere():
    with pytest.raises(Unavailable):
        given(PERSON, IdentityKeptForGuest(())).when(JOIN)
    yielded = IdentityYielded("other")
    given(PERSON, IdentityKeptForGuest(())).when(YieldIdentity("other")).then(yielded)
    given(PERSON, IdentityKeptForGuest(()), yielded).when(KeepForGuest(("mail",))).then(IdentityKeptForGuest(("mail",)))
