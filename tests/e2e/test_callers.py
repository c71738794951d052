"""Authentication and authorisation: tokens, codes, regions, and services that are down."""

import os
import re
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from deploy import ports
from deploy.commands.open_service import open_service
from deploy.waiting import wait_until
from services.kernel.declare.policy import Actor, ActorSignature
from services.members.installation import issue_token
from tests.e2e.stack import BLITAR, KEDIRI, RunningStack, Visitor, refused
from tests.support.services import ChildServices

WISH = {"title": "Siapa saya", "region": KEDIRI}
CHOICE = {"language": "en", "email": True}


def test_an_invalid_token_is_refused(running: RunningStack) -> None:
    with open_service("members", running.services.environment) as members:
        expired, revoked = (
            issue_token(members.parts, "budi@input.example", name, days)
            for name, days in (("old", -1), ("given back", 1))
        )
    good, prefix = running.sari.token, running.sari.token.rpartition("_")[0]
    assert Visitor(running.http, revoked).get("/v1/me").status_code == 200
    assert running.nobody.post("/v1/logout", {"token": revoked}).status_code == 200
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
    with running.unchanged():
        for token in (*forged, expired, revoked):
            stranger = Visitor(running.http, token)
            for answer in (stranger.get("/v1/me"), stranger.get("/v1/topics"), stranger.post("/v1/topics", WISH)):
                refused(answer, 401, "unauthorized")
                assert answer.headers["WWW-Authenticate"] == "Bearer"
        for header in ("Bearer", f"Basic {good}", f"Token {good}", good, "Bearer \xff\xfe", f"Bearer {good} {good}"):
            refused(running.nobody.get("/v1/me", Authorization=header.encode("latin-1")), 401, "unauthorized")
        refused(running.nobody.get("/v1/me", Cookie=f"jejaring={good}"), 401, "unauthorized")
        refused(running.nobody.post("/v1/topics", WISH), 401, "unauthorized")
    assert running.sari.get("/v1/me").status_code == 200


def test_an_actor_header_from_outside_is_ignored(running: RunningStack) -> None:
    path = running.planned()
    secret = (Path(running.services.environment["JEJARING_SECRETS"]) / "signing.key").read_text().strip()
    coordinator = Actor("person", running.coordinator.person, grants={"activities.plan": ("*",)})
    service = Actor("service", "gateway")
    with running.unchanged():
        for actor in (coordinator, service):
            for value in (ActorSignature(secret).sign(actor), ActorSignature("another").sign(actor), "made up"):
                headers = {ActorSignature.HEADER: value, ActorSignature.HEADER.lower(): value}
                for visitor in (running.nobody, running.sari):
                    answer = visitor.send("POST", f"{path}/cancel", json={"reason": "x"}, headers=headers)
                    refused(answer, 404, "not-found")
                refused(running.nobody.send("GET", "/v1/me", headers=headers), 401, "unauthorized")
    assert running.rani.get(path).json()["state"] == "planned"


def test_a_coordinator_of_another_region_changes_nothing_and_sees_nothing_planned(
    running: RunningStack,
) -> None:
    planned, public = running.planned(), running.published()
    acts = {
        "publish": {}, "cancel": {"reason": "x"}, "complete": {}, "attendance/code": {}, "topics": {"topic": "t"},
        "speakers": {"person": running.bima.person, "role": "guide"}, "registrations": {"person": running.budi.person},
    }  # fmt: skip
    with running.unchanged():
        for act, body in acts.items():
            refused(running.bima.post(f"{public}/{act}", body), 403, "forbidden", region=KEDIRI)
            refused(running.bima.post(f"{planned}/{act}", body), 404, "not-found")
        refused(running.bima.get(planned), 404, "not-found")
        assert running.bima.get(public).status_code == 200
        refused(running.bima.post("/v1/activities", running.plan(topic="t")), 403, "forbidden", region=KEDIRI)
        refused(running.bima.get(f"/v1/members?region={KEDIRI}"), 403, "forbidden", region=KEDIRI)
        refused(running.bima.get(f"/v1/members/{running.sari.person}"), 404, "not-found")
        refused(running.rani.post("/v1/rules", {"speakers": "open"}), 403, "forbidden")
    assert running.bima.get(f"/v1/members?region={BLITAR}").status_code == 200


def test_a_concurrent_repeat_is_409_and_later_gets_the_same_answer(running: RunningStack) -> None:
    assert running.sari.get("/v1/me/preferences").status_code == 200  # the gateway knows her identity now
    running.wait_until_idle()
    with ThreadPoolExecutor(2) as hands:
        os.kill(running.database_server.pid, signal.SIGSTOP)
        try:
            both = [hands.submit(running.sari.send, "PUT", "/v1/me/preferences", key="slow", json=CHOICE) for _ in "ab"]
            early = wait_until(lambda: next((one for one in both if one.done()), None), 3, "the second to be answered")
        finally:
            os.kill(running.database_server.pid, signal.SIGCONT)
        refused(early.result(), 409, "still-running")
        assert early.result().headers["Retry-After"] == "1"
        (first,) = [one.result() for one in both if one is not early]
    assert (first.status_code, {name: first.json()[name] for name in CHOICE}) == (200, CHOICE)
    with running.unchanged():
        again = running.sari.send("PUT", "/v1/me/preferences", key="slow", json=CHOICE)
    assert (again.status_code, again.content, again.headers["Position"]) == (
        200,
        first.content,
        first.headers["Position"],
    )


