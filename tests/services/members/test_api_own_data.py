"""What one changes, agrees to and links oneself."""

from datetime import timedelta

import pytest

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.identity.contact import Contact
from tests.services.members.harness import COORDINATOR, GATEWAY, NOTIFICATIONS

ARCHIVE = "/v1/me/consents/name-in-archive"
PARTNER = "/v1/me/consents/share-with-partner"


@pytest.fixture
def harness(harness):
    harness.open_region("nganjuk", "Kab. Nganjuk")
    return harness


@pytest.fixture
def ani(harness):
    return Actor("person", harness.join("Ani", email="ani@contoh.example", phone="081234567890"))


def change(harness, actor, **body):
    return harness.call(actor, "PUT", "/v1/me", body)


def reached(harness, person):
    (found,) = harness.get(NOTIFICATIONS, "/internal/people", query={"ids": person.id}).body["people"]
    return found


def link(harness, token, chat="4711", guest=None):
    return harness.post(GATEWAY, "/internal/telegram-link", {"token": token, "chat": chat, "guest": guest})


def test_a_member_changes_the_own_data_and_the_new_place_is_told(harness, ani):
    background = {"education": "other-degree", "appointed": "assigned", "double_role": True}
    body = {"name": "Ani Baru", "phone": "0812-9999-8888", "region": "nganjuk", "subdistrict": "pesantren"}
    assert change(harness, ani, **body, language="en", library="SMPN 1", background=background).status == 200
    me = harness.get(ani, "/v1/me").body
    assert (me["name"], me["contacts"]["phone"], me["region"]) == ("Ani Baru", "+6281299998888", "nganjuk")
    assert (me["background"], me["contacts"]["email"]) == (background, "ani@contoh.example")
    fact = harness.facts()[-1]
    assert (fact.type, fact.region) == ("member-changed", "nganjuk")
    assert fact.data == {"person": ani.id, "library": "SMPN 1", "subdistrict": "pesantren", "language": "en"}
    assert harness.get(COORDINATOR, f"/v1/members/{ani.id}").body["name"] == "Ani Baru"
    told = len(harness.facts())
    assert change(harness, ani, **body).status == 200
    assert len(harness.facts()) == told


def test_region_and_subdistrict_change_together_and_must_exist(harness, ani):
    for body in ({"region": "nganjuk"}, {"subdistrict": "wates"}, {"region": "atlantis", "subdistrict": "pesantren"}):
        assert change(harness, ani, **body).status == 400
    assert change(harness, ani, subdistrict="pesantren").status == 200
    for body in ({"phone": "12"}, {"name": " "}, {"email": "new@contoh.example"}, {"background": {"education": "x"}}):
        assert change(harness, ani, **body).status == 400
    assert harness.call(ANONYMOUS, "PUT", "/v1/me", {"name": "Ani"}).status == 401


def test_a_new_phone_number_must_not_belong_to_another_member(harness, ani):
    harness.join("Budi", phone="081311112222")
    taken = change(harness, ani, phone="0813 1111 2222")
    assert (taken.status, taken.body["rule"]) == (422, "contact-is-anothers")
    assert change(harness, ani, phone="081499990000").status == 200
    body = {"name": "Citra", "library": "SD", "region": "kota-kediri", "subdistrict": "mojoroto"}
    assert harness.post(ANONYMOUS, "/v1/members", {**body, "phone": "081499990000"}).body["rule"] == "already-a-member"
    assert harness.post(ANONYMOUS, "/v1/members", {**body, "phone": "081234567890"}).body["rule"] == "already-a-member"


def held(harness):
    """Which of these tests' numbers are claimed."""
    numbers = ["+6281234567890", *(f"+628129999000{n}" for n in (1, 2, 3))]
    return {number for number in numbers if harness.parts.claims.holder("phone", number)}


def test_a_members_former_number_is_free_for_its_new_owner(harness):
    eve = Actor("person", harness.join("Eve", email="eve@contoh.example"))
    for n in (1, 2, 3):
        assert change(harness, eve, phone=f"08129999000{n}").status == 200
    assert held(harness) == {"+6281299990003"}
    harness.join("Budi", phone="081299990001")
    assert change(harness, eve, phone="081299990001").body["rule"] == "contact-is-anothers"
    assert change(harness, eve, phone="081299990002").status == 200
    assert held(harness) == {"+6281299990001", "+6281299990002"}


