import json

import pytest

from services.kernel.base.ids import derived_id, fingerprint
from services.kernel.base.message import Metadata
from services.kernel.commands.decider import CommandEnvelope
from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.domain.guest import GUEST, AddGuest, TieGuest
from services.members.identity.contact import Contact
from tests.services.members.harness import (
    COORDINATOR,
    GATEWAY,
    MEMBER,
    NOTIFICATIONS,
    REGIONAL,
    holder_of,
)
from tests.services.members.test_api_login import log_in


def test_a_stranger_records_himself_as_guest_and_a_coordinator_records_a_walk_in(harness):
    assert harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Dewi", "email": "dewi@contoh.example"}).status == 201
    assert harness.post(REGIONAL, "/v1/guests/guest-2", {}).status == 201
    shown = harness.get(REGIONAL, "/v1/guests/guest-1").body
    assert shown == {
        "guest": "guest-1",
        "name": "Dewi",
        "email": "dewi@contoh.example",
        "phone": None,
        "person": None,
    }


def test_guests_are_read_with_the_permission_to_note_guests(harness):
    harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Dewi"})
    assert harness.get(ANONYMOUS, "/v1/guests/guest-1").status == 401
    assert harness.get(MEMBER, "/v1/guests/guest-1").status == 403
    assert harness.get(COORDINATOR, "/v1/guests/nobody").status == 404
    assert harness.post(MEMBER, "/v1/guests/guest-2", {}).status == 403


@pytest.mark.parametrize("guest", ["📚", "a\r\nSet-Cookie: b", "a\x00", "a.b", "$where", "x" * 65])
def test_a_guest_may_be_recorded_with_an_id_only(harness, guest):
    reply = harness.post(REGIONAL, f"/v1/guests/{guest}", {"name": "Dewi"})
    assert (reply.status, reply.body["errors"]) == (400, {"guest": ["Not an id."]})


def test_a_walk_in_who_joins_and_logs_in_is_known_as_the_same(harness):
    harness.post(REGIONAL, "/v1/guests/guest-1", {"name": "Dewi", "email": "Dewi@contoh.example"})
    member = harness.join("Dewi Contoh", email="dewi@contoh.example")
    assert harness.get(REGIONAL, "/v1/guests/guest-1").body["person"] is None
    log_in(harness, "dewi@contoh.example")
    assert harness.get(REGIONAL, "/v1/guests/guest-1").body["person"] == member
    tied = harness.facts()[-1]
    assert (tied.type, tied.subject, tied.data) == ("guest-tied", "guest-1", {"guest": "guest-1", "person": member})


def test_a_later_guest_with_a_proved_contact_is_tied_at_once(harness):
    member = harness.join(email="dewi@contoh.example")
    log_in(harness, "dewi@contoh.example")
    harness.post(ANONYMOUS, "/v1/guests/guest-9", {"email": "dewi@contoh.example"})
    assert harness.get(REGIONAL, "/v1/guests/guest-9").body["person"] == member


def test_a_guest_with_a_phone_number_is_not_tied_by_a_code_that_went_by_mail(harness):
    harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Dewi", "phone": "081234567890"})
    harness.join(email="dewi@contoh.example", phone="081234567890")
    log_in(harness, "081234567890")
    assert harness.get(REGIONAL, "/v1/guests/guest-1").body["person"] is None


def test_a_coordinator_ties_by_hand(harness):
    harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Dewi"})
    member = harness.join()
    assert harness.post(MEMBER, "/v1/guests/guest-1/tie", {"person": member}).status == 403
    assert harness.post(REGIONAL, "/v1/guests/guest-1/tie", {"person": "nobody"}).status == 400
    assert harness.post(REGIONAL, "/v1/guests/guest-7/tie", {"person": member}).status == 404
    assert harness.post(REGIONAL, "/v1/guests/guest-1/tie", {"person": member}).status == 200
    other = harness.join(email="other@contoh.example")
    again = harness.post(REGIONAL, "/v1/guests/guest-1/tie", {"person": other})
    assert (again.status, again.body["rule"]) == (422, "guest-is-tied")


def test_only_the_members_region_may_tie_a_guest_to_the_member(harness):
    harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Dewi"})
    member, elsewhere = harness.join(), holder_of(("regional-coordinator", "kota-blitar"))
    reply = harness.post(elsewhere, "/v1/guests/guest-1/tie", {"person": member})
    assert (reply.status, reply.body["region"]) == (403, "kota-kediri")
    assert harness.get(elsewhere, "/v1/guests/guest-1").body["person"] is None


def test_a_guest_with_a_contact_is_reached_and_a_tied_one_as_the_member(harness):
    harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Dewi", "email": "dewi@contoh.example"})
    harness.post(ANONYMOUS, "/v1/guests/guest-2", {"name": "Eka"})
    member = harness.join("Eka Contoh", email="eka@contoh.example")
    harness.post(REGIONAL, "/v1/guests/guest-2/tie", {"person": member})
    one, two = harness.get(NOTIFICATIONS, "/internal/people", query={"ids": "guest-1,guest-2"}).body["people"]
    assert (one["person"], one["email"], one["region"]) == ("guest-1", "dewi@contoh.example", None)
    assert (two["person"], two["name"], two["email"]) == ("guest-2", "Eka Contoh", "eka@contoh.example")