def test_a_service_that_is_down_is_503_on_its_routes_and_null_on_the_dashboard(
    running: RunningStack, tmp_path: Path
) -> None:
    away = {name: f"http://{ports.HOST}:{ports.any_free()}" for name in ("EVENTS_URL", "NOTIFICATIONS_URL")}
    environment = {name: value for name, value in running.services.environment.items() if name != "GATEWAY_PORT"}
    half = ChildServices(tmp_path, environment | away)
    try:
        half.start_gateway()
        for method, path in (("GET", "/v1/topics"), ("POST", "/v1/topics"), ("GET", "/v1/me/inbox")):
            answer = running.sari.send(method, half.url("gateway") + path)
            refused(answer, 503, "unavailable")
            assert answer.headers["Retry-After"] == "1"
        dashboard = running.sari.get(half.url("gateway") + "/v1/me/dashboard")
        document = dashboard.json()
        assert (dashboard.status_code, document["me"]["person"]) == (200, running.sari.person)
        assert (document["participation"], document["inbox"]) == (None, None)
        assert {one["part"]: one["status"] for one in document["warnings"]} == dict.fromkeys(
            ("participation", "certificates", "inbox"), 503
        )
    finally:
        half.close()
    whole = running.sari.get("/v1/me/dashboard").json()
    assert whole["warnings"] == []


@pytest.fixture
def newcomer(running: RunningStack) -> str:
    """The e-mail address of a member who has never logged in."""
    name = f"masuk{uuid.uuid4().hex[:6]}"
    running.join(name)
    return f"{name}@input.example"


def ask(running: RunningStack, contact: str) -> float:
    """Ask for a code; returns the duration in seconds."""
    begun = time.monotonic()
    answer = running.nobody.post("/v1/login/code", {"contact": contact})
    assert (answer.status_code, answer.json()) == (202, {}), answer.text
    return time.monotonic() - begun


def codes(running: RunningStack, address: str, count: int) -> list[str]:
    """The mailed codes, the newest first."""

    def found() -> list[str] | None:
        texts = [mail["text"] for mail in running.mailbox.messages(address)]
        read = [match[1] for text in texts if (match := re.search(r"^\s*(\d{6})\s*$", text, re.MULTILINE))]
        return read if len(read) >= count else None

    return wait_until(found, 30, "a code by mail")


def enter(running: RunningStack, contact: str, code: str) -> httpx.Response:
    return running.nobody.post("/v1/login", {"contact": contact, "code": code})


def test_a_login_code_is_void_after_five_wrong_attempts(running: RunningStack, newcomer: str) -> None:
    ask(running, newcomer)
    (code,) = codes(running, newcomer, 1)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        refused(enter(running, newcomer, wrong), 422, "refused", rule="login-code-not-accepted")
    with running.unchanged():
        refused(enter(running, newcomer, code), 422, "refused", rule="login-code-not-accepted")
    ask(running, newcomer)
    fresh = next(one for one in codes(running, newcomer, 2) if one != code)
    refused(enter(running, newcomer, code), 422, "refused", rule="login-code-not-accepted")
    entered = enter(running, newcomer, fresh)
    assert entered.status_code == 200, entered.text
    token = entered.json()["token"]
    assert Visitor(running.http, token).get("/v1/me").json()["contacts"]["email"] == newcomer
    refused(enter(running, newcomer, fresh), 422, "refused", rule="login-code-not-accepted")


def test_the_sixth_login_code_within_an_hour_is_429(running: RunningStack, newcomer: str) -> None:
    for contact in (newcomer, f"tak{uuid.uuid4().hex[:6]}@lain.example"):
        for _ in range(5):
            ask(running, contact)
        with running.unchanged():
            answer = running.nobody.post("/v1/login/code", {"contact": contact})
            document = refused(answer, 429, "too-many")
        assert 3000 < int(answer.headers["Retry-After"]) <= 3601
        assert document["retry_after"] == int(answer.headers["Retry-After"])


def test_an_unknown_contact_gets_the_same_answer_and_timing(running: RunningStack, newcomer: str) -> None:
    strangers = [f"tak{uuid.uuid4().hex[:6]}@lain.example" for _ in range(2)]
    rounds = [[ask(running, contact) for contact in (newcomer, *strangers)] for _ in range(5)]
    # A busy machine only adds to a time, so the shortest of several times is the product's own.
    known = min(took for took, *_ in rounds)
    unknown = min(took for _, *others in rounds for took in others)
    assert abs(known - unknown) < max(0.03, 0.5 * unknown), (known, unknown)
    answers = [enter(running, contact, "000000") for contact in (newcomer, *strangers, "tak@pernah.example")]
    for answer in answers:
        refused(answer, 422, "refused", rule="login-code-not-accepted")
        assert answer.content == answers[0].content
    running.wait_until_idle()
    assert [running.mailbox.messages(stranger) for stranger in strangers] == [[], []]
