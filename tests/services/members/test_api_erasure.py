"""What an erasure leaves behind: no claim, no guest of hers, and nothing in the way of whoever comes next."""

import pytest

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.identity.contact import Contact
from tests.services.members.harness import REGIONAL
from tests.services.members.test_api_login import log_in

PHONE = "081234567890"
EMAIL = "ani@contoh.example"
PLACE = {"library": "SD", "region": "kota-kediri", "subdistrict": "mojoroto"}


def erase(harness, person):
    assert harness.post(Actor("person", person), "/v1/me/erasure", {"sure": True}).status == 202
    return [fact.data for fact in harness.facts() if fact.type == "member-erased"]


def with_a_number_that_yielded(harness):
    """A member whose number was claimed at first for an id that nobody joined under."""
    identification = harness.parts.identification
    identification.claim_for_one_member([Contact("phone", "+6281234567890")], "cut-off")
    ani = harness.join("Ani", email=EMAIL)
    assert harness.call(Actor("person", ani), "PUT", "/v1/me", {"phone": PHONE}).status == 200
    return ani


def test_an_erasure_releases_numbers_that_had_yielded_to_the_member(harness):
    ani = with_a_number_that_yielded(harness)
    assert erase(harness, ani) == [{"person": ani, "ids": [ani, "cut-off"]}]
    assert harness.claims() == {}


def test_an_erasure_releases_numbers_that_yield_after_it(harness):
    ani = harness.join("Ani", email=EMAIL)
    erase(harness, ani)
    harness.parts.claims.take("phone", "+6281234567890", "late")
    harness.parts.identification._yield("late", ani)
    harness.settle()
    assert harness.claims() == {}


def test_a_phone_number_of_an_erased_member_can_be_used_again(harness):
    """As it was before the ids that yielded were known: the claim leads to somebody who is forgotten."""
    ani = with_a_number_that_yielded(harness)
    erase(harness, ani)
    for number in (PHONE, "081234567891"):
        harness.parts.claims.take("phone", f"+62{number[1:]}", "cut-off")
    body = {"name": "Budi", "phone": PHONE, **PLACE}
    assert harness.post(ANONYMOUS, "/v1/members", body).status == 201
    assert harness.post(ANONYMOUS, "/v1/members", body).body["rule"] == "already-a-member"
    harness.parts.claims.take("phone", "+6281234567892", "cut-off")
    again = Actor("person", harness.join("Ani baru", email=EMAIL))
    assert harness.call(again, "PUT", "/v1/me", {"phone": "081234567892"}).status == 200


def test_somebody_erased_joins_anew_with_the_same_request(harness):
    body = {"name": "Ani", "email": EMAIL, **PLACE}
    wanted = harness.parts.identification.claim_for_one_member([Contact("email", EMAIL)], "wanted")
    harness.parts.identification._yield(wanted, harness.join("Ani lain", email="lain@contoh.example"))
    member = harness.parts.identification.member(Contact("email", EMAIL))
    erase(harness, member)
    harness.parts.claims.take("email", EMAIL, wanted)
    assert harness.parts.identification.claim_for_one_member([Contact("email", EMAIL)], wanted) not in {wanted, member}
    assert harness.post(ANONYMOUS, "/v1/members", body).status == 201


def test_guests_with_an_erased_members_address_are_erased_too(harness):
    """The address was never proven, so the guest was tied to nobody; the seats that it has stay its own."""
    given = {"name": "Ani Contoh", "email": EMAIL, "phone": PHONE}
    assert harness.post(ANONYMOUS, "/v1/guests/guest-1", given).status == 201
    assert harness.post(ANONYMOUS, "/v1/guests/guest-2", {"name": "Budi", "email": "budi@contoh.example"}).status == 201
    assert harness.post(ANONYMOUS, "/v1/guests/guest-3", {"name": "Ani", "phone": PHONE}).status == 201
    ani = harness.join("Ani", email=EMAIL, phone=PHONE)
    told = erase(harness, ani)
    assert told[0] == {"person": ani, "ids": [ani]}
    assert sorted(each["person"] for each in told[1:]) == ["guest-1", "guest-3"]
    for guest in ("guest-1", "guest-3"):
        assert harness.get(REGIONAL, f"/v1/guests/{guest}").status == 404
    assert harness.get(REGIONAL, "/v1/guests/guest-2").body["name"] == "Budi"
    budi = harness.join("Budi", email="budi@contoh.example")
    log_in(harness, "budi@contoh.example")
    assert harness.get(REGIONAL, "/v1/guests/guest-2").body["person"] == budi


def test_a_guest_tied_to_another_member_stays_when_the_owner_of_the_guests_number_is_erased(harness):
    assert harness.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Budi", "phone": PHONE}).status == 201
    budi, ani = harness.join("Budi", email="budi@contoh.example"), harness.join("Ani", email=EMAIL, phone=PHONE)
    assert harness.post(REGIONAL, "/v1/guests/guest-1/tie", {"person": budi}).status == 200
    assert erase(harness, ani) == [{"person": ani, "ids": [ani]}]
    assert harness.get(REGIONAL, "/v1/guests/guest-1").body["name"] == "Budi"


def test_a_guest_with_an_own_address_beside_an_erased_members_number_is_known_as_before(harness):
    own = {"name": "Budi", "email": "budi@contoh.example"}
    assert harness.post(ANONYMOUS, "/v1/guests/guest-1", {**own, "phone": PHONE}).status == 201
    assert harness.post(ANONYMOUS, "/v1/guests/guest-2", own).status == 201
    assert len(erase(harness, harness.join("Ani", email=EMAIL, phone=PHONE))) == 2
    budi = harness.join("Budi", email="budi@contoh.example")
    log_in(harness, "budi@contoh.example")
    assert harness.get(REGIONAL, "/v1/guests/guest-2").body["person"] == budi


def test_nothing_is_left_of_a_code_that_was_asked_for_and_never_entered(harness):
    ani = harness.join("Ani", email=EMAIL, phone=PHONE)
    for contact in (EMAIL, PHONE):
        assert harness.post(ANONYMOUS, "/v1/login/code", {"contact": contact}).status == 202
    erase(harness, ani)
    assert harness.claims() == {}


@pytest.mark.parametrize("sure", [1, "true", "yes", 1.0, False, None])
def test_an_erasure_needs_a_plain_confirmation(harness, sure):
    ani = Actor("person", harness.join("Ani", email=EMAIL))
    assert harness.post(ani, "/v1/me/erasure", {"sure": sure}).status == 400
    assert harness.get(ani, "/v1/me").status == 200
