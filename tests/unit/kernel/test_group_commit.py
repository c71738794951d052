"""Every append that the writer takes has a result, whatever the database does to the batch."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pymongo.errors import BulkWriteError, OperationFailure

from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Metadata
from services.kernel.base.mongo import outcome_unknown
from services.kernel.base.problem import Unavailable
from services.kernel.commands.decider import CommandEnvelope, Commands
from services.kernel.log import group_commit
from services.kernel.log.commit_document import as_commit, as_document
from services.kernel.log.group_commit import GroupCommit, Head, PendingAppend
from services.kernel.log.log import Commit, Conflict, LogError, NotStored, Unknown
from services.kernel.log.memory_log import MemoryLog
from services.kernel.log.stored_events import stored_events
from tests.support.sample_domain import AT, REGISTRY, SHELF, PutBook, append, tell


class FailingCollection:
    """A collection that raises the same error at each insert, and holds nothing."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.inserts = 0

    def insert_many(self, documents: list[dict[str, Any]], ordered: bool) -> None:
        assert documents
        assert ordered
        self.inserts += 1
        time.sleep(0.05)
        raise self.error

    def find(self, _query: dict[str, Any]) -> list[dict[str, Any]]:
        return []


def writer(collection: Any) -> GroupCommit:
    return GroupCommit(
        collection, lambda: Head(0, 0), lambda document: as_commit(document, "shelves", lambda _n: "e"), lambda _c: None
    )


def pending(n: int) -> PendingAppend:
    sent = append(f"shelf-{n}", 0, "x")
    return PendingAppend(sent, as_document(sent, stored_events(REGISTRY, sent), AT), 500)


def results(write: Callable[[int], Any], count: int) -> list[Any]:
    """What each of ``count`` threads got, an error too; None for a thread that still runs after 5 s."""
    found: list[Any] = [None] * count

    def run(n: int) -> None:
        try:
            found[n] = write(n)
        except Exception as error:  # noqa: BLE001 - an outcome like any other
            found[n] = error

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 5
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return found


class SlowCollection(FailingCollection):
    """A collection whose first insert takes long, so that other appends wait together. With ``conflicts`` the first
    document of the first batch of several has a version that another process has taken.
    """

    def __init__(self, *, conflicts: bool = False) -> None:
        super().__init__(AssertionError("never raised"))
        self.entered, self.leave = threading.Event(), threading.Event()
        self.conflicts, self.conflict = conflicts, ""
        self.stored: list[str] = []

    def insert_many(self, documents: list[dict[str, Any]], ordered: bool) -> None:
        assert ordered
        self.inserts += 1
        if self.inserts == 1:
            self.entered.set()
            assert self.leave.wait(30)
        if self.conflicts and len(documents) > 1 and not self.conflict:
            self.conflict = documents[0]["stream"]
            refused = {"index": 0, "code": 11000, "keyPattern": {"stream": 1, "events.version": 1}}
            raise BulkWriteError({"writeErrors": [refused], "writeConcernErrors": []})
        self.stored += [document["stream"] for document in documents]


def test_a_conflict_is_one_commands_own_and_the_rest_of_its_batch_is_written() -> None:
    collection = SlowCollection(conflicts=True)
    commits = writer(collection)
    threading.Timer(0.5, collection.leave.set).start()  # until then the others wait together
    found = results(lambda n: commits.append(pending(n)), 4)
    assert collection.conflict
    assert sorted(collection.stored) == sorted({f"shelf-{n}" for n in range(4)} - {collection.conflict})
    assert sorted(type(each).__name__ for each in found) == ["Commit", "Commit", "Commit", Conflict.__name__]


def test_an_append_that_got_no_turn_in_time_is_not_written_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    collection = SlowCollection()
    commits = writer(collection)
    first = threading.Thread(target=commits.append, args=(pending(0),), daemon=True)
    first.start()
    assert collection.entered.wait(30)
    monkeypatch.setattr(group_commit, "ANSWER_SECONDS", 0.1)
    with pytest.raises(Unknown):
        commits.append(pending(1))
    monkeypatch.undo()
    collection.leave.set()
    first.join(30)
    commits.append(pending(2))
    assert collection.stored == ["shelf-0", "shelf-2"]


def test_an_error_that_is_not_the_databases_reaches_every_append_of_the_batch() -> None:
    collection = FailingCollection(RuntimeError("a second reader of the same socket"))
    log = writer(collection)
    with log._writer:  # so that all three wait together
        waiting: list[Any] = []
        thread = threading.Thread(target=lambda: waiting.extend(results(lambda n: log.append(pending(n)), 3)))
        thread.start()
        while len(log._queue) < 3:
            time.sleep(0.001)
    thread.join(20)
    assert sorted(type(result).__name__ for result in waiting) == ["RuntimeError", "Unknown", "Unknown"]
    assert collection.inserts == 1


@pytest.mark.parametrize(
    "error",
    [
        BulkWriteError({"writeErrors": [{"index": 0, "code": 14031, "errmsg": "disk full"}], "writeConcernErrors": []}),
        OperationFailure("disk full", 14031),
    ],
)
def test_a_full_disk_is_an_error_that_passes(error: Exception) -> None:
    with pytest.raises(NotStored):
        writer(FailingCollection(error)).append(pending(1))


def test_a_document_that_the_database_refuses_is_an_error_that_stays() -> None:
    refused = {"index": 0, "code": 10334, "errmsg": "BSON object too large"}
    with pytest.raises(LogError) as raised:
        writer(FailingCollection(BulkWriteError({"writeErrors": [refused], "writeConcernErrors": []}))).append(
            pending(1)
        )
    assert not isinstance(raised.value, NotStored | Unknown)


class FullLog(MemoryLog):
    """A log on a full disk."""

    def append(self, _append: Any, _deadline: float | None = None) -> Commit:
        raise NotStored("disk full")


def test_a_command_on_a_full_disk_is_answered_503_and_may_be_repeated() -> None:
    commands = Commands(FullLog("shelves", REGISTRY), FixedClock(AT), tell)
    with pytest.raises(Unavailable):
        commands.take(SHELF, CommandEnvelope(PutBook("x"), "a", "k", Metadata("c")))


def test_a_read_before_the_majority_is_known_again_is_repeated() -> None:
    assert outcome_unknown(OperationFailure("ReadConcernMajorityNotAvailableYet", 134))
