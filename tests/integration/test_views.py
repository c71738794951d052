"""A view on a real database: what is applied, how often, and what it survives."""

import base64
from typing import Any

import pytest
from pymongo.database import Database

from services.kernel.base.mongo import connect
from services.kernel.base.problem import Malformed
from services.kernel.declare.view import Change, View
from services.kernel.readers.reader import LostCheckpoint
from tests.support.sample_domain import BOTH, SHELVES, append, fact
from tests.support.view_bench import Bench


@pytest.fixture
def bench(mongodb_uri: str, database: Database[dict[str, Any]]) -> Bench:
    return Bench(connect(mongodb_uri)[database.name], SHELVES, BOTH)


def test_every_event_of_a_commit_is_applied_the_second_too(bench: Bench) -> None:
    bench.log.append(append("shelf-a", 0, "x", "y", "z"))
    reader = bench.reader(SHELVES)
    assert reader.step(1) == 1
    document = bench.views.get(SHELVES, "a")
    assert document is not None
    assert (document["count"], document["last"]) == (3, "z")


def test_a_reader_that_begins_earlier_changes_nothing(bench: Bench) -> None:
    bench.log.append(append("shelf-a", 0, "x", "y"))
    reader = bench.reader(SHELVES)
    reader.step(1)
    bench.database[SHELVES.collection].update_one({"_id": "_checkpoint.commits"}, {"$set": {"position": 0}})
    again = bench.reader(SHELVES)
    assert again.step(1) == 1
    assert (bench.views.get(SHELVES, "a") or {})["count"] == 2


def test_what_a_killed_database_took_back_while_nothing_was_under_way_is_applied_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kernel.views.view_collection.LOOK_SECONDS", 0.0)
    bench.log.append(append("shelf-a", 0, "x"))
    reader = bench.reader(SHELVES)
    reader.step(1)
    before = list(bench.database[SHELVES.collection].find())
    bench.log.append(append("shelf-a", 1, "y"))
    reader.step(1)
    # The crash: the collection is what it was at an earlier moment, and no write of ours was refused.
    bench.database[SHELVES.collection].delete_many({})
    bench.database[SHELVES.collection].insert_many(before)
    with pytest.raises(LostCheckpoint):
        reader.step(1)
    assert reader.step(1) == 1
    assert (bench.views.get(SHELVES, "a") or {})["count"] == 2
    assert reader.step(1) == 0


def test_a_removed_document_is_not_revived_by_a_repetition(bench: Bench) -> None:
    from services.kernel.declare.view import Remove, update

    shelves = bench.database[SHELVES.collection]
    shelves.bulk_write([update("commits", 20000, Change("a", {"count": 1}))])
    shelves.bulk_write([update("commits", 21000, Remove("a"))])
    shelves.bulk_write([update("commits", 20000, Change("a", {"count": 1}))])
    assert bench.views.get(SHELVES, "a") is None
    assert bench.views.find(SHELVES).items == []


def test_a_stale_reader_is_stopped_by_the_checkpoint_and_writes_nothing(bench: Bench) -> None:
    stale, fresh = bench.reader(SHELVES), bench.reader(SHELVES)
    bench.log.append(append("shelf-a", 0, "x"))
    assert stale.step(1) == 1
    bench.log.append(append("shelf-a", 1, "y"))
    assert fresh.step(2) == 1
    bench.log.append(append("shelf-a", 2, "z"))
    with pytest.raises(LostCheckpoint):
        stale.step(1)
    with pytest.raises(LostCheckpoint):
        stale.step(1)  # it has read the checkpoint again, and found a newer lease there
    assert (bench.views.get(SHELVES, "a") or {})["count"] == 2
    assert fresh.step(2) == 1


def test_text_that_looks_like_an_expression_stays_text(bench: Bench) -> None:
    bench.log.append(append("shelf-a", 0, "$last"))
    bench.reader(SHELVES).step(1)
    assert (bench.views.get(SHELVES, "a") or {})["last"] == "$last"


def test_a_fact_that_a_view_fails_to_apply_is_parked_with_its_followers_only(
    mongodb_uri: str, database: Database[dict[str, Any]]
) -> None:
    broken = {"on": True}

    def apply(recorded: Any) -> list[Change]:
        if broken["on"] and recorded.event.title == "bad":
            raise ValueError("cannot take this")
        return [Change(recorded.stream_id, {"last": recorded.event.title})]

    view = View("picky", 1, apply)
    bench = Bench(connect(mongodb_uri)[database.name], view)
    bench.log.append(append("shelf-a", 0, "bad"))
    bench.log.append(append("shelf-b", 0, "good"))
    bench.log.append(append("shelf-a", 1, "behind"))
    reader = bench.reader(view)
    assert reader.step(1) == 3
    assert bench.views.get(view, "a") is None
    assert (bench.views.get(view, "b") or {})["last"] == "good"
    assert [fact.error for fact in bench.parking.all()] == ["ValueError: cannot take this", "behind"]

    restarted = bench.reader(view)
    bench.log.append(append("shelf-a", 2, "later"))
    restarted.step(1)
    assert bench.parking.count("picky") == 3  # the key is remembered over a restart

    broken["on"] = False
    bench.parking.mark("picky")
    while restarted.step(1):
        pass
    assert (bench.views.get(view, "a") or {})["last"] == "later"
    assert bench.parking.count() == 0


