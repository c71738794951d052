"""Schedules that broke drafts of the log: M1, M2, B6 and group commit under kill -9."""

import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from deploy.database import Database as DatabaseServer
from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Metadata
from services.kernel.base.mongo import connect
from services.kernel.base.problem import Refused
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.log.log import Duplicate, LogError, Unknown
from services.kernel.log.mongo_log import MongoLog
from tests.support.proxy import Proxy
from tests.support.sample_domain import AT, REGISTRY, SHELF, PutBook, append, tell


@pytest.fixture
def log(mongodb_uri: str, database: Database[dict[str, Any]]) -> MongoLog:
    log = MongoLog("shelves", connect(mongodb_uri)[database.name], REGISTRY)
    log.prepare()
    return log


@pytest.fixture
def lossy(mongodb_uri: str, database: Database[dict[str, Any]], log: MongoLog) -> Iterator[tuple[MongoLog, Proxy]]:
    address = urlsplit(mongodb_uri)
    proxy = Proxy(address.hostname or "", address.port or 0)
    # Directly: the server names itself in its replica set, and the driver would go round the proxy.
    client = connect(f"mongodb://127.0.0.1:{proxy.port}/?directConnection=true")
    yield MongoLog("shelves", client[database.name], REGISTRY), proxy
    client.close()
    proxy.close()


def test_an_append_whose_answer_was_lost_stands_once_and_is_answered(lossy: tuple[MongoLog, Proxy]) -> None:
    log, proxy = lossy
    log.append(append("shelf-a", 0, "x"))
    proxy.lose_replies_of(b"lost-book")
    commit = log.append(append("shelf-a", 1, "lost-book"))
    assert proxy.lost == 1
    assert (commit.position, commit.version) == (2, 2)
    assert [standing.position for standing in log.read(0)] == [1, 2]
    assert log.append(append("shelf-a", 2, "y")).position == 3


