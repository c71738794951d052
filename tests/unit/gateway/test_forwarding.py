import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from gateway.api.own_api import OWN_OPERATIONS
from gateway.edge import forwarding, limits
from gateway.edge.limits import STRANGER_WAITS, Allowance
from gateway.edge.surface import surface_of
from services.kernel.base.problem import NotFound
from services.kernel.base.settings import SettingsError
from tests.unit.gateway.harness import FakeAnswer, ReceivedRequest, bearer, fragment

PROBLEM = {"Content-Type": "application/problem+json"}


def test_a_public_operation_is_forwarded_with_the_signed_actor(harness, client):
    harness.events.on(
        "GET /v1/topics/{topic}", FakeAnswer({"topic": "t1"}, headers={"Position": "events@7", "ETag": '"3"'})
    )
    answer = client.get("/v1/topics/t1", headers=bearer())
    assert (answer.status_code, answer.json()) == (200, {"topic": "t1"})
    assert answer.headers["position"] == "events@7"
    assert answer.headers["etag"] == '"3"'
    [asked] = harness.events.received
    assert (asked.actor.kind, asked.actor.id) == ("person", "sari")


def test_an_unknown_path_is_404_and_reaches_no_service(harness, client):
    for path in ("/v1/nothing", "/v1/topics/a/b/c", "/v1/members/../../internal/identity", "/v1/members/%2e%2e/x"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert not any(service.received for service in harness.services.values())


def test_an_internal_operation_is_404(harness, client):
    for path in ("/internal/identity", "/v1/hidden"):
        assert client.post(path, json={"token": "x"}, headers={"Idempotency-Key": "k"}).status_code == 404
    assert not harness.members.received


@pytest.mark.parametrize("path", ["/v1/members/..", "/v1/members/.", "/v1/../internal/identity", "/v1/members/x/../y"])
def test_a_path_with_dot_segments_is_404(path):
    surface = surface_of({"members": fragment("GET /v1/members/{member}", "GET /v1/members/{member}/{a}/{b}")})
    with pytest.raises(NotFound):
        surface.match("GET", path)


def test_another_method_of_a_public_path_is_405_with_allow(client):
    answer = client.put("/v1/topics", json={}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    for method, path, goes in (("POST", "/v1/me/dashboard", "GET"), ("GET", "/v1/activities/a1/walk-ins", "POST")):
        answer = client.request(method, path, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.headers["allow"]) == (405, goes)


def test_a_service_that_is_down_is_503_with_retry_after_and_never_404(harness, client):
    harness.events.down()
    answer = client.get("/v1/topics/t1")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["service"] == "events"


def test_a_broken_connection_is_retried_once_with_the_same_key(harness, client):
    def breaking_off(_asked: ReceivedRequest) -> FakeAnswer:
        if len(harness.events.received) == 1:
            raise ConnectionAbortedError
        return FakeAnswer({"topic": "t1"}, 201)

    harness.events.on("POST /v1/topics", breaking_off)
    answer = client.post("/v1/topics", json={"title": "a"}, headers={"Idempotency-Key": "k1", **bearer()})
    assert answer.status_code == 201
    assert [asked.headers["idempotency-key"] for asked in harness.events.received] == ["k1", "k1"]


def test_a_services_problem_is_forwarded_unchanged(harness, client):
    problem = {"title": "A rule forbids this", "status": 422, "rule": "one-topic-per-gathering", "detail": "One."}
    harness.events.on("POST /v1/activities", FakeAnswer(problem, 422, PROBLEM))
    answer = client.post("/v1/activities", json={}, headers={"Idempotency-Key": "k", **bearer()})
    assert (answer.status_code, answer.json()) == (422, problem)
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_the_listed_headers_are_forwarded(harness, client):
    harness.events.on(
        "POST /v1/topics", FakeAnswer({}, 201, {"Set-Cookie": "evil=1", "X-Internal": "x", "Location": "/v1/topics/1"})
    )
    headers = {
        "Idempotency-Key": "k", "If-Match": '"4"', "Correlation-Id": "c-1", "Jejaring-Actor": "made-up",
        "Connection": "X-Hop", "X-Hop": "1", "X-Forwarded-For": "1.2.3.4", "Cookie": "a=b",
    }  # fmt: skip
    answer = client.post(
        "/v1/topics?x=1&y=%20", content=b'{"a": 1}', headers={"Content-Type": "application/json", **headers}
    )
    [asked] = harness.events.received
    assert asked.headers["idempotency-key"] == "k"
    assert asked.headers["if-match"] == '"4"'
    assert asked.headers["correlation-id"] == answer.headers["correlation-id"] == "c-1"
    assert asked.query == "x=1&y=%20"
    assert json.loads(asked.body) == {"a": 1}
    assert asked.actor.kind == "anonymous"  # the invented actor header was replaced
    assert not {"x-hop", "cookie", "x-forwarded-for", "authorization"} & set(asked.headers)
    assert answer.headers["location"] == "/v1/topics/1"
    assert "x-internal" not in answer.headers
    assert "evil" not in answer.headers.get("set-cookie", "")


def test_a_non_ascii_header_is_forwarded_unchanged(harness, client):
    harness.events.on("GET /v1/topics", FakeAnswer({"items": []}))
    assert client.get("/v1/topics", headers=[(b"Accept-Language", b"\xe9")]).status_code == 200
    assert harness.events.received[0].headers["accept-language"] == "\xe9"


def test_a_correlation_id_that_would_break_a_log_line_is_replaced(harness, client):
    harness.events.on("GET /v1/topics/{topic}", FakeAnswer())
    answer = client.get("/v1/topics/t1", headers={"Correlation-Id": "a b" * 100})
    assert len(answer.headers["correlation-id"]) == 36


def test_a_body_over_the_limit_is_413_and_reaches_no_service(harness, client):
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    declared = client.post("/v1/topics", content=b"x" * 256_001, headers=headers)
    streamed = client.post("/v1/topics", content=iter([b"x" * 200_000, b"x" * 200_000]), headers=headers)
    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert declared.json()["limit"] == 256_000
    assert not harness.events.received


def test_an_operation_may_have_a_higher_body_limit(harness, client):
    harness.members.on("POST /v1/members/import", FakeAnswer({"import": "i"}, 202))
    headers = {"Idempotency-Key": "k", "Content-Type": "text/csv", **bearer()}
    assert client.post("/v1/members/import", content=b"x" * 4_000_000, headers=headers).status_code == 202
    assert client.post("/v1/members/import", content=b"x" * 5_000_001, headers=headers).status_code == 413


def test_a_literal_path_matches_before_a_parameter():
    surface = surface_of({"members": fragment("POST /v1/members/{member}", "POST /v1/members/import")})
    assert surface.match("POST", "/v1/members/import").path == "/v1/members/import"


def test_two_owners_of_a_path_are_refused_at_start():
    with pytest.raises(SettingsError, match=r"/v1/topics/\{topic\} is claimed by events and by members"):
        surface_of({"members": fragment("GET /v1/topics/{id}"), "events": fragment("PUT /v1/topics/{topic}")})
    with pytest.raises(SettingsError, match="the gateway"):
        surface_of({"members": fragment("GET /v1/me/dashboard")}, OWN_OPERATIONS)


def test_several_services_may_have_the_same_internal_path():
    both = fragment("GET /healthz", public=False)
    surface_of({"members": both, "events": both})


def test_a_missing_fragment_is_an_error_that_names_the_file(harness, tmp_path: Path):
    (tmp_path / "events" / "openapi.json").unlink()
    with pytest.raises(SettingsError, match=r"events/openapi\.json"), harness.gateway():
        pass


def test_a_session_reads_its_own_writes_of_each_service(harness, client):
    harness.members.on("POST /v1/members", FakeAnswer({"member": "m"}, 201, {"Position": "members@40"}))
    harness.events.on("POST /v1/topics", FakeAnswer({}, 201, {"Position": "events@7"}))
    harness.members.on("GET /v1/offices", FakeAnswer({"items": []}, 200, {"Position": "members@39"}))
    harness.events.on("GET /v1/topics/{topic}", FakeAnswer({}, 200, {"Position": "events@9"}))
    client.post("/v1/members", json={}, headers={"Idempotency-Key": "a"})
    client.post("/v1/topics", json={}, headers={"Idempotency-Key": "b"})
    client.get("/v1/offices")
    client.get("/v1/topics/t")
    client.get("/v1/topics/t")
    assert harness.members.received[-1].headers["wait-for"] == "members@40"
    assert [asked.headers.get("wait-for") for asked in harness.events.received] == [None, "events@7", "events@9"]


def test_a_bearer_reads_its_own_writes_and_others_do_not_wait(harness, client):
    harness.people["other"] = {"kind": "person", "id": "budi", "offices": [], "grants": {}}
    harness.events.on("POST /v1/topics", FakeAnswer({}, 201, {"Position": "events@7"}))
    harness.events.on("GET /v1/topics/{topic}", FakeAnswer({}, 200, {"Position": "events@6"}))
    assert (
        client.post("/v1/topics", json={}, headers={"Idempotency-Key": "b", **bearer()}).headers["position"]
        == "events@7"
    )
    client.get("/v1/topics/t", headers=bearer())
    client.get("/v1/topics/t", headers=bearer("other"))
    client.get("/v1/topics/t", headers={"Wait-For": "members@3, events@12", **bearer()})
    client.get("/v1/topics/t", headers=bearer())
    waited = [asked.headers.get("wait-for") for asked in harness.events.calls("GET /v1/topics/{topic}")]
    assert waited == ["events@7", None, "events@12", "events@7"]


def test_strangers_who_wait_leave_room_and_known_callers_are_all_answered(harness, client):
    guard, waiting, most = threading.Lock(), [0], [0]

    def slow(asked):
        if asked.headers.get("wait-for") != f"events@{10**12}":
            return FakeAnswer()
        with guard:
            waiting[0] += 1
            most[0] = max(most[0], waiting[0])
        time.sleep(0.3)
        with guard:
            waiting[0] -= 1
        return FakeAnswer({}, 503)

    harness.events.on("GET /v1/topics/{topic}", slow)

    def ask(headers):
        return httpx.get(f"{client.base_url}/v1/topics/t", headers=headers, timeout=20, trust_env=False).status_code

    client.get("/v1/topics/t", headers=bearer())  # who this is, is known from here on
    with ThreadPoolExecutor(90) as crowd:
        strangers = [crowd.submit(ask, {"Wait-For": f"events@{10**12}"}) for _ in range(80)]
        known = [crowd.submit(ask, {"Wait-For": f"events@{n}", **bearer()}) for n in range(10)]
        assert [one.result() for one in known] == [200] * 10
        assert {one.result() for one in strangers} <= {429, 503}
    assert 1 <= most[0] <= STRANGER_WAITS


def test_two_anonymous_callers_with_the_same_key_are_two_callers(harness, client):
    harness.members.on("POST /v1/members", FakeAnswer({}, 201))
    with harness.gateway() as second:
        for stranger in (client, client, second):
            stranger.post("/v1/members", json={}, headers={"Idempotency-Key": "same"})
    first, again, other = (asked.actor.id for asked in harness.members.received)
    assert first == again != other
    assert first


def test_login_requests_are_rate_limited(harness, client, monkeypatch):
    monkeypatch.setattr(limits, "LOGIN", Allowance(burst=3, per_second=0.01))
    harness.members.on("POST /v1/login/code", FakeAnswer({}, 202))
    answers = [
        client.post("/v1/login/code", json={"contact": "a@b.id"}, headers={"Idempotency-Key": str(n)}) for n in range(4)
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert int(answers[-1].headers["retry-after"]) > 90
    assert len(harness.members.received) == 3


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": "buku"}',
        rb'{"\u0063ode": "buku"}',
        b'{"code": "buku"',
        '{"code": "buku"}'.encode("utf-16"),
        b"[" * 100_000,
    ],
    ids=["plain", "escaped", "not JSON", "another encoding", "deep"],
)
def test_every_spelling_of_a_code_word_body_counts_as_a_guess(harness, client, monkeypatch, body):
    monkeypatch.setattr(forwarding, "GUESSES", Allowance(burst=2, per_second=0.01))
    wrong = FakeAnswer({"title": "no", "status": 422, "rule": "wrong-code-word"}, 422, PROBLEM)
    harness.events.on("POST /v1/activities/{activity}/attendance", wrong)
    sent = {"Content-Type": "application/json", **bearer()}
    statuses = [
        client.post("/v1/activities/a1/attendance", content=body, headers=sent | {"Idempotency-Key": key}).status_code
        for key in ("k1", "k2", "k3")
    ]
    assert statuses == [422, 422, 429]


def test_a_body_without_a_code_word_is_not_counted_as_a_guess(harness, client, monkeypatch):
    monkeypatch.setattr(forwarding, "GUESSES", Allowance(burst=2, per_second=0.01))
    wrong = FakeAnswer({"title": "no", "status": 422, "rule": "wrong-code-word"}, 422, PROBLEM)
    harness.events.on("POST /v1/activities/{activity}/attendance", wrong)
    for key in ("k1", "k2", "k3"):
        headers = {"Idempotency-Key": key, **bearer()}
        answer = client.post("/v1/activities/a1/attendance", json={"guest": "code"}, headers=headers)
        assert answer.status_code == 422


def test_fifty_concurrent_callers_all_get_an_answer(harness, client):
    harness.events.on("POST /v1/activities/{activity}/registrations", FakeAnswer({"seat": "taken"}, 201))
    statuses = []

    def register(number: int) -> None:
        headers = {"Idempotency-Key": f"k{number}", **bearer()}
        statuses.append(client.post("/v1/activities/a/registrations", json={}, headers=headers).status_code)

    threads = [threading.Thread(target=register, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 50
