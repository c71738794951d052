"""Who a guest is follows from what is proven, and only where the guest's id is nobody else's."""

from datetime import UTC, datetime

from services.kernel.base.message import Metadata, Recorded
from services.kernel.declare.process import Dispatch
from services.members.domain.credential import LoginCodeAccepted
from services.members.domain.erasure import ReferencesNoted
from services.members.domain.guest import GUEST, ForgetGuest, GuestAdded, TieGuest
from services.members.domain.person import PERSON, IdentityKeptForGuest, KeepForGuest
from services.members.processes.guest_tying import GUEST_TYING

AT = datetime(2026, 3, 2, tzinfo=UTC)


def recorded(event, stream):
    return Recorded(1, 0, stream, 1, "event", event, AT, AT, Metadata("c"))


def guest(identity="guest-1", references=("mail",)):
    return recorded(GuestAdded(None, None, None, references), f"guest-{identity}")


def kept(identity="guest-1"):
    return recorded(IdentityKeptForGuest(("mail",)), f"person-{identity}")


PROVED = recorded(LoginCodeAccepted("code", "ani", "mail"), "login-mail")


def test_guest_tying_follows_contacts_alone():
    assert GUEST_TYING.concerned(guest(references=("mail", "number"))) == ("mail", "number")
    assert GUEST_TYING.concerned(PROVED) == ["mail"]
    assert GUEST_TYING.concerned(recorded(LoginCodeAccepted("code", "ani", None), "login-number")) == []


def test_guests_wait_until_the_contact_is_proved_and_are_tied_then():
    waiting = GUEST_TYING.reaction(GUEST_TYING.reaction({}, guest()).state, guest("guest-2"))
    assert waiting.commands == ()
    tied = GUEST_TYING.reaction(waiting.state, PROVED)
    assert tied.commands == [
        Dispatch(PERSON, "guest-1", KeepForGuest(("mail",))),
        Dispatch(PERSON, "guest-2", KeepForGuest(("mail",))),
    ]
    assert GUEST_TYING.reaction(tied.state, PROVED).commands == []
    assert GUEST_TYING.reaction(tied.state, kept("guest-2")).commands == [
        Dispatch(GUEST, "guest-2", TieGuest("ani", "proof"))
    ]  # fmt: skip


def test_a_guest_who_comes_after_the_proof_is_tied_at_once():
    proved = GUEST_TYING.reaction({}, PROVED)
    assert proved.commands == []
    asked = GUEST_TYING.reaction(proved.state, guest())
    assert asked.commands == [Dispatch(PERSON, "guest-1", KeepForGuest(("mail",)))]
    assert GUEST_TYING.reaction(asked.state, kept()).commands == [Dispatch(GUEST, "guest-1", TieGuest("ani", "proof"))]


def test_an_id_kept_before_the_proof_is_not_tied():
    assert GUEST_TYING.reaction(GUEST_TYING.reaction({}, guest()).state, kept()).commands == ()


def test_a_guest_who_waits_under_an_erased_members_contact_is_forgotten_once():
    waiting = GUEST_TYING.reaction({}, guest())
    noted = recorded(ReferencesNoted(("mail", "number")), "erasure-ani")
    assert GUEST_TYING.concerned(noted) == ("mail", "number")
    gone = GUEST_TYING.reaction(waiting.state, noted)
    assert gone.commands == [Dispatch(GUEST, "guest-1", ForgetGuest())]
    assert GUEST_TYING.reaction(gone.state, PROVED).commands == []


def test_a_state_that_an_earlier_release_stored_is_read():
    waiting = {"person": None, "guests": ["guest-1"]}
    assert GUEST_TYING.reaction(waiting, PROVED).commands == [Dispatch(PERSON, "guest-1", KeepForGuest(("mail",)))]
    assert GUEST_TYING.reaction({"person": "ani", "guests": []}, kept()).commands == [
        Dispatch(GUEST, "guest-1", TieGuest("ani", "proof"))
    ]  # fmt: skip
