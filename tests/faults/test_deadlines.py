"""One deadline for a whole command, also when the database is as silent as a paused process is."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo.database import Database

from deploy.database import Database as DatabaseServer
from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Metadata
from services.kernel.base.mongo import connect
from services.kernel.base.problem import Unavailable
from services.kernel.commands.decider import COMMAND_SECONDS, CommandEnvelope, Commands
from services.kernel.declare.route import Answer, Request, Route, recorded
from services.kernel.http.api import Api, RawRequest
from services.kernel.log.mongo_log import MongoLog
from tests.support.sample_community import SIGNATURE
from tests.support.sample_domain import AT, REGISTRY, SHELF, PutBook

LATEST = COMMAND_SECONDS + 1.0
"""The deadline, and a second for a busy machine; what waited for two deadlines took 10 s."""


@contextmanager
def paused(server: DatabaseServer) -> Iterator[None]:
    """Let the server be silent without closing a connection."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


@pytest.fixture
def log(mongodb_uri: str, database: Database[dict[str, Any]]) -> MongoLog:
    log = MongoLog("shelves", connect(mongodb_uri)[database.name], REGISTRY)
    log.prepare()
    return log


def seconds_of(act: Callable[[], object]) -> tuple[float, Exception | None]:
    begun, raised = time.monotonic(), None
    try:
        act()
    except Exception as error:  # noqa: BLE001 - the caller looks at the error
        raised = error
    return time.monotonic() - begun, raised


def put(commands: Commands, shelf: str, n: int) -> Callable[[], object]:
    envelope = CommandEnvelope(PutBook(f"t{n}"), shelf, f"{shelf}-{n}", Metadata("c"))
    return lambda: commands.take(SHELF, envelope)


def test_commands_that_wait_for_each_other_all_end_within_one_deadline(
    log: MongoLog, database_server: DatabaseServer
) -> None:
    """The first waits for the database, the others of its stream for the first, those of other streams for the writer."""
    commands = Commands(log, FixedClock(AT))
    for shelf in ("a", "b", "c"):
        put(commands, shelf, 0)()
    acts = [put(commands, shelf, n) for n in range(1, 5) for shelf in ("a", "b", "c")]
    with paused(database_server), ThreadPoolExecutor(len(acts)) as callers:
        running = []
        for act in acts:
            running.append(callers.submit(seconds_of, act))
            time.sleep(0.2)  # each later one would have had a later second deadline
        ended = [one.result(timeout=60) for one in running]
    assert all(error is not None for _, error in ended)
    assert max(seconds for seconds, _ in ended) < LATEST
    put(commands, "a", 9)()  # the queue goes on


def test_a_request_ends_within_one_deadline_whatever_its_handler_asks_before_and_after_the_command(
    log: MongoLog, database_server: DatabaseServer
) -> None:
    commands = Commands(log, FixedClock(AT))
    put(commands, "a", 0)()

    def handler(_parts: object, request: Request[Any, Any]) -> Answer[Any]:
        for _ in range(3):
            seconds_of(log.head)  # a handler that goes on without what it asked for
        return recorded(request.take(SHELF, "a", PutBook("x")))

    api = Api(
        "shelves", [Route("POST", "/v1/books", handler, "put", "Put")], None, commands=commands, clock=FixedClock(AT),
        signature=SIGNATURE, wait_for=lambda _: None, shown=lambda: 0,
    )  # fmt: skip
    with paused(database_server):
        begun = time.monotonic()
        answer = api.respond(RawRequest("POST", "/v1/books", {}, {"idempotency-key": "k"}, b""))
        assert time.monotonic() - begun < LATEST
    assert (answer.status, json.loads(answer.body)["status"]) == (503, 503)


def test_a_command_that_got_its_turn_too_late_is_not_decided(log: MongoLog) -> None:
    commands = Commands(log, FixedClock(AT))
    late = CommandEnvelope(PutBook("x"), "a", "k", Metadata("c"), deadline=time.monotonic() - 1)
    with pytest.raises(Unavailable):
        commands.take(SHELF, late)
    assert log.head() == 0
    commands.take(SHELF, CommandEnvelope(PutBook("x"), "a", "k", Metadata("c")))
    assert log.head() == 1
