"""Who may come in, and how far: tokens, codes, regions, and parts of the house that are away."""

import os
import re
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import httpx
import pytest

from deploy import ports
from deploy.commands.open_service import open_service
from deploy.waiting import wait_until
from services.kernel.declare.policy import Actor, ActorSignature
from services.members.installation import issue_token
from tests.e2e.stack import BLITAR, KEDIRI, House, Visitor, refused
from tests.support.services import ChildServices

WISH = {"title": "Siapa saya", "region": KEDIRI}
CHOICE = {"language": "en", "email": True}


def test_a_token_that_is_forged_cut_off_expired_or_revoked_opens_nothing(house: House) -> None:
    with open_service("members", house.services.environment) as members:
        expired, revoked = (
            issue_token(members.parts, "budi@input.example", name, days)
            for name, days in (("old", -1), ("given back", 1))
        )
    good, prefix = house.sari.token, house.sari.token.rpartition("_")[0]
    assert Visitor(house.http, revoked).get("/v1/me").status_code == 200
    assert house.nobody.post("/v1/logout", {"token": revoked}).status_code == 200
    forged = (
        good[:-2] + "xx",
        good[:-1],
        good + "x",
        prefix,
        prefix + "_",
        f"jj_{uuid.uuid4().hex}_x",
        "x",
        "x" * 5000,
    )
    with house.unchanged():
        for token in (*forged, expired, revoked):
            stranger = Visitor(house.http, token)
            for answer in (stranger.get("/v1/me"), stranger.get("/v1/topics"), stranger.post("/v1/topics", WISH)):
                refused(answer, 401, "unauthorized")
                assert answer.headers["WWW-Authenticate"] == "Bearer"
        for header in ("Bearer", f"Basic {good}", f"Token {good}", good, "Bearer \xff\xfe", f"Bearer {good} {good}"):
            refused(house.nobody.get("/v1/me", Authorization=header.encode("latin-1")), 401, "unauthorized")
        refused(house.nobody.get("/v1/me", Cookie=f"jejaring={good}"), 401, "unauthorized")
        refused(house.nobody.post("/v1/topics", WISH), 401, "unauthorized")
    assert house.sari.get("/v1/me").status_code == 200


def test_an_actor_that_the_caller_signed_or_made_up_is_not_heard(house: House) -> None:
    path = house.planned()
    secret = (Path(house.services.environment["JEJARING_SECRETS"]) / "signing.key").read_text().strip()
    coordinator = Actor("person", house.coordinator.person, grants={"activities.plan": ("*",)})
    service = Actor("service", "gateway")
    with house.unchanged():
        for actor in (coordinator, service):
            for value in (ActorSignature(secret).sign(actor), ActorSignature("another").sign(actor), "made up"):
                headers = {ActorSignature.HEADER: value, ActorSignature.HEADER.lower(): value}
                for visitor in (house.nobody, house.sari):
                    answer = visitor.send("POST", f"{path}/cancel", json={"reason": "x"}, headers=headers)
                    refused(answer, 404, "not-found")
                refused(house.nobody.send("GET", "/v1/me", headers=headers), 401, "unauthorized")
    assert house.rani.get(path).json()["state"] == "planned"


def test_a_coordinator_of_another_region_may_not_touch_what_is_public_and_does_not_see_what_is_planned(
    house: House,
) -> None:
    planned, public = house.planned(), house.published()
    acts = {
        "publish": {}, "cancel": {"reason": "x"}, "complete": {}, "attendance/code": {}, "topics": {"topic": "t"},
        "speakers": {"person": house.bima.person, "role": "guide"}, "registrations": {"person": house.budi.person},
    }  # fmt: skip
    with house.unchanged():
        for act, body in acts.items():
            refused(house.bima.post(f"{public}/{act}", body), 403, "forbidden", region=KEDIRI)
            refused(house.bima.post(f"{planned}/{act}", body), 404, "not-found")
        refused(house.bima.get(planned), 404, "not-found")
        assert house.bima.get(public).status_code == 200
        refused(house.bima.post("/v1/activities", house.plan(topic="t")), 403, "forbidden", region=KEDIRI)
        refused(house.bima.get(f"/v1/members?region={KEDIRI}"), 403, "forbidden", region=KEDIRI)
        refused(house.bima.get(f"/v1/members/{house.sari.person}"), 404, "not-found")
        refused(house.rani.post("/v1/rules", {"speakers": "open"}), 403, "forbidden")
    assert house.bima.get(f"/v1/members?region={BLITAR}").status_code == 200


def test_while_the_first_request_runs_the_same_key_is_409_and_then_the_same_answer(house: House) -> None:
    assert house.sari.get("/v1/me/preferences").status_code == 200  # who she is, is known at the gateway now
    house.settle()
    with ThreadPoolExecutor(2) as hands:
        os.kill(house.database_server.pid, signal.SIGSTOP)
        try:
            both = [hands.submit(house.sari.send, "PUT", "/v1/me/preferences", key="slow", json=CHOICE) for _ in "ab"]
            early = wait_until(lambda: next((one for one in both if one.done()), None), 3, "the second to be answered")
        finally:
            os.kill(house.database_server.pid, signal.SIGCONT)
        refused(early.result(), 409, "still-running")
        assert early.result().headers["Retry-After"] == "1"
        (first,) = [one.result() for one in both if one is not early]
    assert (first.status_code, {name: first.json()[name] for name in CHOICE}) == (200, CHOICE)
    with house.unchanged():
        again = house.sari.send("PUT", "/v1/me/preferences", key="slow", json=CHOICE)
    assert (again.status_code, again.content, again.headers["Position"]) == (
        200,
        first.content,
        first.headers["Position"],
    )


