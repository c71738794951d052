"""What one changes, agrees to and links oneself."""

from datetime import timedelta

import pytest

from services.kernel.declare.policy import ANONYMOUS, Actor
from services.members.identity.contact import Contact
from tests.services.members.harness import COORDINATOR, GATEWAY, NOTIFICATIONS

ARCHIVE = "/v1/me/consents/name-in-archive"
PARTNER = "/v1/me/consents/share-with-partner"


@pytest.fixture
def stage(stage):
    stage.open_region("nganjuk", "Kab. Nganjuk")
    return stage


@pytest.fixture
def ani(stage):
    return Actor("person", stage.join("Ani", email="ani@contoh.example", phone="081234567890"))


def change(stage, actor, **body):
    return stage.call(actor, "PUT", "/v1/me", body)


def reached(stage, person):
    (found,) = stage.get(NOTIFICATIONS, "/internal/people", query={"ids": person.id}).body["people"]
    return found


def link(stage, token, chat="4711", guest=None):
    return stage.post(GATEWAY, "/internal/telegram-link", {"token": token, "chat": chat, "guest": guest})


def test_a_member_changes_the_own_data_and_the_new_place_is_told(stage, ani):
    background = {"education": "other-degree", "appointed": "assigned", "double_role": True}
    body = {"name": "Ani Baru", "phone": "0812-9999-8888", "region": "nganjuk", "subdistrict": "pesantren"}
    assert change(stage, ani, **body, language="en", library="SMPN 1", background=background).status == 200
    me = stage.get(ani, "/v1/me").body
    assert (me["name"], me["contacts"]["phone"], me["region"]) == ("Ani Baru", "+6281299998888", "nganjuk")
    assert (me["background"], me["contacts"]["email"]) == (background, "ani@contoh.example")
    fact = stage.facts()[-1]
    assert (fact.type, fact.region) == ("member-changed", "nganjuk")
    assert fact.data == {"person": ani.id, "library": "SMPN 1", "subdistrict": "pesantren", "language": "en"}
    assert stage.get(COORDINATOR, f"/v1/members/{ani.id}").body["name"] == "Ani Baru"
    told = len(stage.facts())
    assert change(stage, ani, **body).status == 200
    assert len(stage.facts()) == told


def test_region_and_subdistrict_change_together_and_must_exist(stage, ani):
    for body in ({"region": "nganjuk"}, {"subdistrict": "wates"}, {"region": "atlantis", "subdistrict": "pesantren"}):
        assert change(stage, ani, **body).status == 400
    assert change(stage, ani, subdistrict="pesantren").status == 200
    for body in ({"phone": "12"}, {"name": " "}, {"email": "new@contoh.example"}, {"background": {"education": "x"}}):
        assert change(stage, ani, **body).status == 400
    assert stage.call(ANONYMOUS, "PUT", "/v1/me", {"name": "Ani"}).status == 401


def test_a_new_phone_number_is_ones_own_and_nobodys_else(stage, ani):
    stage.join("Budi", phone="081311112222")
    taken = change(stage, ani, phone="0813 1111 2222")
    assert (taken.status, taken.body["rule"]) == (422, "contact-is-anothers")
    assert change(stage, ani, phone="081499990000").status == 200
    body = {"name": "Citra", "library": "SD", "region": "kota-kediri", "subdistrict": "mojoroto"}
    assert stage.post(ANONYMOUS, "/v1/members", {**body, "phone": "081499990000"}).body["rule"] == "already-a-member"
    assert stage.post(ANONYMOUS, "/v1/members", {**body, "phone": "081234567890"}).body["rule"] == "already-a-member"


def held(stage):
    """Which of these tests' numbers are claimed."""
    numbers = ["+6281234567890", *(f"+628129999000{n}" for n in (1, 2, 3))]
    return {number for number in numbers if stage.parts.claims.holder("phone", number)}


