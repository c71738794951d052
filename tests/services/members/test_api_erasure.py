"""What an erasure leaves behind: no claim, no guest of hers, and nothing in the way of whoever comes next."""

import pytest

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.identity.contact import Contact
from tests.services.members.harness import REGIONAL
from tests.services.members.test_api_login import log_in

PHONE = "081234567890"
EMAIL = "ani@contoh.example"
PLACE = {"library": "SD", "region": "kota-kediri", "subdistrict": "mojoroto"}


def erase(stage, person):
    assert stage.post(Actor("person", person), "/v1/me/erasure", {"sure": True}).status == 202
    return [fact.data for fact in stage.facts() if fact.type == "member-erased"]


def with_a_number_that_yielded(stage):
    """A member whose number was claimed at first for an id that nobody joined under."""
    identification = stage.parts.identification
    identification.settle([Contact("phone", "+6281234567890")], "cut-off")
    ani = stage.join("Ani", email=EMAIL)
    assert stage.call(Actor("person", ani), "PUT", "/v1/me", {"phone": PHONE}).status == 200
    return ani


def test_a_number_that_yielded_to_her_is_released_with_her(stage):
    ani = with_a_number_that_yielded(stage)
    assert erase(stage, ani) == [{"person": ani, "ids": [ani, "cut-off"]}]
    assert stage.claims() == {}


def test_a_number_that_yields_to_her_after_she_left_is_released_too(stage):
    ani = stage.join("Ani", email=EMAIL)
    erase(stage, ani)
    stage.parts.claims.take("phone", "+6281234567890", "late")
    stage.parts.identification._yield("late", ani)
    stage.settle()
    assert stage.claims() == {}


def test_with_a_number_of_somebody_erased_one_joins_and_changes_ones_data(stage):
    """As it was before the ids that yielded were known: the claim leads to somebody who is forgotten."""
    ani = with_a_number_that_yielded(stage)
    erase(stage, ani)
    for number in (PHONE, "081234567891"):
        stage.parts.claims.take("phone", f"+62{number[1:]}", "cut-off")
    body = {"name": "Budi", "phone": PHONE, **PLACE}
    assert stage.post(ANONYMOUS, "/v1/members", body).status == 201
    assert stage.post(ANONYMOUS, "/v1/members", body).body["rule"] == "already-a-member"
    stage.parts.claims.take("phone", "+6281234567892", "cut-off")
    again = Actor("person", stage.join("Ani baru", email=EMAIL))
    assert stage.call(again, "PUT", "/v1/me", {"phone": "081234567892"}).status == 200


def test_somebody_erased_joins_anew_with_the_same_request(stage):
    body = {"name": "Ani", "email": EMAIL, **PLACE}
    wanted = stage.parts.identification.settle([Contact("email", EMAIL)], "wanted")
    stage.parts.identification._yield(wanted, stage.join("Ani lain", email="lain@contoh.example"))
    member = stage.parts.identification.member(Contact("email", EMAIL))
    erase(stage, member)
    stage.parts.claims.take("email", EMAIL, wanted)
    assert stage.parts.identification.settle([Contact("email", EMAIL)], wanted) not in {wanted, member}
    assert stage.post(ANONYMOUS, "/v1/members", body).status == 201


def test_of_guests_with_an_address_of_hers_nothing_can_be_read(stage):
    """The address was never proven, so the guest was tied to nobody; the seats that it has stay its own."""
    given = {"name": "Ani Contoh", "email": EMAIL, "phone": PHONE}
    assert stage.post(ANONYMOUS, "/v1/guests/guest-1", given).status == 201
    assert stage.post(ANONYMOUS, "/v1/guests/guest-2", {"name": "Budi", "email": "budi@contoh.example"}).status == 201
    assert stage.post(ANONYMOUS, "/v1/guests/guest-3", {"name": "Ani", "phone": PHONE}).status == 201
    ani = stage.join("Ani", email=EMAIL, phone=PHONE)
    told = erase(stage, ani)
    assert told[0] == {"person": ani, "ids": [ani]}
    assert sorted(each["person"] for each in told[1:]) == ["guest-1", "guest-3"]
    for guest in ("guest-1", "guest-3"):
        assert stage.get(REGIONAL, f"/v1/guests/{guest}").status == 404
    assert stage.get(REGIONAL, "/v1/guests/guest-2").body["name"] == "Budi"
    budi = stage.join("Budi", email="budi@contoh.example")
    log_in(stage, "budi@contoh.example")
    assert stage.get(REGIONAL, "/v1/guests/guest-2").body["person"] == budi


def test_a_guest_tied_to_another_member_stays_when_the_owner_of_the_guests_number_is_erased(stage):
    assert stage.post(ANONYMOUS, "/v1/guests/guest-1", {"name": "Budi", "phone": PHONE}).status == 201
    budi, ani = stage.join("Budi", email="budi@contoh.example"), stage.join("Ani", email=EMAIL, phone=PHONE)
    assert stage.post(REGIONAL, "/v1/guests/guest-1/tie", {"person": budi}).status == 200
    assert erase(stage, ani) == [{"person": ani, "ids": [ani]}]
    assert stage.get(REGIONAL, "/v1/guests/guest-1").body["name"] == "Budi"


def test_a_guest_with_an_own_address_beside_an_erased_members_number_is_known_as_before(stage):
    own = {"name": "Budi", "email": "budi@contoh.example"}
    assert stage.post(ANONYMOUS, "/v1/guests/guest-1", {**own, "phone": PHONE}).status == 201
    assert stage.post(ANONYMOUS, "/v1/guests/guest-2", own).status == 201
    assert len(erase(stage, stage.join("Ani", email=EMAIL, phone=PHONE))) == 2
    budi = stage.join("Budi", email="budi@contoh.example")
    log_in(stage, "budi@contoh.example")
    assert stage.get(REGIONAL, "/v1/guests/guest-2").body["person"] == budi


def test_nothing_is_left_of_a_code_that_was_asked_for_and_never_entered(stage):
    ani = stage.join("Ani", email=EMAIL, phone=PHONE)
    for contact in (EMAIL, PHONE):
        assert stage.post(ANONYMOUS, "/v1/login/code", {"contact": contact}).status == 202
    erase(stage, ani)
    assert stage.claims() == {}


@pytest.mark.parametrize("sure", [1, "true", "yes", 1.0, False, None])
def test_an_erasure_needs_a_plain_confirmation(stage, sure):
    ani = Actor("person", stage.join("Ani", email=EMAIL))
    assert stage.post(ani, "/v1/me/erasure", {"sure": sure}).status == 400
    assert stage.get(ani, "/v1/me").status == 200