def test_a_change_that_is_not_made_claims_no_number(harness, ani):
    body = {"phone": "081299990001"}
    assert harness.call(ani, "PUT", "/v1/me", body, if_match='"7"').status == 412
    assert held(harness) == {"+6281234567890"}
    assert change(harness, ani, phone="081299990001").status == 200


def test_a_number_that_was_claimed_beside_the_address_is_kept_with_it(harness):
    """Claims are released by the id that they name: with the number the address would go, and with it every login."""
    identification = harness.parts.identification
    mail, number = Contact("email", "eve@contoh.example"), Contact("phone", "+6281299990001")
    identification.claim_for_one_member([mail, number], "cut-off")
    eve = Actor("person", harness.join("Eve", email="other@contoh.example"))
    assert identification.add(number, eve.id, "number")
    identification.release_contact(number, eve.id, kept=[mail])
    assert identification.member(mail) == eve.id
    identification.release_contact(number, eve.id, kept=[])
    assert identification.member(mail) is None


def test_a_number_that_was_claimed_and_never_joined_under_becomes_the_members(harness, ani):
    from services.members.identity.contact import phone

    number = phone("081577770000")
    harness.parts.claims.take(number.kind, number.value, "cut-off")
    assert change(harness, ani, phone="081577770000").status == 200
    assert harness.parts.identification.member(number) == ani.id
    assert harness.parts.identification.claim_for_one_member([number], "somebody") == ani.id


def test_consent_is_given_shown_and_withdrawn(harness, ani):
    shown = harness.get(ani, "/v1/me/consents").body
    assert (shown["items"], [one["purpose"] for one in shown["purposes"]]) == (
        [], ["name-in-archive", "share-with-partner"]
    )  # fmt: skip
    assert harness.post(ani, ARCHIVE, {"wording": 1}).body == {
        "purpose": "name-in-archive", "partner": None, "given": True
    }  # fmt: skip
    assert harness.post(ani, PARTNER, {"partner": "campus"}).status == 200
    assert harness.post(ani, PARTNER, {}).body["rule"] == "consent-names-its-partner"
    items = harness.get(ani, "/v1/me/consents").body["items"]
    assert [(one["purpose"], one["partner"], one["wording"]) for one in items] == [
        ("name-in-archive", None, 1),
        ("share-with-partner", "campus", 1),
    ]
    gone = harness.call(ani, "DELETE", PARTNER, query={"partner": "campus"})
    assert gone.body["given"] is False
    told = [
        (fact.type, fact.data["purpose"], fact.data["partner"]) for fact in harness.facts() if "consent" in fact.type
    ]
    assert told == [
        ("consent-given", "name-in-archive", None),
        ("consent-given", "share-with-partner", "campus"),
        ("consent-withdrawn", "share-with-partner", "campus"),
    ]
    assert harness.post(ani, "/v1/me/consents/sell-my-data", {}).status == 404
    assert harness.post(ANONYMOUS, ARCHIVE, {}).status == 401


def test_a_telegram_account_is_linked_by_a_link_that_only_the_member_was_shown(harness, ani):
    offered = harness.post(ani, "/v1/me/telegram")
    token = offered.body["token"]
    assert (offered.status, len(token)) == (201, 64)
    assert token.replace("_", "").replace("-", "").isalnum()
    assert link(harness, token).body == {"person": ani.id}
    assert reached(harness, ani)["telegram"] == "4711"
    assert harness.get(GATEWAY, "/internal/telegram", query={"chat": "4711"}).body == {"person": ani.id}
    assert harness.get(GATEWAY, "/internal/telegram", query={"chat": "4712"}).body == {"person": None}
    assert harness.get(ani, "/v1/me").body["telegram"] is True
    assert [fact.type for fact in harness.facts()][-1] == "telegram-linked"
    assert "4711" not in str(harness.events())
    assert token.split("_", 1)[1] not in str(harness.events())
    assert link(harness, token, "4712").body["rule"] == "telegram-link-not-accepted"