def test_a_service_that_is_down_is_503_on_its_routes_and_null_on_the_dashboard(house: House, tmp_path: Path) -> None:
    away = {name: f"http://{ports.HOST}:{ports.any_free()}" for name in ("EVENTS_URL", "NOTIFICATIONS_URL")}
    environment = {name: value for name, value in house.services.environment.items() if name != "GATEWAY_PORT"}
    half = ChildServices(tmp_path, environment | away)
    try:
        half.start_gateway()
        for method, path in (("GET", "/v1/topics"), ("POST", "/v1/topics"), ("GET", "/v1/me/inbox")):
            answer = house.sari.send(method, half.url("gateway") + path)
            refused(answer, 503, "unavailable")
            assert answer.headers["Retry-After"] == "1"
        dashboard = house.sari.get(half.url("gateway") + "/v1/me/dashboard")
        document = dashboard.json()
        assert (dashboard.status_code, document["me"]["person"]) == (200, house.sari.person)
        assert (document["participation"], document["inbox"]) == (None, None)
        assert {one["part"]: one["status"] for one in document["warnings"]} == dict.fromkeys(
            ("participation", "certificates", "inbox"), 503
        )
    finally:
        half.close()
    whole = house.sari.get("/v1/me/dashboard").json()
    assert whole["warnings"] == []


@pytest.fixture
def newcomer(house: House) -> str:
    """The address of a member who has never logged in."""
    name = f"masuk{uuid.uuid4().hex[:6]}"
    house.join(name)
    return f"{name}@input.example"


def ask(house: House, contact: str) -> float:
    """Ask for a code; the seconds that the answer took."""
    begun = time.monotonic()
    answer = house.nobody.post("/v1/login/code", {"contact": contact})
    assert (answer.status_code, answer.json()) == (202, {}), answer.text
    return time.monotonic() - begun


def codes(house: House, address: str, count: int) -> list[str]:
    """The codes that were mailed, the newest first."""

    def found() -> list[str] | None:
        texts = [mail["text"] for mail in house.mailbox.messages(address)]
        read = [match[1] for text in texts if (match := re.search(r"^\s*(\d{6})\s*$", text, re.MULTILINE))]
        return read if len(read) >= count else None

    return wait_until(found, 30, "a code by mail")


def enter(house: House, contact: str, code: str) -> httpx.Response:
    return house.nobody.post("/v1/login", {"contact": contact, "code": code})


def test_a_code_is_dead_after_five_wrong_ones_and_the_next_one_lives(house: House, newcomer: str) -> None:
    ask(house, newcomer)
    (code,) = codes(house, newcomer, 1)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        refused(enter(house, newcomer, wrong), 422, "refused", rule="login-code-not-accepted")
    with house.unchanged():
        refused(enter(house, newcomer, code), 422, "refused", rule="login-code-not-accepted")
    ask(house, newcomer)
    fresh = next(one for one in codes(house, newcomer, 2) if one != code)
    refused(enter(house, newcomer, code), 422, "refused", rule="login-code-not-accepted")
    entered = enter(house, newcomer, fresh)
    assert entered.status_code == 200, entered.text
    token = entered.json()["token"]
    assert Visitor(house.http, token).get("/v1/me").json()["contacts"]["email"] == newcomer
    refused(enter(house, newcomer, fresh), 422, "refused", rule="login-code-not-accepted")


def test_the_sixth_code_within_an_hour_is_429_whether_the_contact_is_known_or_not(house: House, newcomer: str) -> None:
    for contact in (newcomer, f"tak{uuid.uuid4().hex[:6]}@lain.example"):
        for _ in range(5):
            ask(house, contact)
        with house.unchanged():
            answer = house.nobody.post("/v1/login/code", {"contact": contact})
            document = refused(answer, 429, "too-many")
        assert 3000 < int(answer.headers["Retry-After"]) <= 3601
        assert document["retry_after"] == int(answer.headers["Retry-After"])


def test_an_unknown_contact_gets_the_same_answer_in_about_the_same_time(house: House, newcomer: str) -> None:
    strangers = [f"tak{uuid.uuid4().hex[:6]}@lain.example" for _ in range(2)]
    rounds = [[ask(house, contact) for contact in (newcomer, *strangers)] for _ in range(5)]
    known = median(took for took, *_ in rounds)
    unknown = median(took for _, *others in rounds for took in others)
    assert abs(known - unknown) < max(0.03, 0.5 * unknown), (known, unknown)
    answers = [enter(house, contact, "000000") for contact in (newcomer, *strangers, "tak@pernah.example")]
    for answer in answers:
        refused(answer, 422, "refused", rule="login-code-not-accepted")
        assert answer.content == answers[0].content
    house.settle()
    assert [house.mailbox.messages(stranger) for stranger in strangers] == [[], []]
