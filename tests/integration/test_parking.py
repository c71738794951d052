"""What a view cannot take: it is parked, and it stays parked until a collection that has taken it is live."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from services.kernel.base.message import Fact
from services.kernel.base.mongo import connect
from services.kernel.declare.process import ProcessManager, Reaction
from services.kernel.declare.view import COMMITS, INBOX, Change, Expression, View
from services.kernel.readers.reader import LostCheckpoint
from tests.support.manager_harness import ManagerHarness, manager_harness
from tests.support.sample_domain import AT, fact
from tests.support.view_bench import Bench, level

__all__ = ["manager_harness"]

BROKEN: set[str] = set()
"""The titles that the views of these tests cannot take."""


def _list(item: Any) -> Sequence[Change]:
    title = item.data["title"] if isinstance(item, Fact) else item.event.title
    key = item.subject if isinstance(item, Fact) else item.stream_id
    if title in BROKEN:
        raise ValueError("cannot take this")
    return [Change(key, {"titles": Expression({"$concatArrays": [{"$ifNull": ["$titles", []]}, [title]]})})]


ONE = View("one", 1, _list)
TWO = View("two", 1, _list, (COMMITS, INBOX))


@pytest.fixture
def bench(mongodb_uri: str, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr("services.kernel.views.pointers.POINTER_SECONDS", 0.0)
    BROKEN.clear()
    return Bench(connect(mongodb_uri)[database.name], ONE, TWO)


def shown(bench: Bench, view: View = ONE, key: str = "a") -> list[str]:
    bench.views.pointer(view, fresh=True)
    return list((bench.views.get(view, key) or {}).get("titles", []))


def parked(bench: Bench, reader: str = "one") -> list[tuple[int, str]]:
    return [(found.position, found.error) for found in bench.parking.all(reader)]


def test_a_fact_that_fails_for_two_instances_is_parked_for_both(manager_harness: ManagerHarness) -> None:
    def react(state: Any, item: Any) -> Reaction:
        if BROKEN:
            raise ValueError("cannot take this")
        return Reaction({"seen": item.data["title"]}, [])

    wide = ProcessManager("wide", lambda _item: ["x", "z"], react, (INBOX,))
    BROKEN.add("anything")
    manager_harness.hear(1)
    reader = manager_harness.reader(wide)
    reader.step(1)
    assert sorted(found.key for found in manager_harness.parking.all("wide")) == ["x", "z"]
    BROKEN.clear()
    manager_harness.parking.mark("wide")
    while reader.step(1):
        pass
    stored = manager_harness.database["manager_wide"].find()
    assert {document["_id"]: document["state"]["seen"] for document in stored} == {"x": "t1", "z": "t1"}
    assert manager_harness.parking.count() == 0


def test_a_switch_that_fails_leaves_every_parked_fact_of_the_new_collection_parked(bench: Bench) -> None:
    BROKEN.add("bad")
    bench.fill("x", "bad", "behind")
    (reader,) = bench.instance(ONE)
    level(reader)
    bench.views.rebuild("one")
    bench.losing("views", "update_one", "before")
    with pytest.raises(AutoReconnect):
        level(reader)
    level(reader)
    assert "_r" in bench.views.pointer(ONE, fresh=True).live
    assert shown(bench) == ["x"]
    assert parked(bench) == [(2, "ValueError: cannot take this"), (3, "behind")]


def test_the_second_reader_of_a_view_takes_nothing_from_the_first_ones_switch(bench: Bench) -> None:
    BROKEN.add("bad")
    bench.fill("bad", "behind")
    bench.hear(fact("others", 1, subject="b"))
    commits, inbox = bench.reader(TWO), bench.reader(TWO, "inbox")
    level(commits, inbox)
    bench.views.rebuild("two")
    stale = bench.views.pointer(TWO)
    level(commits, inbox)
    inbox._switch_when_level(stale)  # it began its step with the pointer of before
    assert parked(bench, "two.commits") == [(1, "ValueError: cannot take this"), (2, "behind")]


def test_a_view_of_two_logs_is_switched_when_both_logs_are_level(bench: Bench) -> None:
    bench.fill("x")
    bench.hear(fact("others", 1, subject="b"))
    commits, inbox = bench.reader(TWO), bench.reader(TWO, "inbox")
    level(commits, inbox)
    beside = bench.views.rebuild("two")
    level(commits)
    assert bench.views.pointer(TWO, fresh=True).live != beside
    level(commits, inbox)
    assert bench.views.pointer(TWO, fresh=True).live == beside
    assert shown(bench, TWO, "b") == ["t1"]


def test_until_the_rebuilt_collection_is_live_a_retried_fact_is_still_parked(bench: Bench) -> None:
    BROKEN.add("bad")
    bench.fill("bad", "behind")
    (reader,) = bench.instance(ONE)
    level(reader)
    before = parked(bench)
    BROKEN.clear()
    bench.parking.mark("one")
    reader.step(1)
    assert bench.views.pointer(ONE, fresh=True).next is not None
    assert [each for each in parked(bench) if each in before] == before
    level(reader)
    assert shown(bench)[:2] == ["bad", "behind"]
    assert parked(bench) == []


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(lambda: {"n": Expression({"$add": ["$text", 1]})}, id="an update that does not fit the document"),
        pytest.param(lambda: {"blob": "x" * (17 * 2**20)}, id="a document that is too large"),
        pytest.param(lambda: {"n": 2**70}, id="a number that BSON cannot hold"),
        pytest.param(lambda: {"lone": "\ud800"}, id="a text that BSON cannot hold"),
        pytest.param(lambda: {"odd": object()}, id="a value that BSON cannot hold"),
    ],
)
def test_what_the_database_refuses_is_parked_and_all_other_facts_are_taken(bench: Bench, refused: Any) -> None:
    def apply(item: Any) -> Sequence[Change]:
        if item.event.title == "bad":
            return [Change(item.stream_id, refused())]
        return [Change(item.stream_id, {"text": item.event.title})]

    view = View("strict", 1, apply)
    bench = Bench(bench.database, view)
    bench.fill("first", "bad", "behind")
    bench.fill("healthy", shelf="b")
    bench.fill("first again", shelf="c")
    reader = bench.reader(view)
    level(reader)
    assert [(found.position, found.key, found.error == "behind") for found in bench.parking.all("strict")] == [
        (2, "shelf-a", False),
        (3, "shelf-a", True),
    ]
    texts = {key: (bench.views.get(view, key) or {}).get("text") for key in "abc"}
    assert texts == {"a": "first", "b": "healthy", "c": "first again"}
    assert bench.views.position(view) == bench.log.head()
    bench.fill("later")
    bench.fill("later", shelf="b")
    level(bench.reader(view))
    assert [found.position for found in bench.parking.all("strict")] == [2, 3, 6]
    assert (bench.views.get(view, "b") or {})["text"] == "later"


def test_facts_before_a_parked_fact_are_taken_again_when_a_crash_took_them_back(bench: Bench) -> None:
    BROKEN.add("bad")
    bench.fill("x", "y", "bad", "behind")
    level(bench.reader(ONE))
    # The crash: the collection is gone with its checkpoint, the parked facts stand.
    bench.database[ONE.collection].delete_many({})
    level(bench.reader(ONE))
    assert shown(bench) == ["x", "y"]
    assert parked(bench) == [(3, "ValueError: cannot take this"), (4, "behind")]


def test_a_reader_that_lost_the_lease_parks_nothing(bench: Bench) -> None:
    bench.fill("x")
    stale, fresh = bench.reader(ONE), bench.reader(ONE)
    level(stale)
    level(fresh, lease=2)
    bench.fill("y")
    level(fresh, lease=2)
    BROKEN.add("y")  # the stale reader is of a release that cannot take it
    with pytest.raises(LostCheckpoint):
        stale.step(1)
    assert parked(bench) == []
    assert shown(bench) == ["x", "y"]


def test_a_reader_that_lost_the_lease_asks_for_no_rebuild(bench: Bench) -> None:
    BROKEN.add("bad")
    bench.fill("bad")
    stale, fresh = bench.reader(ONE), bench.reader(ONE)
    level(stale)
    bench.fill("x", shelf="b")
    level(fresh, lease=2)
    bench.parking.mark("one")
    with pytest.raises(LostCheckpoint):
        stale.step(1)
    assert bench.views.pointer(ONE, fresh=True).next is None


def test_facts_that_an_older_release_parked_are_the_live_collections_and_are_retried(bench: Bench) -> None:
    bench.fill("bad", "behind")
    for position, error in ((1, "ValueError: no"), (2, "behind")):  # as the release before wrote them
        bench.database["parked"].insert_one(
            {
                "_id": f"one|commits|{position * 1000:020d}",
                "reader": "one",
                "log": "commits",
                "position": position,
                "index": 0,
                "key": "shelf-a",
                "error": error,
                "at": AT,
                "retry": False,
            }
        )
    reader = bench.reader(ONE)
    level(reader)
    assert shown(bench) == []
    assert parked(bench) == [(1, "ValueError: no"), (2, "behind")]
    bench.parking.mark("one")
    level(reader)
    assert shown(bench) == ["bad", "behind"]
    assert bench.parking.count() == 0


def test_a_fact_that_a_later_release_can_read_is_taken_by_that_release_by_itself(bench: Bench) -> None:
    bench.fill("x", "y")
    old = Bench(bench.database, ONE)  # another process reads what one has written
    old.database["commits"].update_one({"_id": 1}, {"$set": {"events.0.schema": 7}})
    level(old.reader(ONE))
    assert [error.split(":")[0] for _, error in parked(old)] == ["Unreadable", "behind"]
    level(old.reader(ONE))  # the same release starts again, and can read no more than before
    assert old.views.pointer(ONE, fresh=True).live == ONE.collection
    old.database["commits"].update_one({"_id": 1}, {"$set": {"events.0.schema": 1}})
    new = Bench(bench.database, ONE)
    level(new.reader(ONE))
    assert shown(new) == ["x", "y"]
    assert new.parking.count() == 0


def test_a_fact_that_failed_for_another_reason_waits_for_an_operator(bench: Bench) -> None:
    BROKEN.add("bad")
    bench.fill("bad")
    level(bench.reader(ONE))
    BROKEN.clear()
    level(bench.reader(ONE))
    assert parked(bench) == [(1, "ValueError: cannot take this")]


def test_the_identity_of_a_parked_fact_holds_everything_that_tells_two_apart(bench: Bench) -> None:
    from services.kernel.readers.parking import ParkedFact

    one = ParkedFact("r", "commits", 1, 0, "k", "e", AT)
    others = [
        replace(one, reader="s"),
        replace(one, log="inbox"),
        replace(one, position=2),
        replace(one, index=1000),
        replace(one, key="l"),
        replace(one, collection="c"),
    ]
    for _ in range(2):
        bench.parking.park([one, *others])
    assert bench.parking.count() == 7
    bench.parking.done([one])
    assert bench.parking.count() == 6