def test_a_members_former_number_is_free_for_its_new_owner(stage):
    eve = Actor("person", stage.join("Eve", email="eve@contoh.example"))
    for n in (1, 2, 3):
        assert change(stage, eve, phone=f"08129999000{n}").status == 200
    assert held(stage) == {"+6281299990003"}
    stage.join("Budi", phone="081299990001")
    assert change(stage, eve, phone="081299990001").body["rule"] == "contact-is-anothers"
    assert change(stage, eve, phone="081299990002").status == 200
    assert held(stage) == {"+6281299990001", "+6281299990002"}


def test_a_change_that_is_not_made_claims_no_number(stage, ani):
    body = {"phone": "081299990001"}
    assert stage.call(ani, "PUT", "/v1/me", body, if_match='"7"').status == 412
    assert held(stage) == {"+6281234567890"}
    assert change(stage, ani, phone="081299990001").status == 200


def test_a_number_that_was_claimed_beside_the_address_is_kept_with_it(stage):
    """Claims are released by the id that they name: with the number the address would go, and with it every login."""
    identification = stage.parts.identification
    mail, number = Contact("email", "eve@contoh.example"), Contact("phone", "+6281299990001")
    identification.settle([mail, number], "cut-off")
    eve = Actor("person", stage.join("Eve", email="other@contoh.example"))
    assert identification.add(number, eve.id, "number")
    identification.drop(number, eve.id, kept=[mail])
    assert identification.member(mail) == eve.id
    identification.drop(number, eve.id, kept=[])
    assert identification.member(mail) is None


def test_a_number_that_was_claimed_and_never_joined_under_becomes_the_members(stage, ani):
    from services.members.identity.contact import phone

    number = phone("081577770000")
    stage.parts.claims.take(number.kind, number.value, "cut-off")
    assert change(stage, ani, phone="081577770000").status == 200
    assert stage.parts.identification.member(number) == ani.id
    assert stage.parts.identification.settle([number], "somebody") == ani.id


def test_consent_is_given_shown_and_withdrawn(stage, ani):
    shown = stage.get(ani, "/v1/me/consents").body
    assert (shown["items"], [one["purpose"] for one in shown["purposes"]]) == (
        [], ["name-in-archive", "share-with-partner"]
    )  # fmt: skip
    assert stage.post(ani, ARCHIVE, {"wording": 1}).body == {
        "purpose": "name-in-archive", "partner": None, "given": True
    }  # fmt: skip
    assert stage.post(ani, PARTNER, {"partner": "campus"}).status == 200
    assert stage.post(ani, PARTNER, {}).body["rule"] == "consent-names-its-partner"
    items = stage.get(ani, "/v1/me/consents").body["items"]
    assert [(one["purpose"], one["partner"], one["wording"]) for one in items] == [
        ("name-in-archive", None, 1),
        ("share-with-partner", "campus", 1),
    ]
    gone = stage.call(ani, "DELETE", PARTNER, query={"partner": "campus"})
    assert gone.body["given"] is False
    told = [(fact.type, fact.data["purpose"], fact.data["partner"]) for fact in stage.facts() if "consent" in fact.type]
    assert told == [
        ("consent-given", "name-in-archive", None),
        ("consent-given", "share-with-partner", "campus"),
        ("consent-withdrawn", "share-with-partner", "campus"),
    ]
    assert stage.post(ani, "/v1/me/consents/sell-my-data", {}).status == 404
    assert stage.post(ANONYMOUS, ARCHIVE, {}).status == 401


def test_a_telegram_account_is_linked_by_a_link_that_only_the_member_was_shown(stage, ani):
    offered = stage.post(ani, "/v1/me/telegram")
    token = offered.body["token"]
    assert (offered.status, len(token)) == (201, 64)
    assert token.replace("_", "").replace("-", "").isalnum()
    assert link(stage, token).body == {"person": ani.id}
    assert reached(stage, ani)["telegram"] == "4711"
    assert stage.get(GATEWAY, "/internal/telegram", query={"chat": "4711"}).body == {"person": ani.id}
    assert stage.get(GATEWAY, "/internal/telegram", query={"chat": "4712"}).body == {"person": None}
    assert stage.get(ani, "/v1/me").body["telegram"] is True
    assert [fact.type for fact in stage.facts()][-1] == "telegram-linked"
    assert "4711" not in str(stage.events())
    assert token.split("_", 1)[1] not in str(stage.events())
    assert link(stage, token, "4712").body["rule"] == "telegram-link-not-accepted"


