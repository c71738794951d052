"""A decorator above a handler makes it a route; the operation's name and summary follow from the function."""

from dataclasses import dataclass
from typing import Any

import pytest
from marshmallow import Schema

from services.kernel.declare.route import Answer, Request, Route, Routes
from services.kernel.declare.schema import UNSET, Unset, schema_of
from services.kernel.declare.shapes import Listing


def described(name: str, docstring: str | None = "Something.") -> Any:
    def handler(_parts: object, _request: Request) -> Answer:
        return Answer({"from": name})

    handler.__name__, handler.__doc__ = name, docstring
    return handler


def only(routes: Routes) -> Route:
    (route,) = routes
    return route


@pytest.mark.parametrize(
    ("function", "operation"), [("polls", "polls"), ("open_poll", "open-poll"), ("import_", "import")]
)
def test_an_operation_is_named_after_its_function(function: str, operation: str) -> None:
    routes = Routes()
    routes.get("/v1/polls")(described(function))
    assert only(routes).name == operation


@pytest.mark.parametrize(
    ("docstring", "summary"),
    [
        ("The polls", "The polls"),
        ("Say which times suit; the last word counts.", "Say which times suit; the last word counts"),
        ("Who am I?", "Who am I?"),
        ("Say which\n    times suit.\n\n    Twice is once.\n    ", "Say which times suit"),
        ("\n    Say which times suit.\n    ", "Say which times suit"),
    ],
)
def test_the_summary_is_the_first_paragraph_of_the_docstring(docstring: str, summary: str) -> None:
    routes = Routes()
    routes.get("/v1/polls")(described("polls", docstring))
    assert only(routes).summary == summary


@pytest.mark.parametrize("docstring", [None, "", "  \n  "])
def test_a_handler_without_a_docstring_is_refused(docstring: str | None) -> None:
    with pytest.raises(ValueError, match=r"test_route\.polls has no docstring"):
        Routes().get("/v1/polls")(described("polls", docstring))


def test_two_operations_of_one_name_are_refused_in_one_module() -> None:
    routes = Routes()
    routes.get("/v1/polls")(described("polls"))
    with pytest.raises(ValueError, match="two operations are called 'polls': GET /v1/polls and POST /v1/ballots"):
        routes.post("/v1/ballots")(described("polls"))


def test_two_operations_of_one_name_are_refused_in_two_modules_of_a_service() -> None:
    ours, theirs = Routes(), Routes()
    ours.get("/v1/polls")(described("polls"))
    theirs.get("/v1/ballots")(described("polls"))
    with pytest.raises(ValueError, match="two operations are called 'polls': GET /v1/polls and GET /v1/ballots"):
        Routes(ours, theirs)


def test_routes_stand_in_the_order_of_their_definition() -> None:
    ours, theirs = Routes(), Routes()
    for name in ("third", "first", "second"):
        ours.get(f"/v1/{name}")(described(name))
    theirs.get("/v1/before")(described("before"))
    joined = Routes(theirs, ours)
    assert [route.name for route in joined] == ["before", "third", "first", "second"]
    assert len(joined) == 4
    assert all(route in joined for route in (*ours, *theirs))


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_a_decorator_is_called_after_its_method(method: str) -> None:
    routes = Routes()
    getattr(routes, method)("/v1/polls")(described("polls"))
    assert (only(routes).method, only(routes).path) == (method.upper(), "/v1/polls")


def test_the_function_stays_callable_and_is_the_handler() -> None:
    routes = Routes()
    handler = described("polls")
    assert routes.get("/v1/polls")(handler) is handler
    assert only(routes).handler is handler


def test_decorator_options_reach_the_route() -> None:
    routes, schema = Routes(), Schema()
    routes.post("/v1/polls", body=schema, answer=schema, public=False, limit=10, statuses=(201, 404))(
        described("polls")
    )
    route = only(routes)
    assert (route.body, route.answer, route.query) == (schema, schema, None)
    assert (route.public, route.raw, route.limit, route.statuses) == (False, False, 10, (201, 404))


@dataclass(frozen=True)
class NewVote:
    options: tuple[int, ...]


@dataclass(frozen=True)
class PollFilter:
    state: str | Unset = UNSET


@dataclass(frozen=True)
class PollShown:
    poll: str


def vote(_parts: object, _request: Request[NewVote]) -> Answer[PollShown]:
    """Vote."""
    return Answer(PollShown("p"))


def list_polls(_parts: object, _request: Request[None, PollFilter]) -> Answer[Listing[PollShown]]:
    """Polls."""
    return Answer(Listing((PollShown("p"),)))


def import_polls(_parts: object, _request: Request[bytes]) -> Answer[str]:
    """Polls from a file."""
    return Answer("poll\n", content_type="text/csv")


def test_the_annotations_of_a_handler_say_the_shapes() -> None:
    routes = Routes()
    routes.post("/v1/polls/{poll}/votes")(vote)
    routes.get("/v1/polls")(list_polls)
    votes, polls = routes
    assert (type(votes.body), votes.query, type(votes.answer)) == (schema_of(NewVote), None, schema_of(PollShown))
    assert (polls.body, type(polls.query)) == (None, schema_of(PollFilter, "query"))
    assert type(polls.answer).__name__ == "PollShownList"


def test_a_handler_that_asks_for_bytes_gets_the_body_as_it_came() -> None:
    routes = Routes()
    routes.post("/v1/polls/import")(import_polls)
    assert (only(routes).raw, only(routes).body, only(routes).answer) == (True, None, None)


def test_decorator_options_override_annotations() -> None:
    routes, schema = Routes(), Schema()
    routes.post("/v1/polls/{poll}/votes", answer=schema)(vote)
    assert only(routes).answer is schema
    assert type(only(routes).body) is schema_of(NewVote)
