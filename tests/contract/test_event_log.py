"""What every log promises, run against every implementation."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.kernel.base.mongo import connect
from services.kernel.log.log import CommitTooLarge, Conflict, Duplicate, EventLog
from services.kernel.log.memory_log import MemoryLog
from services.kernel.log.mongo_log import MongoLog
from tests.support.sample_domain import REGISTRY, BookPut, append


@pytest.fixture(params=["memory", "mongo"])
def log(request: pytest.FixtureRequest) -> EventLog:
    if request.param == "memory":
        return MemoryLog("shelves", REGISTRY)
    uri, database = request.getfixturevalue("mongodb_uri"), request.getfixturevalue("database")
    mongo = MongoLog("shelves", connect(uri)[database.name], REGISTRY)
    mongo.prepare()
    return mongo


def test_positions_and_versions_and_facts_are_dense_from_one(log: EventLog) -> None:
    log.append(append("shelf-a", 0, "x", "y"))
    log.append(append(None, 0, command_id="refused"))
    log.append(append("shelf-b", 0, "z"))
    log.append(append("shelf-a", 2, "w"))
    commits = log.read(0)
    assert [commit.position for commit in commits] == [1, 2, 3, 4]
    assert [recorded.version for recorded in log.stream("shelf-a")] == [1, 2, 3]
    assert [fact.n for fact in log.facts(0)] == [1, 2, 3, 4]
    assert [commit.last_fact for commit in commits] == [2, 2, 3, 4]
    assert (log.head(), log.last_fact()) == (4, 4)


def test_what_append_answers_is_what_is_read_later(log: EventLog) -> None:
    commit = log.append(append("shelf-a", 0, "x", "y"))
    assert log.outcome(commit.command_id) == commit
    assert list(log.read(0)) == [commit]
    assert log.stream("shelf-a")[0].event == BookPut("x")


def test_a_stale_version_is_a_conflict_and_stores_nothing(log: EventLog) -> None:
    log.append(append("shelf-a", 0, "x", "y"))
    with pytest.raises(Conflict):
        log.append(append("shelf-a", 0, "z"))
    with pytest.raises(Conflict):
        log.append(append("shelf-a", 1, "z"))  # in the middle of the commit that stands
    assert log.head() == 1


def test_a_command_has_one_outcome(log: EventLog) -> None:
    first = log.append(append("shelf-a", 0, "x", command_id="k"))
    with pytest.raises(Duplicate) as duplicate:
        log.append(append("shelf-b", 0, "y", command_id="k"))
    assert duplicate.value.commit == first
    assert log.head() == 1


def test_the_same_append_sent_again_is_done_already_and_never_a_conflict_with_itself(log: EventLog) -> None:
    sent = append("shelf-a", 0, "x")
    first = log.append(sent)
    assert log.append(sent) == first  # its stream's version is violated too; the command is asked for first
    assert log.head() == 1


def test_refusals_are_commits_without_stream_and_any_number_of_them(log: EventLog) -> None:
    for n in range(3):
        commit = log.append(append(None, 0, command_id=f"k{n}"))
        assert (commit.refused, commit.stream, commit.events) == ("rule", None, ())
    assert log.head() == 3


def test_reading_pages_through_everything_in_order(log: EventLog) -> None:
    for n in range(7):
        log.append(append("shelf-a", n, f"t{n}"))
    positions: list[int] = []
    while page := log.read(positions[-1] if positions else 0, limit=3):
        positions += [commit.position for commit in page]
    assert positions == [1, 2, 3, 4, 5, 6, 7]
    assert [fact.n for fact in log.facts(2, limit=3)] == [3, 4, 5]


def test_a_commit_that_tells_more_facts_than_a_page_holds_is_still_read(log: EventLog) -> None:
    log.append(append("shelf-a", 0, *[f"t{n}" for n in range(9)]))
    assert [fact.n for fact in log.facts(0, limit=4)][:4] == [1, 2, 3, 4]


def test_concurrent_appends_to_many_streams_leave_no_gap_and_lose_nothing(log: EventLog) -> None:
    _together(40, lambda n: log.append(append(f"shelf-{n}", 0, "x")))
    assert [commit.position for commit in log.read(0)] == list(range(1, 41))
    assert [fact.n for fact in log.facts(0)] == list(range(1, 41))


def test_of_concurrent_appends_to_one_version_exactly_one_wins(log: EventLog) -> None:
    outcomes = _together(12, lambda n: log.append(append("shelf-a", 0, f"x{n}")))
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 11
    assert log.head() == 1


def test_an_append_over_a_megabyte_is_refused_before_it_delays_others(log: EventLog) -> None:
    with pytest.raises(CommitTooLarge):
        log.append(append("shelf-a", 0, "x" * 1_100_000))


def test_a_commit_has_at_most_999_events_so_that_guards_never_meet(log: EventLog) -> None:
    assert len(log.append(append("shelf-a", 0, *(f"t{n}" for n in range(999)))).events) == 999
    with pytest.raises(CommitTooLarge):
        log.append(append("shelf-b", 0, *(f"t{n}" for n in range(1000))))
    assert log.head() == 1


def _together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Run ``act(0)`` … at once; answers results and exceptions."""
    outcomes: list[Any] = [None] * count
    start = threading.Barrier(count)

    def run(n: int) -> None:
        start.wait(60)
        try:
            outcomes[n] = act(n)
        except Exception as error:  # noqa: BLE001 - an outcome like any other
            outcomes[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes
