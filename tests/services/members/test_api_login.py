from datetime import timedelta

import pytest

from services.kernel.declare.policy import ANONYMOUS
from services.members.domain.credential import CODE_LIFETIME, LoginCodeAccepted, LoginCodeIssued, TokenIssued
from services.members.installation import issue_token
from tests.services.members.harness import COORDINATOR, GATEWAY, MEMBER


def code_for(harness, contact):
    assert harness.post(ANONYMOUS, "/v1/login/code", {"contact": contact}).status == 202
    return harness.parts.secrets.digits(
        next(e.code for e in reversed(harness.events()) if isinstance(e, LoginCodeIssued))
    )


def log_in(harness, contact, **options):
    return harness.post(ANONYMOUS, "/v1/login", {"contact": contact, "code": code_for(harness, contact)}, **options)


def identity(harness, token):
    return harness.post(GATEWAY, "/internal/identity", {"token": token})


def test_a_strangers_request_for_a_code_is_answered_like_a_members(harness):
    harness.join(email="ani@contoh.example")
    known = harness.post(ANONYMOUS, "/v1/login/code", {"contact": "ani@contoh.example"})
    unknown = harness.post(ANONYMOUS, "/v1/login/code", {"contact": "nobody@contoh.example"})
    assert (known.status, known.body) == (unknown.status, unknown.body) == (202, {})
    assert [fact.type for fact in harness.facts()].count("login-code-issued") == 1


def test_the_sixth_code_within_an_hour_is_refused_for_members_and_strangers_alike(harness):
    harness.join(email="ani@contoh.example")
    for contact in ("ani@contoh.example", "nobody@contoh.example"):
        for _ in range(5):
            assert harness.post(ANONYMOUS, "/v1/login/code", {"contact": contact}).status == 202
        sixth = harness.post(ANONYMOUS, "/v1/login/code", {"contact": contact})
        assert sixth.status == 429
        assert int(sixth.headers["Retry-After"]) == 3601


def test_a_wrong_code_an_unknown_contact_and_a_contact_without_a_code_are_answered_alike(harness):
    harness.join(email="ani@contoh.example")
    harness.join(email="budi@contoh.example")
    right = code_for(harness, "ani@contoh.example")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answers = [
        harness.post(ANONYMOUS, "/v1/login", {"contact": contact, "code": wrong})
        for contact in ("ani@contoh.example", "budi@contoh.example", "nobody@contoh.example")
    ]
    assert {(answer.status, answer.body["rule"], answer.body["detail"]) for answer in answers} == {
        (422, "login-code-not-accepted", "The code is wrong or has expired; request a new code.")
    }


def test_a_login_code_of_an_hour_ago_is_refused(harness):
    harness.join(email="ani@contoh.example")
    code = code_for(harness, "ani@contoh.example")
    harness.clock.advance(CODE_LIFETIME)
    assert harness.post(ANONYMOUS, "/v1/login", {"contact": "ani@contoh.example", "code": code}).status == 422


def test_a_code_may_be_typed_with_spaces(harness):
    harness.join(email="ani@contoh.example")
    code = code_for(harness, "ani@contoh.example")
    reply = harness.post(ANONYMOUS, "/v1/login", {"contact": " ani@contoh.example", "code": f" {code[:3]} {code[3:]} "})
    assert reply.status == 200


def test_a_repeated_login_gets_the_same_token_and_no_second_one(harness):
    harness.join(email="ani@contoh.example")
    body = {"contact": "ani@contoh.example", "code": code_for(harness, "ani@contoh.example")}
    first = harness.post(ANONYMOUS, "/v1/login", body, key="the same")
    assert harness.post(ANONYMOUS, "/v1/login", body, key="the same").body == first.body
    assert sum(isinstance(event, TokenIssued) for event in harness.events()) == 1


def test_a_login_that_was_cut_off_before_its_token_was_issued_gets_it_when_repeated(harness, monkeypatch):
    harness.join(email="ani@contoh.example")
    body = {"contact": "ani@contoh.example", "code": code_for(harness, "ani@contoh.example")}

    def cut(*_):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("services.members.api.login._issue_token", cut)
        assert harness.post(ANONYMOUS, "/v1/login", body, key="cut").status == 500
    assert any(isinstance(event, LoginCodeAccepted) for event in harness.events())
    token = harness.post(ANONYMOUS, "/v1/login", body, key="cut").body["token"]
    assert identity(harness, token).status == 200