def test_an_event_of_an_unknown_version_is_parked_and_applied_after_the_upgrade(
    bench: Bench, mongodb_uri: str, database: Database[dict[str, Any]]
) -> None:
    bench.log.append(append("shelf-a", 0, "x"))
    bench = Bench(connect(mongodb_uri)[database.name], SHELVES, BOTH)  # another process reads what one has written
    bench.database["commits"].update_one({"_id": 1}, {"$set": {"events.0.schema": 7}})
    reader = bench.reader(SHELVES)
    reader.step(1)
    assert [fact.error for fact in bench.parking.all("shelves")] == [
        "Unreadable: BookPut v7 is newer than v1, which is known here"
    ]
    bench.database["commits"].update_one({"_id": 1}, {"$set": {"events.0.schema": 1}})
    bench.parking.mark("shelves")
    while reader.step(1):
        pass
    assert (bench.views.get(SHELVES, "a") or {})["count"] == 1
    assert bench.parking.count() == 0


def test_a_rebuild_beside_shows_the_live_view_until_it_is_level_then_switches(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        bench.log.append(append(f"shelf-{n}", 0, "x"))
    reader = bench.reader(SHELVES)
    reader.step(1)
    bench.database[SHELVES.collection].update_one({"_id": "0"}, {"$set": {"count": 99}})
    beside = bench.views.rebuild("shelves")
    assert (bench.views.get(SHELVES, "0") or {})["count"] == 99
    while reader.step(1):
        pass
    assert bench.views.pointer(SHELVES, fresh=True).live == beside
    assert (bench.views.get(SHELVES, "0") or {})["count"] == 1
    monkeypatch.setattr("services.kernel.views.cleanup.KEEP_SECONDS", 0.0)
    reader.step(1)
    assert SHELVES.collection not in bench.database.list_collection_names()


def test_all_documents_are_read_once_however_many_pages_they_are(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kernel.views.view_store.READ_AT_ONCE", 2)
    for n in range(5):
        bench.log.append(append(f"shelf-{n}", 0, *("x", "y")[: 1 + n % 2]))
    bench.reader(SHELVES).step(1)
    assert [document["_id"] for document in bench.views.all(SHELVES)] == ["0", "1", "2", "3", "4"]
    assert [document["_id"] for document in bench.views.all(SHELVES, {"count": 1})] == ["0", "2", "4"]
    assert list(bench.views.all(SHELVES, {"count": 3})) == []


def test_two_logs_in_any_interleaving_give_the_same_view(bench: Bench) -> None:
    bench.log.append(append("shelf-s", 0, "x", "y"))
    bench.hear(fact("others", 1), fact("others", 2))
    commits, inbox = bench.reader(BOTH), bench.reader(BOTH, "inbox")
    inbox.step(1)
    commits.step(1)
    one = bench.views.get(BOTH, "s")
    bench.database[BOTH.collection].delete_many({})
    commits, inbox = bench.reader(BOTH), bench.reader(BOTH, "inbox")
    commits.step(1)
    inbox.step(1)
    assert one == bench.views.get(BOTH, "s")
    assert one is not None
    assert (one["count"], one["heard"], one["titles"]) == (2, 2, ["t1", "t2"])


MADE_UP = [
    f"[{10**30}, 'x']",
    "['\\ud800', 'x']",
    "[0, '\\ud800']",
    "[{'time': '0001-01-01T00:00:00+14:00'}, 'x']",
    "[]",
    "7",
]


@pytest.mark.parametrize("text", MADE_UP)
def test_a_cursor_that_the_database_could_not_hold_is_malformed(bench: Bench, text: str) -> None:
    cursor = base64.urlsafe_b64encode(text.replace("'", '"').encode()).decode().rstrip("=")
    for sort in ("count", "_id"):
        with pytest.raises(Malformed):
            bench.views.find(SHELVES, sort=sort, after=cursor)


def test_pages_hold_each_document_once_whatever_they_are_sorted_by(bench: Bench) -> None:
    for n in range(7):
        bench.log.append(append(f"shelf-{n}", 0, *[f"t{k}" for k in range(n % 3 + 1)]))
    bench.reader(SHELVES).step(1)
    seen: list[str] = []
    after = None
    while True:
        page = bench.views.find(SHELVES, {"count": {"$gt": 0}}, sort="count", descending=True, after=after, limit=2)
        seen += [document["_id"] for document in page.items]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == [str(n) for n in range(7)]
    assert len(seen) == 7
