"""From a raw request to an answer: the order of judgement, and the one form of every error."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from marshmallow import Schema, fields
from pymongo.errors import AutoReconnect

from services.kernel.base.clock import FixedClock
from services.kernel.base.problem import Unavailable
from services.kernel.commands.decider import Commands
from services.kernel.declare.policy import Actor, ActorSignature
from services.kernel.declare.route import Answer, Request, Route, recorded
from services.kernel.http.api import Api, RawAnswer, RawRequest
from services.kernel.log.memory_log import MemoryLog
from services.kernel.privacy.vault import Erased
from tests.support.sample_domain import AT, REGISTRY, SHELF, PutBook, tell

SIGNATURE = ActorSignature("k" * 64)
PERSON = Actor(kind="person", id="p", grants={"books.put": ("kediri",)})


class Book(Schema):
    title = fields.String(required=True)
    copies = fields.Integer(strict=True, load_default=1)


class Limit(Schema):
    limit = fields.Integer(load_default=50)


def put_book(_parts: Any, request: Request) -> Answer:
    request.actor.require("books.put", "kediri")
    identity = request.new_id("shelf")
    commit = request.take(SHELF, identity, PutBook(request.body["title"], room=1), lambda *_: {"shelf": identity})
    return recorded(commit, 201, f"/v1/shelves/{identity}")


def fail(error: Exception) -> Callable[[Any, Request], Answer]:
    def handler(_parts: Any, _request: Request) -> Answer:
        raise error

    return handler


ROUTES = [
    Route("POST", "/v1/books", put_book, "put-book", "Put a book", body=Book(), statuses=(201, 403)),
    Route("POST", "/v1/sealed", fail(Erased("p")), "seal", "Seals for somebody erased"),
    Route("GET", "/v1/books", lambda _p, r: Answer({"limit": r.query["limit"]}), "books", "Books", query=Limit()),
    Route("GET", "/v1/books/{book}", lambda _p, r: Answer({"book": r.path["book"]}, version=3), "book", "One book"),
    Route("GET", "/broken", fail(RuntimeError("secret words")), "broken", "Breaks"),
    Route("GET", "/away", fail(AutoReconnect("secret host")), "away", "Database away"),
    Route("GET", "/v1/who", lambda _p, r: Answer({"kind": r.actor.kind}), "who", "Who asks"),
    Route("GET", "/v1/feed", lambda _p, r: Answer({"kind": r.actor.kind}), "feed", "Partners read", partners=True),
    Route("POST", "/v1/raw", lambda _p, r: Answer({"bytes": len(r.body)}), "raw", "Raw", raw=True, limit=10),
]


class House:
    """An api over a log in memory; ``shown`` is what its views show."""

    def __init__(self) -> None:
        self.log = MemoryLog("shelves", REGISTRY)
        self.shown = 5
        clock = FixedClock(AT)
        self.api = Api(
            "shelves", ROUTES, None, commands=Commands(self.log, clock, tell), clock=clock, signature=SIGNATURE,
            wait_for=self._wait_for, shown=lambda: self.shown,
        )  # fmt: skip

    def _wait_for(self, position: int) -> None:
        if position > self.shown:
            raise Unavailable

    def ask(self, method: str, path: str, body: Any = None, actor: Actor | None = PERSON, **headers: str) -> RawAnswer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if actor is not None:
            named["jejaring-actor"] = SIGNATURE.sign(actor)
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        route, _, query = path.partition("?")
        pairs = dict(pair.split("=") for pair in query.split("&") if pair)
        return self.api.respond(RawRequest(method, route, pairs, named, raw))


@pytest.fixture
def house() -> House:
    return House()


def _problem(answer: RawAnswer) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.body)
    assert document["status"] == answer.status
    return document


def test_a_command_answer_has_version_position_and_location(house: House) -> None:
    answer = house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k")
    shelf = json.loads(answer.body)["shelf"]
    assert answer.status == 201
    assert answer.headers["ETag"] == '"2"'
    assert answer.headers["Position"] == "shelves@1"
    assert answer.headers["Location"] == f"/v1/shelves/{shelf}"


def test_the_same_key_gets_the_same_bytes_and_another_body_is_refused(house: House) -> None:
    first = house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k")
    assert house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k") == first
    assert _problem(house.ask("POST", "/v1/books", {"title": "y"}, idempotency_key="k"))["status"] == 422
    assert house.log.head() == 1


def test_a_repetition_gets_the_first_answer_even_if_it_would_be_refused_now(house: House) -> None:
    first = house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k")
    without_office = Actor(kind="person", id=PERSON.id)
    again = house.ask("POST", "/v1/books", {"title": "x"}, without_office, idempotency_key="k")
    assert (again.status, again.body, again.headers["ETag"], again.headers["Position"]) == (
        first.status, first.body, first.headers["ETag"], first.headers["Position"],
    )  # fmt: skip
    other = house.ask("POST", "/v1/books", {"title": "y"}, without_office, idempotency_key="k")
    assert _problem(other)["type"] == "urn:jejaring:problem:key-reused"
    assert house.ask("POST", "/v1/books", {"title": "x"}, without_office, idempotency_key="new").status == 403


def test_sealing_for_an_erased_person_is_a_refusal(house: House) -> None:
    assert _problem(house.ask("POST", "/v1/sealed", idempotency_key="k"))["rule"] == "participant-erased"


def test_the_same_key_of_two_callers_makes_two_commands(house: House) -> None:
    other = Actor(kind="person", id="q", grants=PERSON.grants)
    one = house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k")
    two = house.ask("POST", "/v1/books", {"title": "x"}, other, idempotency_key="k")
    assert one.body != two.body
    assert house.log.head() == 2


def test_a_write_without_a_key_is_malformed_a_read_needs_none(house: House) -> None:
    assert _problem(house.ask("POST", "/v1/books", {"title": "x"}))["status"] == 400
    assert _problem(house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k" * 256))["status"] == 400
    assert house.ask("GET", "/v1/books").status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "x", "fee": 5}, "fee"),
        ({"title": 5}, "title"),
        ({"title": "x", "copies": "1"}, "copies"),
        ({}, "title"),
    ],
)
def test_unknown_missing_and_ill_typed_fields_are_named(house: House, body: dict[str, Any], field: str) -> None:
    answer = house.ask("POST", "/v1/books", body, idempotency_key="k")
    assert answer.status == 400
    assert list(_problem(answer)["errors"]) == [field]
    assert house.log.head() == 0


HALF, DEEP = b'{"title": "x\\ud800"}', b'{"title":' * 20_000


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff", HALF, DEEP, b"[" * 100_000, b'{"copies": NaN}'], ids=range(8)
)
def test_a_body_that_is_not_a_json_object_is_malformed(house: House, body: bytes) -> None:
    assert _problem(house.ask("POST", "/v1/books", body, idempotency_key="k"))["status"] == 400


def test_another_content_type_is_malformed(house: House) -> None:
    answer = house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k", content_type="text/xml")
    assert _problem(answer)["status"] == 400


def test_an_unknown_query_parameter_is_named(house: House) -> None:
    assert _problem(house.ask("GET", "/v1/books?limt=5"))["errors"] == {"limt": ["Unknown field."]}
    assert _problem(house.ask("GET", "/v1/books/1?x=1"))["errors"] == {"x": ["Unknown field."]}


def test_a_body_over_the_routes_limit_is_too_large(house: House) -> None:
    assert house.ask("POST", "/v1/raw", b"x" * 10, idempotency_key="k").status == 200
    assert _problem(house.ask("POST", "/v1/raw", b"x" * 11, idempotency_key="k"))["status"] == 413


def test_unknown_paths_are_404_and_known_ones_with_another_method_405_naming_what_is_allowed(house: House) -> None:
    assert _problem(house.ask("GET", "/v1/nothing"))["status"] == 404
    answer = _problem(house.ask("DELETE", "/v1/books", idempotency_key="k"))
    assert (answer["status"], answer["allowed"]) == (405, ["GET", "POST"])


def test_an_anonymous_caller_gets_401_and_a_missing_permission_403(house: House) -> None:
    elsewhere = Actor(kind="person", id="p", grants={"books.put": ("blitar",)})
    assert house.ask("POST", "/v1/books", {"title": "x"}, None, idempotency_key="k").status == 401
    assert house.ask("POST", "/v1/books", {"title": "x"}, elsewhere, idempotency_key="k").status == 403


def test_a_forged_actor_is_401_even_on_an_open_route(house: House) -> None:
    forged = ActorSignature("x" * 64).sign(PERSON)
    answer = house.ask("GET", "/v1/books", None, None, jejaring_actor=forged)
    assert _problem(answer)["type"] == "urn:jejaring:problem:actor-not-accepted"
    assert answer.status == 401


@pytest.mark.parametrize("match", ['"7"', "7", 'W/"7"'])
def test_if_match_is_the_version_that_etag_gave(house: House, match: str) -> None:
    answer = house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k", if_match=match)
    assert _problem(answer) | {"version": 0} == _problem(answer)
    assert answer.status == 412


@pytest.mark.parametrize("name", ["if_match", "wait_for"])
def test_a_number_of_thousands_of_digits_is_malformed_and_no_fault(house: House, name: str) -> None:
    digits = "9" * 5000
    value = f'"{digits}"' if name == "if_match" else f"shelves@{digits}"
    answer = house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k", **{name: value})
    assert answer.status == 400


def test_if_match_that_is_no_version_is_malformed(house: House) -> None:
    assert house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k", if_match='"abc"').status == 400


def test_wait_for_uses_the_own_services_position_and_ignores_others(house: House) -> None:
    assert house.ask("GET", "/v1/books", wait_for="shelves@5").status == 200
    late = house.ask("GET", "/v1/books", wait_for="shelves@6")
    assert (late.status, late.headers["Retry-After"]) == (503, "1")
    assert house.ask("GET", "/v1/books", wait_for="others@999, shelves@1").status == 200
    assert house.ask("GET", "/v1/books", wait_for="shelves@x").status == 400


def test_every_public_read_says_what_position_it_reflects(house: House) -> None:
    assert house.ask("GET", "/v1/books").headers["Position"] == "shelves@5"
    assert house.ask("GET", "/v1/books/1").headers["ETag"] == '"3"'


def test_a_refusal_carries_its_rule_and_its_position(house: House) -> None:
    def twice(_parts: Any, request: Request) -> Answer:
        return recorded(request.take(SHELF, "one", PutBook(request.body["title"], room=1)))

    house.api._routes.insert(0, (house.api._routes[0][0], Route("POST", "/v1/books", twice, "t", "t", body=Book())))
    house.ask("POST", "/v1/books", {"title": "x"}, idempotency_key="k1")
    answer = house.ask("POST", "/v1/books", {"title": "y"}, idempotency_key="k2")
    assert (_problem(answer)["rule"], answer.headers["Position"]) == ("shelf-is-full", "shelves@2")


def test_an_unexpected_error_shows_only_an_id(house: House, caplog: pytest.LogCaptureFixture) -> None:
    answer = house.ask("GET", "/broken")
    document = _problem(answer)
    assert answer.status == 500
    assert set(document) == {"type", "title", "status", "incident"}
    assert "secret" not in answer.body
    assert caplog.records[0].incident == document["incident"]  # type: ignore[attr-defined]


def test_a_database_that_is_away_is_503_with_retry_after_and_no_500(house: House) -> None:
    answer = house.ask("GET", "/away")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert "secret" not in answer.body


def test_a_partner_counts_on_partner_routes_and_elsewhere_is_anonymous_and_may_not_write(house: House) -> None:
    partner = Actor("partner", "unisma", grants={"books.put": ("kediri",)})
    assert json.loads(house.ask("GET", "/v1/feed", actor=partner).body) == {"kind": "partner"}
    assert json.loads(house.ask("GET", "/v1/who", actor=partner).body) == {"kind": "anonymous"}
    assert house.ask("POST", "/v1/books", {"title": "x"}, actor=partner, idempotency_key="k").status == 403