def test_a_stranger_of_an_account_is_tied_to_the_member_who_links_the_account_and_stays_tied(stage, ani):
    budi = Actor("person", stage.join("Budi", email="budi@contoh.example"))
    for who in (ani, ani, budi):
        stage.call(ani, "DELETE", "/v1/me/telegram", {})
        assert link(stage, stage.post(who, "/v1/me/telegram").body["token"], guest="stranger").status == 200
    ties = [fact.data for fact in stage.facts() if fact.type == "guest-tied"]
    assert ties == [{"guest": "stranger", "person": ani.id}]


def test_an_account_is_one_members_until_it_is_unlinked(stage, ani):
    budi = Actor("person", stage.join("Budi", email="budi@contoh.example"))
    link(stage, stage.post(ani, "/v1/me/telegram").body["token"])
    refused = link(stage, stage.post(budi, "/v1/me/telegram").body["token"])
    assert refused.body["rule"] == "telegram-is-anothers"
    assert stage.call(ani, "DELETE", "/v1/me/telegram").status == 200
    assert reached(stage, ani)["telegram"] is None
    assert stage.get(GATEWAY, "/internal/telegram", query={"chat": "4711"}).body == {"person": None}
    assert link(stage, stage.post(budi, "/v1/me/telegram").body["token"]).status == 200
    assert reached(stage, budi)["telegram"] == "4711"


def test_an_account_that_was_linked_a_moment_ago_is_unlinked_too(stage, ani):
    token = stage.post(ani, "/v1/me/telegram").body["token"]
    settle, stage.settle = stage.settle, lambda: None  # the view is a moment behind the log
    assert link(stage, token).status == 200
    assert stage.call(ani, "DELETE", "/v1/me/telegram").status == 200
    stage.settle = settle
    stage.settle()
    assert stage.get(GATEWAY, "/internal/telegram", query={"chat": "4711"}).body == {"person": None}
    assert reached(stage, ani)["telegram"] is None


def test_the_newest_account_is_written_to(stage, ani):
    for chat in ("1", "2"):
        link(stage, stage.post(ani, "/v1/me/telegram").body["token"], chat)
        stage.clock.advance(timedelta(minutes=1))
    assert reached(stage, ani)["telegram"] == "2"
    assert stage.get(GATEWAY, "/internal/telegram", query={"chat": "1"}).body == {"person": ani.id}
    stage.call(ani, "DELETE", "/v1/me/telegram")
    assert stage.get(ani, "/v1/me").body["telegram"] is False


def test_an_expired_link_and_a_text_of_another_form_are_refused(stage, ani):
    token = stage.post(ani, "/v1/me/telegram").body["token"]
    stage.clock.advance(timedelta(minutes=31))
    for wrong in (token, "hello", token[:-1] + "!", "x" * 64):
        assert link(stage, wrong).body["rule"] == "telegram-link-not-accepted"
    body = {"token": token, "chat": "-1001"}
    assert stage.post(GATEWAY, "/internal/telegram-link", body).status == 400
    assert stage.post(ani, "/internal/telegram-link", {"token": token, "chat": "1"}).status == 403
    assert stage.get(NOTIFICATIONS, "/internal/telegram", query={"chat": "1"}).status == 403


def test_a_repeated_update_links_once_and_is_answered_alike(stage, ani):
    token = stage.post(ani, "/v1/me/telegram").body["token"]
    body = {"token": token, "chat": "4711"}
    replies = [stage.post(GATEWAY, "/internal/telegram-link", body, key="update-7") for _ in range(2)]
    assert [reply.body for reply in replies] == [{"person": ani.id}] * 2
    assert [fact.type for fact in stage.facts()].count("telegram-linked") == 1


def test_an_erased_member_cannot_link_an_account(stage, ani):
    token = stage.post(ani, "/v1/me/telegram").body["token"]
    stage.post(ani, "/v1/me/erasure", {"sure": True})
    assert link(stage, token).body["rule"] == "telegram-link-not-accepted"
