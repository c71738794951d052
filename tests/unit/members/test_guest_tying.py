from datetime import UTC, datetime

from services.kernel.message import Metadata, Recorded
from services.kernel.process import Issue
from services.members.domain.credential import LoginCodeAccepted
from services.members.domain.guest import GUEST, GuestAdded, TieGuest
from services.members.processes.guest_tying import GUEST_TYING

AT = datetime(2026, 3, 2, tzinfo=UTC)


def recorded(event, stream):
    return Recorded(1, 0, stream, 1, "event", event, AT, AT, Metadata("c"))


def guest(identity="guest-1", references=("mail",)):
    return recorded(GuestAdded(None, None, None, references), f"guest-{identity}")


PROVED = recorded(LoginCodeAccepted("code", "ani", "mail"), "login-mail")


def test_it_follows_contacts_and_nothing_else():
    assert GUEST_TYING.concerned(guest(references=("mail", "number"))) == ("mail", "number")
    assert GUEST_TYING.concerned(PROVED) == ["mail"]
    assert GUEST_TYING.concerned(recorded(LoginCodeAccepted("code", "ani", None), "login-number")) == []


def test_guests_wait_until_the_contact_is_proved_and_are_tied_then():
    waiting = GUEST_TYING.react(GUEST_TYING.react({}, guest()).state, guest("guest-2"))
    assert waiting.issues == ()
    tied = GUEST_TYING.react(waiting.state, PROVED)
    assert tied.issues == [
        Issue(GUEST, "guest-1", TieGuest("ani", "proof")),
        Issue(GUEST, "guest-2", TieGuest("ani", "proof")),
    ]
    assert GUEST_TYING.react(tied.state, PROVED).issues == []


def test_a_guest_who_comes_after_the_proof_is_tied_at_once():
    proved = GUEST_TYING.react({}, PROVED)
    assert proved.issues == []
    assert GUEST_TYING.react(proved.state, guest()).issues == [Issue(GUEST, "guest-1", TieGuest("ani", "proof"))]
