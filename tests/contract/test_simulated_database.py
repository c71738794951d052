"""What the kernel asks of a database, run against the database of the simulation and against SecantusDB.

A simulation is worth as much as its database is like a real one: each rule of storing, matching, changing and refusing
that the kernel relies on is compared here.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from bson.errors import InvalidDocument
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from services.kernel.base.mongo import connect, durable, plain
from services.kernel.declare.view import Change, Remove, View, adding, increment, taking, update
from tests.simulation.database import Server

Store = Any
SEATS: View = View("seats", 1, lambda _fact: [])


def simulated() -> Store:
    return Server(lambda _operation, _collection, _repeat: lambda: None, lambda: 0.0)["simulated"]


@pytest.fixture(params=["simulated", "secantus"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "simulated":
        return simulated()
    uri, database = request.getfixturevalue("mongodb_uri"), request.getfixturevalue("database")
    return connect(uri)[database.name]


def documents(store: Store, name: str = "things") -> list[dict[str, Any]]:
    return list(durable(store, name).find({}).sort("_id", 1))


def test_a_second_document_under_an_id_is_refused_and_names_the_key(store: Store) -> None:
    things = durable(store, "things")
    things.insert_one({"_id": "a", "n": 1})
    with pytest.raises(DuplicateKeyError):
        things.insert_one({"_id": "a", "n": 2})
    with pytest.raises(BulkWriteError) as refused:
        things.insert_many([{"_id": "b"}, {"_id": "a"}, {"_id": "c"}], ordered=True)
    (error,) = refused.value.details["writeErrors"]
    assert (error["index"], error["code"], error["keyPattern"]) == (1, 11000, {"_id": 1})
    assert [each["_id"] for each in documents(store)] == ["a", "b"]


def test_an_unordered_insert_stores_all_that_are_not_refused(store: Store) -> None:
    things = durable(store, "things")
    things.insert_one({"_id": "b"})
    with pytest.raises(BulkWriteError):
        things.insert_many([{"_id": "a"}, {"_id": "b"}, {"_id": "c"}], ordered=False)
    assert [each["_id"] for each in documents(store)] == ["a", "b", "c"]


def test_a_unique_index_holds_for_the_elements_of_arrays_and_only_within_its_filter(store: Store) -> None:
    things = durable(store, "things")
    things.create_index(
        [("stream", 1), ("events.version", 1)], unique=True, partialFilterExpression={"stream": {"$exists": True}}
    )
    things.insert_one({"_id": 1, "stream": "s", "events": [{"version": 1}, {"version": 2}]})
    things.insert_one({"_id": 2, "events": [{"version": 1}]})
    things.insert_one({"_id": 3, "stream": "t", "events": [{"version": 2}]})
    with pytest.raises(DuplicateKeyError) as refused:
        things.insert_one({"_id": 4, "stream": "s", "events": [{"version": 2}]})
    assert refused.value.details is not None
    assert list(refused.value.details["keyPattern"]) == ["stream", "events.version"]
    things.insert_one({"_id": 5, "stream": "s", "events": [{"version": 3}]})


QUERIES: list[dict[str, Any]] = [
    {"_id": {"$in": ["a", "c"]}},
    {"n": {"$gt": 1, "$lte": 3}},
    {"n": {"$exists": False}},
    {"n": {"$ne": 2}},
    {"n": None},
    {"tags": "x"},
    {"tags": {"$in": ["y", "z"]}},
    {"facts.n": {"$gt": 4}},
    {"facts": {"$elemMatch": {"n": {"$gt": 1, "$lte": 2}}}},
    {"facts": {"$elemMatch": {"n": {"$gt": 2, "$lte": 4}}}},
    {"$or": [{"n": 1}, {"tags": "z"}]},
    {"$and": [{"n": {"$gte": 1}}, {"tags": {"$exists": True}}]},
    {"at.commits": {"$lt": 3000}},
    {"due": {"$lte": datetime(2026, 11, 2, tzinfo=UTC)}},
    {"pending.0": {"$exists": True}},
]


@pytest.mark.parametrize("wanted", QUERIES, ids=str)
def test_a_query_finds_the_same_documents(wanted: dict[str, Any], mongodb_uri: str, database: Any) -> None:
    found = []
    for store in (simulated(), connect(mongodb_uri)[database.name]):
        things = durable(store, "things")
        things.insert_many(
            [
                {"_id": "a", "n": 1, "tags": ["x"], "facts": [{"n": 1}, {"n": 5}], "at": {"commits": 1000}},
                {"_id": "b", "n": 2, "tags": ["y", "z"], "facts": [{"n": 2}], "pending": [{"k": 1}]},
                {"_id": "c", "n": 3, "due": datetime(2026, 11, 1, tzinfo=UTC), "at": {"commits": 5000}},
                {"_id": "d", "tags": [], "facts": [], "pending": []},
            ]
        )
        found.append([each["_id"] for each in things.find(wanted).sort("_id", 1)])
        assert things.count_documents(wanted) == len(found[-1])
    assert found[0] == found[1]


def test_sorting_by_a_field_and_a_limit(store: Store) -> None:
    things = durable(store, "things")
    things.insert_many([{"_id": "a", "n": 2}, {"_id": "b", "n": 1}, {"_id": "c"}, {"_id": "d", "n": 2}])
    assert [each["_id"] for each in things.find({}).sort([("n", -1), ("_id", 1)]).limit(3)] == ["a", "d", "b"]
    first = things.find_one({"n": {"$exists": True}}, {"n": 1}, sort=[("n", 1)])
    assert first == {"_id": "b", "n": 1}


@pytest.mark.parametrize(
    "shown", [{"_id": 0}, {"n": 1}, {"n": 1, "_id": 0}, {"n": 0}, {"at.commits": 1}, ["n"]], ids=str
)
def test_a_projection_shows_the_same_fields(shown: Any, store: Store) -> None:
    things = durable(store, "things")
    things.insert_one({"_id": "a", "n": 1, "m": 2, "at": {"commits": 3, "inbox": 4}})
    expected = {
        "{'_id': 0}": {"n": 1, "m": 2, "at": {"commits": 3, "inbox": 4}},
        "{'n': 1}": {"_id": "a", "n": 1},
        "{'n': 1, '_id': 0}": {"n": 1},
        "{'n': 0}": {"_id": "a", "m": 2, "at": {"commits": 3, "inbox": 4}},
        "{'at.commits': 1}": {"_id": "a", "at": {"commits": 3}},
        "['n']": {"_id": "a", "n": 1},
    }
    assert list(things.find({}, shown)) == [expected[str(shown)]]
    assert things.find_one({}, shown) == expected[str(shown)]


def test_an_upsert_takes_the_fields_of_its_filter(store: Store) -> None:
    things = plain(store, "things")
    same = {"_id": "view", "position": 4, "lease": {"$lte": 7}}
    things.update_one(same, {"$set": {"lease": 7}, "$max": {"seen": 3}}, upsert=True)
    assert documents(store) == [{"_id": "view", "position": 4, "lease": 7, "seen": 3}]
    with pytest.raises(DuplicateKeyError):
        things.update_one({"_id": "view", "position": 3}, {"$set": {"lease": 8}}, upsert=True)


def test_an_upsert_that_sets_another_id_than_it_matches_is_refused_and_inserts_nothing(store: Store) -> None:
    things = plain(store, "things")
    never = UpdateOne(
        {"_id": "checkpoint", "position": 1}, {"$set": {"lease": 1}, "$setOnInsert": {"_id": "_never"}}, upsert=True
    )
    with pytest.raises(BulkWriteError) as refused:
        things.bulk_write([never, UpdateOne({"_id": "x"}, {"$set": {"a": 1}}, upsert=True)], ordered=True)
    assert refused.value.details["writeErrors"][0]["index"] == 0
    assert documents(store) == []


def test_an_ordered_bulk_ends_at_the_refusal(store: Store) -> None:
    # MongoDB names the refused update; SecantusDB refuses the whole command, after the updates before it.
    things = plain(store, "things")
    things.insert_one({"_id": "text", "n": "one"})
    bulk = [
        update("commits", 1000, Change("a", {"n": increment("n")})),
        update("commits", 1001, Change("text", {"n": increment("n")})),
        update("commits", 2000, Change("b", {"n": increment("n")})),
    ]
    with pytest.raises(OperationFailure):
        things.bulk_write(bulk, ordered=True)
    assert "b" not in [each["_id"] for each in documents(store)]
    assert plain(store, "things").find_one({"_id": "text"}) == {"_id": "text", "n": "one"}


def test_replacing_by_revision_inserts_nothing_for_a_stale_revision(store: Store) -> None:
    things = durable(store, "things")
    things.bulk_write([ReplaceOne({"_id": "i", "revision": 0}, {"_id": "i", "revision": 1}, upsert=True)])
    with pytest.raises(BulkWriteError) as refused:
        things.bulk_write([ReplaceOne({"_id": "i", "revision": 0}, {"_id": "i", "revision": 1}, upsert=True)])
    assert refused.value.details["writeErrors"][0]["code"] == 11000
    assert documents(store) == [{"_id": "i", "revision": 1}]


def test_changes_are_counted(store: Store) -> None:
    things = durable(store, "things")
    things.insert_many([{"_id": "a", "n": 1}, {"_id": "b", "n": 1}])
    assert things.update_one({"_id": "a"}, {"$set": {"n": 1}}).modified_count == 0
    assert things.update_one({"_id": "a"}, {"$set": {"n": 2}, "$unset": {"m": ""}}).modified_count == 1
    assert things.update_many({}, {"$set": {"retry": True}}).modified_count == 2
    assert things.delete_many({"n": 2}).deleted_count == 1
    before = things.find_one_and_update({"_id": "b"}, {"$set": {"n": 5}})
    assert before == {"_id": "b", "n": 1, "retry": True}
    assert things.find_one_and_update({"_id": "none"}, {"$set": {"n": 5}}) is None


def test_a_value_that_bson_cannot_hold_is_refused(store: Store) -> None:
    with pytest.raises(InvalidDocument):
        durable(store, "things").insert_one({"_id": "a", "values": {1, 2}})
    with pytest.raises(OverflowError):
        durable(store, "things").insert_one({"_id": "a", "n": 2**64})
    assert documents(store) == []


def test_a_number_is_not_added_to_a_text(store: Store) -> None:
    things = plain(store, "things")
    things.insert_one({"_id": "a", "n": "one"})
    with pytest.raises(OperationFailure):
        things.update_one({"_id": "a"}, [{"$set": {"n": {"$add": ["$n", 1]}}}])


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["commits", "inbox"]),
        st.integers(1, 5),
        st.sampled_from(
            [
                Change("a", {"n": increment("n"), "inner.last": "x"}),
                Change("a", {"names": adding("names", "ani", "budi")}),
                Change("a", {"names": taking("names", "ani")}),
                Change("b", {"n": increment("n", 2), "text": "$not a path"}),
                Change("b", {"inner": {"first": None}}),
                Remove("a"),
                Remove("c"),
            ]
        ),
    ),
    max_size=12,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_guarded_changes_leave_the_same_documents(changes: list[Any], mongodb_uri: str, database: Any) -> None:
    left: list[list[dict[str, Any]]] = []
    for store in (simulated(), connect(mongodb_uri)[database.name]):
        plain(store, "things").delete_many({})
        for log, position, change in changes:
            plain(store, "things").bulk_write([update(log, position * 1000, change)])
        left.append(documents(store))
    assert left[0] == left[1]


def test_a_crash_takes_back_only_writes_behind_the_last_journaled_write() -> None:
    server = Server(lambda _operation, _collection, _repeat: lambda: None, lambda: 0.0)
    store: Any = server["x"]
    plain(store, "views").insert_one({"_id": "before"})
    durable(store, "log").insert_one({"_id": 1})
    plain(store, "views").insert_one({"_id": "after"})
    plain(store, "views").update_one({"_id": "before"}, {"$set": {"n": 1}})
    assert server.unflushed() == 2
    server.crash(2)
    assert [each["_id"] for each in documents(store, "views")] == ["before"]
    assert documents(store, "views") == [{"_id": "before"}]
    assert documents(store, "log") == [{"_id": 1}]


def test_the_hook_can_lose_an_answer_and_a_late_attempt_can_still_arrive() -> None:
    repeats: list[Callable[[], object]] = []

    def hook(operation: str, _collection: str, repeat: Callable[[], object] | None) -> Callable[[], None]:
        if operation == "insert" and repeat is not None:
            repeats.append(repeat)
            raise ConnectionError("still under way")
        return lambda: None

    store: Any = Server(hook, lambda: 0.0)["x"]
    with pytest.raises(ConnectionError):
        durable(store, "log").insert_one({"_id": 1})
    assert documents(store, "log") == []
    repeats[0]()
    assert documents(store, "log") == [{"_id": 1}]
