"""Somebody leaves: what is sealed is destroyed, once and for every id that was theirs."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given as always
from hypothesis import strategies as st

from services.kernel.base.message import Metadata, Recorded
from services.kernel.base.problem import NotFound, Unavailable
from services.kernel.testing import given
from services.members.domain.affiliation import AffiliationStarted
from services.members.domain.credential import LoginCodeAccepted, TokenIssued
from services.members.domain.erasure import ERASURE, ErasureStarted, FinishErasure, MemberErased, StartErasure
from services.members.domain.guest import GuestTied
from services.members.domain.office import OFFICE, LeaveOffice, OfficeAssumed, OfficeVacated, StandInEnded, StandInNamed
from services.members.domain.person import PERSON, ErasureDecided, Join, Leave, MemberJoined
from services.members.processes.leaving import LEAVING

AT = datetime(2026, 3, 2, tzinfo=UTC)
JOINED = MemberJoined("sealed", "sealed", None, "SD Contoh", "nganjuk", "baron", date(2026, 3, 2), "id", "form")
STARTED = ErasureStarted(("ani", "guest-1"), ("reference",), "nganjuk")


def test_a_member_who_leaves_is_no_member_from_then_on():
    given(PERSON, JOINED).when(Leave("ani")).then(ErasureDecided("ani", "nganjuk"))
    assert not given(PERSON, JOINED, ErasureDecided("ani", "nganjuk")).state.is_member
    given(PERSON, JOINED, ErasureDecided("ani", "nganjuk")).when(Leave("ani")).then()


def test_an_id_that_never_joined_is_not_erased():
    with pytest.raises(NotFound):
        given(PERSON).when(Leave("ani"))


def test_joining_again_under_the_same_contact_waits_until_the_contact_is_released():
    again = Join("sealed", "sealed", None, "SD Contoh", "nganjuk", "baron", date(2026, 3, 2))
    with pytest.raises(Unavailable):
        given(PERSON, JOINED, ErasureDecided("ani", "nganjuk")).when(again)


def test_only_started_ids_are_told_as_erased():
    given(ERASURE, STARTED).when(FinishErasure(("ani", "guest-1", "somebody"))).then(
        MemberErased(("ani", "guest-1"), "nganjuk")
    )
    given(ERASURE).when(FinishErasure(("ani",))).then()


def test_a_guest_who_turns_out_to_be_the_person_is_erased_too():
    done = MemberErased(("ani", "guest-1"), "nganjuk")
    again = StartErasure(("ani", "guest-1", "guest-2"), (), "nganjuk")
    given(ERASURE, STARTED, done).when(again).then(ErasureStarted(("ani", "guest-1", "guest-2"), (), "nganjuk"))
    given(ERASURE, STARTED, done).when(StartErasure(("ani",), (), "nganjuk")).then()


def test_a_leaver_loses_the_office_or_the_stand_in():
    place = ("regional-coordinator", "nganjuk")
    leave = LeaveOffice(*place, "ani", AT)
    given(OFFICE, OfficeAssumed(*place, "ani", AT, True)).when(leave).then(OfficeVacated(*place, "ani", AT))
    given(OFFICE, StandInNamed(*place, "ani", AT, True)).when(leave).then(StandInEnded(*place, "ani", AT))
    given(OFFICE, OfficeAssumed(*place, "budi", AT, True)).when(leave).then()


HISTORY = (
    ("token-t1", TokenIssued("ani", "sealed", "digest", AT, AT)),
    ("office-regional-coordinator-nganjuk", OfficeAssumed("regional-coordinator", "nganjuk", "ani", AT, True)),
    ("affiliation-sd-1.ani", AffiliationStarted("sd-1", "ani", "staff", "nganjuk", AT, 1)),
    ("guest-guest-1", GuestTied("ani", "proof")),
    ("login-l1", LoginCodeAccepted("code", "ani", "reference")),
    ("person-ani", ErasureDecided("ani", "nganjuk")),
)


def _play(history):
    state, issued = {}, []
    for n, (stream, event) in enumerate(history, 1):
        fact = Recorded(n, 0, stream, 1, f"event-{n}", event, AT, AT, Metadata("c"))
        assert LEAVING.concerned(fact) == ["ani"]
        reaction = LEAVING.reaction(state, fact)
        state = reaction.state
        issued += reaction.commands
    return issued


@always(st.permutations(HISTORY))
def test_a_leaver_loses_tokens_offices_and_affiliations_in_any_order_of_facts(history):
    issued = _play(history)
    ids = {
        identity
        for dispatch in issued
        if isinstance(dispatch.command, StartErasure)
        for identity in dispatch.command.ids
    }
    assert ids == {"ani", "guest-1"}
    parted = {dispatch.identity for dispatch in issued if dispatch.decider is not ERASURE}
    assert parted == {"t1", "regional-coordinator-nganjuk", "sd-1.ani"}


def test_a_state_of_leaving_that_an_earlier_release_stored_is_read():
    offices = [["office-1", "mentor", "nganjuk"], ["office-2", "speaker", None]]
    stored = {"libraries": [], "tokens": ["t1"], "offices": offices, "region": None, "decided": False}
    decided = Recorded(1, 0, "person-ani", 1, "e", ErasureDecided("ani", None), AT, AT, Metadata("c"))
    reaction = LEAVING.reaction(stored, decided)
    leaves = [dispatch.command for dispatch in reaction.commands if isinstance(dispatch.command, LeaveOffice)]
    assert leaves == [LeaveOffice("mentor", "nganjuk", "ani", AT), LeaveOffice("speaker", None, "ani", AT)]
    assert reaction.state == {"tokens": ["t1"], "offices": offices, "decided": True}