def test_a_batch_whose_answer_was_lost_is_settled_one_by_one(lossy: tuple[MongoLog, Proxy]) -> None:
    log, proxy = lossy
    log.append(append("shelf-z", 0, "z"))
    proxy.lose_replies_of(b"lost-book")
    outcomes: list[Any] = []

    def put(n: int) -> None:
        title = "lost-book" if n == 5 else "x"
        outcomes.append(log.append(append(f"shelf-{n}", 0, title)).position)

    threads = [threading.Thread(target=put, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert proxy.lost == 1
    assert sorted(outcomes) == list(range(2, 22))
    assert [standing.position for standing in log.read(0)] == list(range(1, 22))


def test_an_append_without_an_answer_fails_after_five_seconds_and_its_repetition_is_stored_once(
    log: MongoLog, database_server: DatabaseServer
) -> None:
    log.append(append("shelf-a", 0, "x"))
    database_server.stop()
    begun = time.monotonic()
    with pytest.raises(Unknown):
        log.append(append("shelf-a", 1, "y", command_id="k"))
    assert time.monotonic() - begun < 9
    database_server.start()
    _until_stands(log, append("shelf-a", 1, "y", command_id="k"))
    assert [recorded.version for recorded in log.stream("shelf-a")] == [1, 2]


class RolledBack:
    """A primary that refuses position 2 although no majority has it, and then forgets it: a failover (M1)."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.refusals = 2
        self.tried: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def insert_many(self, documents: list[dict[str, Any]], ordered: bool) -> Any:
        self.tried.append(documents[0]["_id"])
        if self.refusals and documents[0]["_id"] == 2:
            self.refusals -= 1
            refused = {"index": 0, "code": 11000, "keyPattern": {"_id": 1}}
            raise BulkWriteError({"writeErrors": [refused], "writeConcernErrors": [], "nInserted": 0})
        return self._real.insert_many(documents, ordered=ordered)


def test_a_position_that_somebody_took_and_lost_is_not_counted_on(log: MongoLog) -> None:
    log.append(append("shelf-a", 0, "x"))
    primary = RolledBack(log._commits)
    log._writer._commits = primary  # type: ignore[assignment]
    assert log.append(append("shelf-b", 0, "y")).position == 2
    assert primary.tried == [2, 2, 2]


class Doubtful:
    """A server that stores a batch, and says that it cannot vouch for it: ``writeConcernErrors`` (M2)."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.doubts = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def insert_many(self, documents: list[dict[str, Any]], ordered: bool) -> Any:
        answer = self._real.insert_many(documents[:1] if self.doubts else documents, ordered=ordered)
        if self.doubts:
            self.doubts -= 1
            refused = {"index": 1, "code": 11000, "keyPattern": {"stream": 1, "events.version": 1}}
            doubt = {"code": 64, "errmsg": "waiting for replication timed out"}
            raise BulkWriteError({"writeErrors": [refused], "writeConcernErrors": [doubt], "nInserted": 1})
        return answer


def test_after_a_write_concern_error_the_log_looks_up_every_command(log: MongoLog) -> None:
    log._writer._commits = Doubtful(log._commits)  # type: ignore[assignment]
    waiting = [append(f"shelf-{n}", 0, "x") for n in range(3)]
    positions: list[int] = []
    lock = log._writer._writer
    with lock:  # so that the three wait together
        threads = [
            threading.Thread(target=lambda sent=sent: positions.append(log.append(sent).position)) for sent in waiting
        ]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while len(log._writer._queue) < 3 and time.monotonic() < deadline:
            time.sleep(0.005)
    for thread in threads:
        thread.join(60)
    assert sorted(positions) == [1, 2, 3]
    assert [commit.position for commit in log.read(0)] == [1, 2, 3]


def test_another_process_that_was_faster_leaves_no_gap(
    log: MongoLog, mongodb_uri: str, database: Database[dict[str, Any]]
) -> None:
    other = MongoLog("shelves", connect(mongodb_uri)[database.name], REGISTRY)
    threads = [
        threading.Thread(
            target=lambda log=log, name=name: [log.append(append(f"shelf-{name}{n}", 0, "x")) for n in range(25)]
        )
        for name, log in (("a", log), ("b", other))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [commit.position for commit in log.read(0)] == list(range(1, 51))
    assert log.last_fact() == 50  # asks the database: a page of facts shows what this process knows
    numbers: list[int] = []
    while page := log.facts(numbers[-1] if numbers else 0):
        numbers += [fact.n for fact in page]
    assert numbers == list(range(1, 51))


def test_fifty_simultaneous_registrations_get_fifty_answers_in_the_logs_order(log: MongoLog) -> None:
    commands = Commands(log, FixedClock(AT), tell)
    answers: list[bool] = []

    def register(n: int) -> None:
        order = CommandEnvelope(PutBook(f"p{n}", room=12), "cafe", f"key-{n}", Metadata("c"))
        try:
            commands.take(SHELF, order)
            answers.append(True)
        except Refused:
            answers.append(False)

    threads = [threading.Thread(target=register, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (answers.count(True), answers.count(False)) == (12, 38)
    assert log.head() == 50
    assert [commit.refused for commit in log.read(0)] == [None] * 12 + ["shelf-is-full"] * 38


def test_what_was_acknowledged_survives_every_kill_of_the_database(
    log: MongoLog, database_server: DatabaseServer
) -> None:
    acknowledged: dict[str, int] = {}
    stop = threading.Event()

    def write(name: int) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            sent = append(f"shelf-{name}-{n}", 0, "x", "y", command_id=f"{name}-{n}")
            while not stop.is_set():
                try:
                    acknowledged[sent.command_id] = log.append(sent).position
                    break
                except Duplicate as duplicate:
                    acknowledged[sent.command_id] = duplicate.commit.position
                    break
                except (LogError, Exception):  # noqa: BLE001 - the client's side of a 503: again, with the same key
                    time.sleep(0.05)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for _ in range(5):
        before = len(acknowledged)
        deadline = time.monotonic() + 20
        while len(acknowledged) < before + 40 and time.monotonic() < deadline:
            time.sleep(0.01)
        database_server.kill()
        database_server.start()
    stop.set()
    for writer in writers:
        writer.join(60)
    standing = {commit.command_id: commit.position for commit in _all(log)}
    assert len(acknowledged) >= 200
    assert {key: standing.get(key) for key in acknowledged} == acknowledged
    assert sorted(standing.values()) == list(range(1, len(standing) + 1))


def _until_stands(log: MongoLog, sent: Any) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            log.append(sent)
            return
        except Duplicate:
            return
        except LogError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def _all(log: MongoLog) -> list[Any]:
    commits: list[Any] = []
    while page := log.read(commits[-1].position if commits else 0):
        commits += page
    return commits
