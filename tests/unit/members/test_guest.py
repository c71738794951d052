import pytest

from services.kernel.base.problem import NotFound
from services.kernel.testing import given
from services.members.domain.guest import GUEST, AddGuest, ForgetGuest, GuestAdded, GuestForgotten, GuestTied, TieGuest

ADDED = GuestAdded("sealed name", None, None, ("reference",))


def test_a_guest_needs_to_tell_nothing():
    given(GUEST).when(AddGuest(None, None, None)).then(GuestAdded(None, None, None, ()))


def test_a_guest_is_added_once():
    given(GUEST, ADDED).when(AddGuest(None, None, None)).refused("guest-is-known")


def test_a_guest_is_tied_to_a_member():
    given(GUEST, ADDED).when(TieGuest("member-1", "hand")).then(GuestTied("member-1", "hand"))


def test_a_guest_tied_again_to_the_same_member_stays_so():
    given(GUEST, ADDED, GuestTied("member-1", "proof")).when(TieGuest("member-1", "hand")).then()


def test_a_guest_is_tied_to_one_member_only():
    given(GUEST, ADDED, GuestTied("member-1", "proof")).when(TieGuest("member-2", "hand")).refused("guest-is-tied")


def test_a_guest_who_was_never_noted_is_not_tied():
    with pytest.raises(NotFound):
        given(GUEST).when(TieGuest("member-1", "hand"))


def test_a_guest_is_forgotten_once_and_only_while_untied():
    given(GUEST, ADDED).when(ForgetGuest()).then(GuestForgotten())
    given(GUEST, ADDED, GuestForgotten()).when(ForgetGuest()).then()
    given(GUEST, ADDED, GuestTied("member-1", "hand")).when(ForgetGuest()).then()
    given(GUEST).when(ForgetGuest()).then()


def test_a_forgotten_guest_is_not_tied():
    given(GUEST, ADDED, GuestForgotten()).when(TieGuest("member-1", "proof")).refused("guest-is-forgotten")