def test_no_fact_is_told_about_a_guest(harness):
    harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Dewi", "email": "dewi@contoh.example"})
    assert harness.facts()[-1].data == {"guest": "guest-1"}
    assert "dewi" not in repr(harness.application.log.read(0, 100)).lower()


@pytest.mark.parametrize("body", [{"email": "no"}, {"phone": "1"}, {"name": ""}, {"name": 7}, {"region": "x"}])
def test_bad_guests_are_malformed(harness, body):
    assert harness.post(ANONYMOUS, "/v1/guests/guest-1", body).status == 400


def test_a_stranger_who_chooses_a_guests_id_blocks_no_member(harness):
    """Whoever sends a request can work out which id it would join under, and note a guest under that id beforehand."""
    key, path = "chosen", "/v1/members"
    body = {
        "name": "Ani",
        "email": "ani@contoh.example",
        "library": "SD",
        "region": "kota-kediri",
        "subdistrict": "mojoroto",
    }
    command_id = derived_id("anonymous", "", "POST", path, key)
    asked = fingerprint(json.dumps(body).encode(), b"{}", b"")
    would_be = derived_id(command_id, f"member {asked}")
    assert harness.post(ANONYMOUS, f"/v1/guests/{would_be}", {}).status == 201
    reply = harness.post(ANONYMOUS, path, body, key=key)
    assert reply.status == 201
    member = reply.body["member"]
    assert member != would_be
    (reached,) = harness.get(NOTIFICATIONS, "/internal/people", query={"ids": member}).body["people"]
    assert reached["email"] == "ani@contoh.example"
    assert harness.post(ANONYMOUS, path, body, key=key).body == {"member": member}
    assert log_in(harness, "ani@contoh.example").body["person"] == member


@pytest.fixture
def eve(harness):
    """Somebody whose address is proven."""
    person = harness.join("Eve", email="eve@contoh.example")
    log_in(harness, "eve@contoh.example")
    return Actor("person", person)


def ids_of(harness, person):
    return harness.get(GATEWAY, "/internal/ids", query={"person": person}).body["ids"]


def test_a_guest_cannot_be_noted_under_a_members_id(harness, eve):
    """Members' ids are public with every office: whoever was tied to one read, and forgot, all that is the member's."""
    rani = harness.join("Rani", email="rani@contoh.example")
    before = len(harness.claims())
    for actor in (ANONYMOUS, REGIONAL):
        reply = harness.post(actor, f"/v1/guests/{rani}", {"name": "x", "email": "eve@contoh.example"})
        assert (reply.status, reply.body["rule"]) == (422, "id-is-a-members")
    assert len(harness.claims()) == before
    assert "guest-tied" not in {fact.type for fact in harness.facts()}
    assert ids_of(harness, eve.id) == [eve.id]
    (reached,) = harness.get(NOTIFICATIONS, "/internal/people", query={"ids": rani}).body["people"]
    assert reached["email"] == "rani@contoh.example"


def note_in_the_past(harness, guest, reference):
    """As it was before ids were kept for guests: a guest's stream alone was asked."""
    order = CommandEnvelope(AddGuest(None, None, None, (reference,)), guest, f"noted {guest}", Metadata("c"))
    harness.parts.commands.take(GUEST, order)
    harness.settle()


def test_a_guest_noted_under_a_members_id_is_never_tied(harness, eve):
    rani = harness.join("Rani", email="rani@contoh.example")
    note_in_the_past(
        harness, rani, harness.parts.identification.known_reference(Contact("email", "eve@contoh.example"))
    )
    log_in(harness, "eve@contoh.example")
    by_hand = harness.post(REGIONAL, f"/v1/guests/{rani}/tie", {"person": eve.id})
    assert (by_hand.status, by_hand.body["rule"]) == (422, "id-is-a-members")
    assert "guest-tied" not in {fact.type for fact in harness.facts()}


def test_a_joining_gets_another_id_if_its_id_was_taken_by_a_guest(harness, eve):
    note_in_the_past(
        harness, "guest-1", harness.parts.identification.known_reference(Contact("email", "eve@contoh.example"))
    )
    assert ids_of(harness, eve.id) == [eve.id, "guest-1"]
    assert (
        harness.parts.identification.claim_for_one_member([Contact("email", "new@contoh.example")], "guest-1")
        != "guest-1"
    )


def test_a_wrong_tie_of_an_earlier_release_neither_shows_nor_erases_member_data(harness, eve):
    rani = harness.join("Rani", email="rani@contoh.example")
    note_in_the_past(harness, rani, "reference")
    harness.parts.commands.take(GUEST, CommandEnvelope(TieGuest(eve.id, "proof"), rani, "tied", Metadata("c")))
    harness.settle()
    assert ids_of(harness, eve.id) == [eve.id]
    assert harness.post(eve, "/v1/me/erasure", {"sure": True}).status == 202
    erased = [fact.data for fact in harness.facts() if fact.type == "member-erased"]
    assert erased == [{"person": eve.id, "ids": [eve.id]}]
    me = harness.get(Actor("person", rani), "/v1/me").body
    assert (me["name"], me["contacts"]["email"]) == ("Rani", "rani@contoh.example")
    assert log_in(harness, "rani@contoh.example").body["person"] == rani
