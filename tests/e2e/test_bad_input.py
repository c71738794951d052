"""Invalid input: the answer names the error, reveals no internals, and nothing is changed."""

import base64
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deploy.waiting import wait_until
from tests.e2e.stack import BLITAR, KEDIRI, RunningStack, person_form, refused

FAR = "events@99999999"
TEXTS = (
    "nol\x00nol",
    "📚👩🏽‍🏫 perpustakaan",
    "مكتبة \u202eterbalik\u202c עברית",
    "$where",
    "$title",
    "{'$gt': ''}",
    "a.b.$[].c",
    "<script>alert(1)</script>",
    "'; DROP TABLE topics; --",
    "%0d%0aSet-Cookie: a=b",
    "baris\r\nBcc: orang@lain.example",
    "é" * 200,
)


def chunks(size: int) -> Iterator[bytes]:
    """A body without a declared length."""
    for _ in range(size // 50_000 + 1):
        yield b" " * 50_000


def test_an_unknown_field_such_as_a_fee_is_named(running: RunningStack) -> None:
    good = running.plan()
    with running.unchanged():
        for field in ("fee", "price", "topics", "$where", "a.b", "__class__"):
            document = refused(running.rani.post("/v1/activities", good | {field: 0}), 400, "malformed")
            assert document["errors"] == {field: ["Unknown field."]}


WRONG: list[tuple[str, Any]] = [
    ("capacity", "12"), ("capacity", 12.5), ("capacity", True), ("capacity", 0), ("capacity", 10**30), ("capacity", None),
    ("title", 7), ("title", ["x"]), ("title", {"$gt": ""}), ("title", ""), ("title", "x" * 201), ("title", None),
    ("topic", "$where"), ("topic", {"$ne": None}), ("topic", "a.b"), ("venue", "../x"), ("region", "x\x00"),
    ("starts", 1_700_000_000), ("starts", "besok"), ("starts", "2026-13-40T00:00:00+07:00"),
    ("starts", "2026-03-09T08:00:00"), ("starts", "0001-01-01T00:00:00+14:00"), ("ends", "9999-12-31T23:59:59-12:00"),
    ("past", 1), ("past", "yes"), ("kind", "party"), ("kind", []),
]  # fmt: skip


def test_a_wrong_type_or_value_is_named_by_its_field(running: RunningStack) -> None:
    good = running.plan()
    with running.unchanged():
        for field, value in WRONG:
            document = refused(running.rani.post("/v1/activities", good | {field: value}), 400, "malformed")
            assert list(document["errors"]) == [field], value


def test_an_out_of_range_time_is_refused_everywhere(running: RunningStack) -> None:
    first, last = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"
    holder = {"person": running.sari.person, "region": BLITAR}
    with running.unchanged():
        for at in (first, last):
            for path, body in (
                ("/v1/rules", {"in_force_from": at}),
                ("/v1/offices/regional-coordinator/holders", holder | {"from": at}),
            ):
                refused(running.coordinator.post(path, body), 400, "malformed")
            for path, name in (("/v1/rules", "at"), ("/v1/activities", "from")):
                refused(running.coordinator.send("GET", path, params={name: at}), 400, "malformed")


NO_OBJECTS = (b"{", b"not json", b'{"title": "x"', b"[]", b'"x"', b"7", b"null", b"NaN", b"\xff\xfe{}", b"[" * 100_000, b'{"title":' * 20_000,
              b'{"title": "x\\ud800", "region": "kota-kediri"}')  # fmt: skip


def test_a_body_must_be_a_json_object(running: RunningStack) -> None:
    with running.unchanged():
        for path in ("/v1/topics", "/v1/members", "/v1/login/code", "/v1/activities/x/walk-ins"):
            for body in NO_OBJECTS:
                answer = running.sari.send("POST", path, content=body, headers={"Content-Type": "application/json"})
                refused(answer, 400, "malformed")


def test_another_content_type_is_refused(running: RunningStack) -> None:
    with running.unchanged():
        refused(running.sari.send("POST", "/v1/topics", data={"title": "x"}), 400, "malformed")


@pytest.mark.parametrize(("path", "limit"), [("/v1/topics", 256_000), ("/v1/members/import", 5_000_000)])
def test_a_body_over_the_limit_is_413_whether_it_says_its_length_or_not(
    running: RunningStack, path: str, limit: int
) -> None:
    with running.unchanged():
        for content in (b" " * (limit + 1), chunks(limit)):
            refused(running.rani.send("POST", path, content=content), 413, "too-large", limit=limit)
        allowed = running.rani.send("POST", path, content=b" " * limit, headers={"Content-Type": "application/json"})
        refused(allowed, 400, "malformed")


def test_a_begun_activity_is_not_published_and_an_ended_one_is_recorded_as_past(running: RunningStack) -> None:
    begun = running.clock.now() - timedelta(hours=1)
    times = {"starts": begun.isoformat(), "ends": (begun + timedelta(hours=2)).isoformat()}
    path = running.planned(**times)
    with running.unchanged():
        refused(running.rani.post(f"{path}/publish"), 422, "refused", rule="starts-in-the-past")
    assert running.rani.get(path).json()["state"] == "planned"
    with running.unchanged():
        early = running.rani.post(
            "/v1/activities", running.plan(past=True, topic=running.rani.get(path).json()["topic"]["id"])
        )
        refused(early, 422, "refused", rule="not-past-yet")
    ended = {"starts": times["starts"], "ends": (begun + timedelta(minutes=30)).isoformat(), "past": True}
    recorded = running.published(**ended)
    shown = running.nobody.get(recorded).json()
    assert (shown["state"], shown["past"]) == ("published", True)


def test_a_gathering_keeps_its_one_topic(running: RunningStack) -> None:
    path, other = running.planned(), running.topic("Label punggung")
    with running.unchanged():
        refused(running.rani.post(f"{path}/topics", {"topic": other}), 422, "refused", rule="one-topic-per-gathering")


def test_the_same_key_is_the_same_answer_and_another_body_is_refused(running: RunningStack) -> None:
    wish = {"title": "Kunci", "region": KEDIRI}
    first = running.sari.post("/v1/topics", wish, "one-key")
    with running.unchanged():
        again = running.sari.post("/v1/topics", wish, "one-key")
        other = running.sari.post("/v1/topics", wish | {"title": "Lain"}, "one-key")
    names = ("Position", "ETag", "Location")
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert [again.headers[name] for name in names] == [first.headers[name] for name in names]
    refused(other, 422, "key-reused")
    assert running.budi.post("/v1/topics", wish, "one-key").json() != first.json()


def test_a_write_needs_a_valid_idempotency_key(running: RunningStack) -> None:
    with running.unchanged():
        for path in ("/v1/topics", "/v1/members", "/v1/login/code", "/v1/activities/x/walk-ins"):
            for headers in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 256}):
                refused(running.sari.send("POST", path, key="", json={}, headers=headers), 400, "malformed")


def test_if_match_of_another_version_changes_nothing_and_the_right_one_does(running: RunningStack) -> None:
    topic = f"/v1/topics/{running.topic('Versi')}"
    read = running.rani.get(topic)
    assert running.budi.post(f"{topic}/endorsements").status_code == 201
    assert running.budi.get(topic).headers["ETag"] == '"2"'
    decision = {"decision": "accepted"}
    with running.unchanged():
        stale = running.rani.post(f"{topic}/decision", decision, "decide", If_Match=read.headers["ETag"])
        refused(stale, 412, "stale", version=2)
        for nonsense in ("besok", '"-1"', '"1.5"', '"' + "9" * 5000 + '"'):
            refused(running.rani.post(f"{topic}/decision", decision, If_Match=nonsense), 400, "malformed")
    fresh = running.rani.get(topic).headers["ETag"]
    decided = running.rani.post(f"{topic}/decision", decision, "decide", If_Match=fresh)
    assert (decided.status_code, fresh, decided.headers["ETag"]) == (200, '"2"', '"3"')
    assert running.rani.get(topic).json()["state"] == "accepted"


LISTS = ("/v1/topics", "/v1/activities", "/v1/regions", "/v1/venues", "/v1/members", "/v1/me/inbox", "/v1/deliveries")
MADE_UP = (f'[{10**30}, "x"]', '["\\ud800", "x"]', '[0, "\\ud800"]', '[{"time": "0001-01-01T00:00:00+14:00"}, "x"]')
NO_CURSORS = (
    *(base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") for text in MADE_UP),
    "x",
    "e30",
    "W10",
    "NQ",
    "bnVsbA",
    "é",
    "WzFdXQ",
    "W3siYSI6MX0sIngiXQ",
    "W3sidGltZSI6NX0sIngiXQ",
)


def test_an_invalid_cursor_or_limit_is_named(running: RunningStack) -> None:
    for path in LISTS:
        for after in NO_CURSORS:
            document = refused(running.coordinator.send("GET", path, params={"after": after}), 400, "malformed")
            assert list(document["errors"]) == ["after"]
        for limit in ("0", "101", "-1", "x", "1.5", "", "9" * 5000):
            document = refused(running.coordinator.send("GET", path, params={"limit": limit}), 400, "malformed")
            assert list(document["errors"]) == ["limit"]
        for unknown in ("$where", "region[$ne]", "after.x"):
            document = refused(running.coordinator.send("GET", path, params={unknown: "1"}), 400, "malformed")
            assert document["errors"] == {unknown: ["Unknown field."]}


def test_an_unreached_position_is_503_and_an_invalid_one_is_ignored(running: RunningStack) -> None:
    for visitor in (running.nobody, running.sari):
        answer = visitor.get("/v1/topics", Wait_For=FAR)
        refused(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "1"
        assert answer.elapsed < timedelta(seconds=3)  # 2 s, and a busy machine
        assert visitor.get("/v1/topics").status_code == 200
    for nonsense in ("besok", "events@", "events@-1", "@", "events@1e9", "members@1", "events@" + "9" * 5000):
        assert running.nobody.get("/v1/topics", Wait_For=nonsense).status_code == 200, nonsense[:20]


def test_unknown_paths_are_404_and_wrong_methods_405(running: RunningStack) -> None:
    for path in ("/v1/nothing", "/v1/topics/a/b/c", "/v1/", "/nothing", "/v1/topics/", "/v1//topics", "/v2/topics"):
        refused(running.sari.get(path), 404, "not-found")
    for path in ("/v1/topics/none", "/v1/activities/none", "/v1/members/none", "/v1/imports/none", "/v1/topics/%00"):
        refused(running.rani.get(path), 404, "not-found")
    with running.unchanged():
        for method, path in (("PUT", "/v1/topics"), ("DELETE", "/v1/activities/x"), ("POST", "/v1/me/dashboard")):
            answer = running.sari.send(method, path, json={})
            refused(answer, 405, "not-allowed")
            assert answer.headers["Allow"]
        refused(running.sari.send("GET", "/v1/activities/x/walk-ins"), 405, "not-allowed")


def test_internal_paths_are_404(running: RunningStack) -> None:
    private = ("identity", "people", "feed", "status")
    paths = [f"/internal/{name}" for name in private]
    climbing = [f"/v1/members/..%2f..{path}" for path in paths] + [f"/v1/../internal/{name}" for name in private]
    with running.unchanged():
        for path in (*paths, *climbing, *(f"/v1{path}" for path in paths), "/v1/members/%2e%2e/metrics"):
            for method in ("GET", "POST"):
                refused(running.coordinator.send(method, path, json={"token": "x"}), 404, "not-found")
    assert "jejaring_gateway_requests" in running.nobody.get("/metrics").text
    assert "jejaring_http" not in running.nobody.get("/metrics").text


def test_text_is_stored_unchanged(running: RunningStack) -> None:
    kept = {}
    for text in TEXTS:
        answer = running.sari.post("/v1/topics", {"title": text, "details": text, "region": KEDIRI})
        assert answer.status_code == 201, answer.text
        shown = running.sari.get(answer.headers["Location"]).json()
        assert (shown["title"], shown["details"]) == (text, text)
        kept[shown["topic"]] = text
    listed = {one["topic"]: one["title"] for one in pages(running, "/v1/topics")}
    assert {topic: listed[topic] for topic in kept} == kept


def pages(running: RunningStack, path: str) -> Iterator[dict[str, Any]]:
    after: str | None = ""
    while after is not None:
        page = running.sari.send("GET", path, params={"limit": 100} | ({"after": after} if after else {})).json()
        yield from page["items"]
        after = page["next"]


def test_a_line_break_in_input_injects_no_header(running: RunningStack) -> None:
    planted = "Judul\r\nSet-Cookie: planted=1\r\nBcc: planted@lain.example"
    with running.unchanged():
        for guest, status in (
            ("x%0d%0aSet-Cookie:%20planted=1", 404),
            ("%F0%9F%93%9A", 400),
            ("a%00b", 400),
            ("a.b", 400),
        ):
            answer = running.rani.post(f"/v1/guests/{guest}", {"name": "Tamu"})
            refused(answer, status, {404: "not-found", 400: "malformed"}[status])
    joined = running.nobody.post("/v1/members", person_form("planted") | {"name": planted})
    assert joined.status_code == 201
    path = running.published(title=planted)
    calendar = running.nobody.get("/calendar.ics")
    for answer in (joined, running.nobody.get(path), calendar):
        assert "planted" not in answer.headers.get("Set-Cookie", "")
    assert "\r\nBcc" not in calendar.text

    def mailed() -> list[str]:
        subjects = [mail["subject"] for mail in running.mailbox.messages("budi@input.example")]
        return [subject for subject in subjects if "planted" in subject]

    (subject,) = wait_until(mailed, 20, "a mail about it")
    assert "Judul Set-Cookie: planted=1 Bcc: planted@lain.example" in subject
    assert running.mailbox.messages("planted@lain.example") == []
    assert not planted_by(
        running, "GET /v1/topics HTTP/1.1\r\nHost: x\r\nCorrelation-Id: a\x0bSet-Cookie: planted=1\r\n\r\n"
    )


def planted_by(running: RunningStack, request: str) -> bool:
    """Whether the answer to these bytes contains the header planted in them."""
    url = httpx.URL(running.services.url("gateway"))
    with socket.create_connection((url.host, url.port or 80), 5) as connection:
        connection.sendall(request.encode("latin-1"))
        return b"planted" in connection.recv(65536)