def test_a_guest_of_a_telegram_account_stays_tied_to_the_first_member_who_links_it(harness, ani):
    budi = Actor("person", harness.join("Budi", email="budi@contoh.example"))
    for who in (ani, ani, budi):
        harness.call(ani, "DELETE", "/v1/me/telegram", {})
        assert link(harness, harness.post(who, "/v1/me/telegram").body["token"], guest="stranger").status == 200
    ties = [fact.data for fact in harness.facts() if fact.type == "guest-tied"]
    assert ties == [{"guest": "stranger", "person": ani.id}]


def test_an_account_is_one_members_until_it_is_unlinked(harness, ani):
    budi = Actor("person", harness.join("Budi", email="budi@contoh.example"))
    link(harness, harness.post(ani, "/v1/me/telegram").body["token"])
    refused = link(harness, harness.post(budi, "/v1/me/telegram").body["token"])
    assert refused.body["rule"] == "telegram-is-anothers"
    assert harness.call(ani, "DELETE", "/v1/me/telegram").status == 200
    assert reached(harness, ani)["telegram"] is None
    assert harness.get(GATEWAY, "/internal/telegram", query={"chat": "4711"}).body == {"person": None}
    assert link(harness, harness.post(budi, "/v1/me/telegram").body["token"]).status == 200
    assert reached(harness, budi)["telegram"] == "4711"


def test_an_account_that_was_linked_a_moment_ago_is_unlinked_too(harness, ani):
    token = harness.post(ani, "/v1/me/telegram").body["token"]
    settle, harness.settle = harness.settle, lambda: None  # the view is a moment behind the log
    assert link(harness, token).status == 200
    assert harness.call(ani, "DELETE", "/v1/me/telegram").status == 200
    harness.settle = settle
    harness.settle()
    assert harness.get(GATEWAY, "/internal/telegram", query={"chat": "4711"}).body == {"person": None}
    assert reached(harness, ani)["telegram"] is None


def test_the_newest_account_is_written_to(harness, ani):
    for chat in ("1", "2"):
        link(harness, harness.post(ani, "/v1/me/telegram").body["token"], chat)
        harness.clock.advance(timedelta(minutes=1))
    assert reached(harness, ani)["telegram"] == "2"
    assert harness.get(GATEWAY, "/internal/telegram", query={"chat": "1"}).body == {"person": ani.id}
    harness.call(ani, "DELETE", "/v1/me/telegram")
    assert harness.get(ani, "/v1/me").body["telegram"] is False


def test_an_expired_link_and_a_text_of_another_form_are_refused(harness, ani):
    token = harness.post(ani, "/v1/me/telegram").body["token"]
    harness.clock.advance(timedelta(minutes=31))
    for wrong in (token, "hello", token[:-1] + "!", "x" * 64):
        assert link(harness, wrong).body["rule"] == "telegram-link-not-accepted"
    body = {"token": token, "chat": "-1001"}
    assert harness.post(GATEWAY, "/internal/telegram-link", body).status == 400
    assert harness.post(ani, "/internal/telegram-link", {"token": token, "chat": "1"}).status == 403
    assert harness.get(NOTIFICATIONS, "/internal/telegram", query={"chat": "1"}).status == 403


def test_a_repeated_update_links_once_and_is_answered_alike(harness, ani):
    token = harness.post(ani, "/v1/me/telegram").body["token"]
    body = {"token": token, "chat": "4711"}
    replies = [harness.post(GATEWAY, "/internal/telegram-link", body, key="update-7") for _ in range(2)]
    assert [reply.body for reply in replies] == [{"person": ani.id}] * 2
    assert [fact.type for fact in harness.facts()].count("telegram-linked") == 1


def test_an_erased_member_cannot_link_an_account(harness, ani):
    token = harness.post(ani, "/v1/me/telegram").body["token"]
    harness.post(ani, "/v1/me/erasure", {"sure": True})
    assert link(harness, token).body["rule"] == "telegram-link-not-accepted"
