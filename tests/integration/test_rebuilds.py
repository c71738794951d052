"""A view is built beside its live collection: by several instances, by two releases, and over restarts."""

from collections.abc import Sequence
from typing import Any

import pytest
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from services.kernel.base.mongo import connect
from services.kernel.declare.view import Change, View, increment
from services.kernel.views.view_store import Views
from tests.support.view_bench import Bench, SmallBatches, level


def view(version: int, shown: str | None = None) -> View:
    """The view ``shelves`` in a version that writes its own number into each document."""

    def apply(item: Any) -> Sequence[Change]:
        return [Change(item.stream_id, {"written_by": shown or f"v{version}", "count": increment("count")})]

    return View("shelves", version, apply, indexes=([("count", 1)],))


V1, V2 = view(1), view(2)


@pytest.fixture
def bench(mongodb_uri: str, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr("services.kernel.views.pointers.POINTER_SECONDS", 0.0)
    bench = Bench(connect(mongodb_uri)[database.name], V1)
    bench.fill("x", "y")
    bench.fill("z", shelf="b")
    level(bench.reader(V1))
    return bench


def pointer(bench: Bench) -> dict[str, Any]:
    return bench.database["views"].find_one({"_id": "shelves"}) or {}


def written(bench: Bench) -> dict[str, tuple[str, int]]:
    live = bench.database[pointer(bench)["live"]].find({"_at": {"$exists": True}})
    return {document["_id"]: (document["written_by"], document["count"]) for document in live}


def test_starts_while_a_version_is_being_built_begin_no_second_build(bench: Bench) -> None:
    (reader,) = bench.instance(V2)
    reader.step(1)
    building = pointer(bench)["builds"]["v2"]
    for _ in range(3):
        (reader,) = bench.instance(V2)
        assert pointer(bench)["builds"] == {"v2": building}
    level(reader)
    assert pointer(bench)["live"] == building
    assert written(bench) == {"a": ("v2", 2), "b": ("v2", 1)}
    assert bench.collections() == {"view_shelves_v1", building}  # the old one is kept for a while


def test_two_readers_that_ask_for_a_build_at_once_get_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kernel.views.pointers.POINTER_SECONDS", 60.0)
    stores = [Views(bench.database, [V2]) for _ in range(2)]
    seen = [store.pointer(V2) for store in stores]  # both see that nothing is being built
    for store, pointer_seen in zip(stores, seen, strict=True):
        store.pointers.begin_build(V2, pointer_seen)
    assert pointer(bench)["builds"] == {"v2": "view_shelves_v2_r1"}


def test_a_build_that_another_has_replaced_does_not_become_live(bench: Bench) -> None:
    bench.views.rebuild("shelves")
    seen = bench.views.pointer(V1, fresh=True)
    bench.views.rebuild("shelves")
    assert not bench.views.pointers.switch(V1, seen)
    assert (pointer(bench)["live"], pointer(bench)["builds"]) == ("view_shelves_v1", {"v1": "view_shelves_v1_r2"})


def test_a_build_goes_on_after_a_restart_where_it_was(bench: Bench) -> None:
    bench.sources["commits"] = SmallBatches(bench.sources["commits"], 1)  # type: ignore[assignment]
    steps = 0
    for _ in range(20):  # never more than two steps between two restarts
        (reader,) = bench.instance(V2)
        for _ in range(2):
            reader.step(1)
            steps += 1
        if pointer(bench)["version"] == 2:
            break
    assert pointer(bench)["live"] == "view_shelves_v2_r1"
    assert steps <= 10
    assert written(bench) == {"a": ("v2", 2), "b": ("v2", 1)}


def test_an_older_release_that_holds_the_lease_leaves_the_newer_ones_build_alone(bench: Bench) -> None:
    (new,) = bench.instance(V2)
    new.step(1)
    (old,) = bench.instance(V1)
    bench.fill("later")
    level(old, lease=2)
    assert pointer(bench)["live"] != "view_shelves_v2_r1"
    assert list(bench.database["view_shelves_v2_r1"].find({"_at": {"$exists": True}})) == []
    level(new, lease=3)
    assert (pointer(bench)["live"], pointer(bench)["version"]) == ("view_shelves_v2_r1", 2)
    assert written(bench) == {"a": ("v2", 3), "b": ("v2", 1)}


def test_what_an_older_release_wrote_into_a_newer_collection_is_built_again_by_the_newer(bench: Bench) -> None:
    (new,) = bench.instance(V2)
    level(new)
    bench.sources["commits"] = SmallBatches(bench.sources["commits"], 1)  # type: ignore[assignment]
    (old,) = bench.instance(V1)
    bench.fill("later")
    old.step(2)
    old.step(2)  # it begins its own build, and keeps the live one going meanwhile
    assert pointer(bench)["version"] is None
    level(new, lease=3)
    assert pointer(bench)["version"] == 2
    assert written(bench) == {"a": ("v2", 3), "b": ("v2", 1)}


def test_after_a_step_back_to_an_older_release_the_view_is_the_older_ones(bench: Bench) -> None:
    level(*bench.instance(V2))
    level(*bench.instance(V1), lease=2)
    assert pointer(bench)["version"] == 1
    assert written(bench) == {"a": ("v1", 2), "b": ("v1", 1)}


def test_another_instance_reads_the_old_collection_until_it_has_looked_at_the_pointer_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kernel.views.pointers.POINTER_SECONDS", 60.0)
    other = Views(bench.database, [V1])
    assert other.get(V1, "a") is not None
    bench.views.rebuild("shelves")
    reader = bench.reader(V1)
    level(reader)
    assert pointer(bench)["live"] == "view_shelves_v1_r1"
    assert other.get(V1, "a") is not None
    monkeypatch.setattr("services.kernel.views.cleanup.KEEP_SECONDS", 0.0)
    reader.step(1)
    assert pointer(bench)["retired"] == []
    assert bench.collections() == {"view_shelves_v1_r1"}


def test_a_collection_is_kept_longer_than_a_pointer_is_believed_and_a_read_lasts() -> None:
    from services.kernel.base.mongo import TIMEOUT_MILLISECONDS
    from services.kernel.views.cleanup import KEEP_SECONDS
    from services.kernel.views.pointers import POINTER_SECONDS

    assert KEEP_SECONDS >= POINTER_SECONDS + TIMEOUT_MILLISECONDS / 1000


def test_collections_of_builds_that_nobody_continues_are_dropped_and_nothing_else(bench: Bench) -> None:
    for name in ("view_shelves_v1_r7", "view_shelves_v2_r8", "view_shelves_more_v1", "view_shelves_v1_r1_v1"):
        bench.database[name].insert_one({"_id": "x"})
    level(bench.reader(V1), lease=2)
    assert bench.collections() == {"view_shelves_v1", "view_shelves_more_v1", "view_shelves_v1_r1_v1"}


def test_a_rebuild_that_an_older_release_was_asked_for_is_built_by_this_release(bench: Bench) -> None:
    bench.database["views"].update_one({"_id": "shelves"}, {"$set": {"next": "view_shelves_v1_r1", "generation": 1}})
    bench.database["view_shelves_v1_r1"].insert_one({"_id": "x"})
    level(*bench.instance(V1))
    assert (pointer(bench)["live"], "next" in pointer(bench)) == ("view_shelves_v1_r2", False)
    assert written(bench) == {"a": ("v1", 2), "b": ("v1", 1)}
    assert "view_shelves_v1_r1" not in bench.collections()


def test_a_build_has_its_indexes_even_if_its_release_was_killed_before_it_made_them(bench: Bench) -> None:
    bench.losing("view_shelves_v2_r1", "create_index")
    (reader,) = bench.instance(V2)
    with pytest.raises(AutoReconnect):
        reader.step(1)
    level(*bench.instance(V2))
    assert "count_1" in bench.database["view_shelves_v2_r1"].index_information()
