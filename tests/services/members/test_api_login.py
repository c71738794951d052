from datetime import timedelta

import pytest

from services.kernel.declare.policy import ANONYMOUS
from services.members.domain.credential import CODE_LIVES, LoginCodeAccepted, LoginCodeIssued, TokenIssued
from services.members.installation import issue_token
from tests.services.members.harness import COORDINATOR, GATEWAY, MEMBER


def code_for(stage, contact):
    assert stage.post(ANONYMOUS, "/v1/login/code", {"contact": contact}).status == 202
    return stage.parts.secrets.digits(next(e.code for e in reversed(stage.events()) if isinstance(e, LoginCodeIssued)))


def log_in(stage, contact, **options):
    return stage.post(ANONYMOUS, "/v1/login", {"contact": contact, "code": code_for(stage, contact)}, **options)


def identity(stage, token):
    return stage.post(GATEWAY, "/internal/identity", {"token": token})


def test_a_strangers_request_for_a_code_is_answered_like_a_members(stage):
    stage.join(email="ani@contoh.example")
    known = stage.post(ANONYMOUS, "/v1/login/code", {"contact": "ani@contoh.example"})
    unknown = stage.post(ANONYMOUS, "/v1/login/code", {"contact": "nobody@contoh.example"})
    assert (known.status, known.body) == (unknown.status, unknown.body) == (202, {})
    assert [fact.type for fact in stage.facts()].count("login-code-issued") == 1


def test_the_sixth_code_within_an_hour_is_refused_for_members_and_strangers_alike(stage):
    stage.join(email="ani@contoh.example")
    for contact in ("ani@contoh.example", "nobody@contoh.example"):
        for _ in range(5):
            assert stage.post(ANONYMOUS, "/v1/login/code", {"contact": contact}).status == 202
        sixth = stage.post(ANONYMOUS, "/v1/login/code", {"contact": contact})
        assert sixth.status == 429
        assert int(sixth.headers["Retry-After"]) == 3601


def test_a_wrong_code_an_unknown_contact_and_a_contact_without_a_code_are_answered_alike(stage):
    stage.join(email="ani@contoh.example")
    stage.join(email="budi@contoh.example")
    right = code_for(stage, "ani@contoh.example")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    answers = [
        stage.post(ANONYMOUS, "/v1/login", {"contact": contact, "code": wrong})
        for contact in ("ani@contoh.example", "budi@contoh.example", "nobody@contoh.example")
    ]
    assert {(answer.status, answer.body["rule"], answer.body["detail"]) for answer in answers} == {
        (422, "login-code-not-accepted", "this code is not right, or no longer good; ask for another")
    }


def test_a_code_of_an_hour_ago_opens_nothing(stage):
    stage.join(email="ani@contoh.example")
    code = code_for(stage, "ani@contoh.example")
    stage.clock.advance(CODE_LIVES)
    assert stage.post(ANONYMOUS, "/v1/login", {"contact": "ani@contoh.example", "code": code}).status == 422


def test_a_code_may_be_typed_with_spaces(stage):
    stage.join(email="ani@contoh.example")
    code = code_for(stage, "ani@contoh.example")
    reply = stage.post(ANONYMOUS, "/v1/login", {"contact": " ani@contoh.example", "code": f" {code[:3]} {code[3:]} "})
    assert reply.status == 200


def test_a_repeated_login_gets_the_same_token_and_no_second_one(stage):
    stage.join(email="ani@contoh.example")
    body = {"contact": "ani@contoh.example", "code": code_for(stage, "ani@contoh.example")}
    first = stage.post(ANONYMOUS, "/v1/login", body, key="the same")
    assert stage.post(ANONYMOUS, "/v1/login", body, key="the same").body == first.body
    assert sum(isinstance(event, TokenIssued) for event in stage.events()) == 1


def test_a_login_that_was_cut_off_before_its_token_was_issued_gets_it_when_repeated(stage, monkeypatch):
    stage.join(email="ani@contoh.example")
    body = {"contact": "ani@contoh.example", "code": code_for(stage, "ani@contoh.example")}

    def cut(*_):
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("services.members.api.login._issue_token", cut)
        assert stage.post(ANONYMOUS, "/v1/login", body, key="cut").status == 500
    assert any(isinstance(event, LoginCodeAccepted) for event in stage.events())
    token = stage.post(ANONYMOUS, "/v1/login", body, key="cut").body["token"]
    assert identity(stage, token).status == 200