def test_neither_code_nor_token_nor_contact_stands_anywhere_in_the_log(harness):
    harness.join("Ani Contoh", email="ani@contoh.example", phone="081234567890")
    token = log_in(harness, "ani@contoh.example").body["token"]
    digits = [harness.parts.secrets.digits(e.code) for e in harness.events() if isinstance(e, LoginCodeIssued)]
    written = repr(harness.application.log.read(0, 1000))
    assert harness.post(COORDINATOR, "/v1/me/tokens", {"name": "Laptop Ani"}).status == 201
    written += repr(harness.application.log.read(0, 1000))
    for secret in (
        "Laptop Ani",
        token,
        token.split("_", 2)[2],
        *digits,
        "ani@contoh.example",
        "Ani Contoh",
        "81234567890",
    ):
        assert secret not in written


def test_a_login_with_a_phone_number_proves_no_phone_number(harness):
    harness.join(phone="081234567890", email="ani@contoh.example")
    log_in(harness, "0812-3456-7890")
    (accepted,) = [event for event in harness.events() if isinstance(event, LoginCodeAccepted)]
    assert accepted.proves is None


def test_a_revoked_token_is_refused(harness):
    harness.join(email="ani@contoh.example")
    token = log_in(harness, "ani@contoh.example").body["token"]
    assert identity(harness, token).status == 200
    assert harness.post(ANONYMOUS, "/v1/logout", {"token": token}).status == 200
    assert identity(harness, token).status == 401


def test_a_stranger_cannot_revoke_a_token_by_its_id(harness):
    harness.join(email="ani@contoh.example")
    token = log_in(harness, "ani@contoh.example").body["token"]
    forged = f"{token.rpartition('_')[0]}_guess"
    assert harness.post(ANONYMOUS, "/v1/logout", {"token": forged}).status == 200
    assert identity(harness, token).status == 200


@pytest.mark.parametrize("token", ["nonsense", "jj_00000000000000000000000000000000_x", "", " ", "x" * 5000, "\xff"])
def test_a_forged_token_is_refused(harness, token):
    assert identity(harness, token).status == 401


def test_a_token_with_a_forged_secret_is_refused(harness):
    harness.join(email="ani@contoh.example")
    token = log_in(harness, "ani@contoh.example").body["token"]
    assert identity(harness, token[:-2] + "xx").status == 401


def test_a_token_expires_by_the_machines_clock_and_not_by_domain_time(harness):
    harness.join(email="ani@contoh.example")
    token = log_in(harness, "ani@contoh.example").body["token"]
    harness.clock.advance(timedelta(days=365))
    assert identity(harness, token).status == 200
    harness.machine.advance(timedelta(days=30))
    assert identity(harness, token).status == 401


def test_only_the_gateway_may_ask_for_the_person_behind_a_token(harness):
    assert harness.post(MEMBER, "/internal/identity", {"token": "x"}).status == 403


def test_own_tokens_are_named_listed_and_revoked(harness):
    issued = harness.post(COORDINATOR, "/v1/me/tokens", {"name": "laptop", "days": 7})
    assert issued.status == 201
    (listed,) = harness.get(COORDINATOR, "/v1/me/tokens").body["items"]
    assert (listed["id"], listed["name"], listed["revoked"]) == (issued.body["id"], "laptop", None)
    assert "token" not in listed
    assert harness.get(MEMBER, "/v1/me/tokens").body["items"] == []
    path = f"/v1/me/tokens/{issued.body['id']}"
    assert harness.call(MEMBER, "DELETE", path).status == 404
    assert harness.call(COORDINATOR, "DELETE", path).status == 200
    assert identity(harness, issued.body["token"]).status == 401


def test_a_repeated_request_for_a_token_shows_the_same_one(harness):
    first = harness.post(COORDINATOR, "/v1/me/tokens", {"name": "laptop"}, key="same")
    assert harness.post(COORDINATOR, "/v1/me/tokens", {"name": "laptop"}, key="same").body == first.body


def test_a_token_needs_the_permission(harness):
    assert harness.post(MEMBER, "/v1/me/tokens", {"name": "laptop"}).status == 403
    assert harness.post(ANONYMOUS, "/v1/me/tokens", {"name": "laptop"}).status == 401


def test_the_operators_token_is_the_same_each_time(harness):
    member = harness.join(email="ani@contoh.example")
    token = issue_token(harness.parts, "ani@contoh.example")
    assert issue_token(harness.parts, "Ani@contoh.example") == token
    assert identity(harness, token).body["id"] == member


@pytest.mark.parametrize("contact", ["", "not a contact", "12", 7, None])
def test_a_text_that_is_no_contact_is_malformed(harness, contact):
    assert harness.post(ANONYMOUS, "/v1/login/code", {"contact": contact}).status == 400