def test_neither_code_nor_token_nor_contact_stands_anywhere_in_the_log(stage):
    stage.join("Ani Contoh", email="ani@contoh.example", phone="081234567890")
    token = log_in(stage, "ani@contoh.example").body["token"]
    digits = [stage.parts.secrets.digits(e.code) for e in stage.events() if isinstance(e, LoginCodeIssued)]
    written = repr(stage.application.log.read(0, 1000))
    assert stage.post(COORDINATOR, "/v1/me/tokens", {"name": "Laptop Ani"}).status == 201
    written += repr(stage.application.log.read(0, 1000))
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


def test_a_login_with_a_phone_number_proves_no_phone_number(stage):
    stage.join(phone="081234567890", email="ani@contoh.example")
    log_in(stage, "0812-3456-7890")
    (accepted,) = [event for event in stage.events() if isinstance(event, LoginCodeAccepted)]
    assert accepted.proves is None


def test_a_token_that_was_given_back_opens_nothing(stage):
    stage.join(email="ani@contoh.example")
    token = log_in(stage, "ani@contoh.example").body["token"]
    assert identity(stage, token).status == 200
    assert stage.post(ANONYMOUS, "/v1/logout", {"token": token}).status == 200
    assert identity(stage, token).status == 401


def test_a_stranger_cannot_revoke_a_token_by_its_id(stage):
    stage.join(email="ani@contoh.example")
    token = log_in(stage, "ani@contoh.example").body["token"]
    forged = f"{token.rpartition('_')[0]}_guess"
    assert stage.post(ANONYMOUS, "/v1/logout", {"token": forged}).status == 200
    assert identity(stage, token).status == 200


@pytest.mark.parametrize("token", ["nonsense", "jj_00000000000000000000000000000000_x", "", " ", "x" * 5000, "\xff"])
def test_a_forged_token_is_nobodys(stage, token):
    assert identity(stage, token).status == 401


def test_a_forged_secret_is_nobodys(stage):
    stage.join(email="ani@contoh.example")
    token = log_in(stage, "ani@contoh.example").body["token"]
    assert identity(stage, token[:-2] + "xx").status == 401


def test_a_token_expires_by_the_machines_clock_and_not_by_domain_time(stage):
    stage.join(email="ani@contoh.example")
    token = log_in(stage, "ani@contoh.example").body["token"]
    stage.clock.advance(timedelta(days=365))
    assert identity(stage, token).status == 200
    stage.machine.advance(timedelta(days=30))
    assert identity(stage, token).status == 401


def test_only_the_gateway_may_ask_for_the_person_behind_a_token(stage):
    assert stage.post(MEMBER, "/internal/identity", {"token": "x"}).status == 403


def test_own_tokens_are_named_listed_and_revoked(stage):
    issued = stage.post(COORDINATOR, "/v1/me/tokens", {"name": "laptop", "days": 7})
    assert issued.status == 201
    (listed,) = stage.get(COORDINATOR, "/v1/me/tokens").body["items"]
    assert (listed["id"], listed["name"], listed["revoked"]) == (issued.body["id"], "laptop", None)
    assert "token" not in listed
    assert stage.get(MEMBER, "/v1/me/tokens").body["items"] == []
    path = f"/v1/me/tokens/{issued.body['id']}"
    assert stage.call(MEMBER, "DELETE", path).status == 404
    assert stage.call(COORDINATOR, "DELETE", path).status == 200
    assert identity(stage, issued.body["token"]).status == 401


def test_a_repeated_request_for_a_token_shows_the_same_one(stage):
    first = stage.post(COORDINATOR, "/v1/me/tokens", {"name": "laptop"}, key="same")
    assert stage.post(COORDINATOR, "/v1/me/tokens", {"name": "laptop"}, key="same").body == first.body


def test_a_token_needs_the_permission(stage):
    assert stage.post(MEMBER, "/v1/me/tokens", {"name": "laptop"}).status == 403
    assert stage.post(ANONYMOUS, "/v1/me/tokens", {"name": "laptop"}).status == 401


def test_the_operators_token_is_the_same_each_time(stage):
    member = stage.join(email="ani@contoh.example")
    token = issue_token(stage.parts, "ani@contoh.example")
    assert issue_token(stage.parts, "Ani@contoh.example") == token
    assert identity(stage, token).body["id"] == member


@pytest.mark.parametrize("contact", ["", "not a contact", "12", 7, None])
def test_a_text_that_is_no_contact_is_malformed(stage, contact):
    assert stage.post(ANONYMOUS, "/v1/login/code", {"contact": contact}).status == 400
