"""A view is built beside its live collection: by several instances, by two releases, and over restarts."""

import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from services.kernel.base.message import Fact
from services.kernel.base.mongo import connect
from services.kernel.declare.view import COMMITS, INBOX, Change, Expression, View, adding, increment
from services.kernel.readers.reader import LostCheckpoint
from services.kernel.views.view_store import Views
from tests.support.faulty_database import Loss
from tests.support.sample_domain import append, fact
from tests.support.view_bench import Bench, level


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


def test_a_build_goes_on_after_a_restart_where_it_was(bench: Bench) -> None:
    bench.sources["commits"] = _Small(bench.sources["commits"], 1)  # type: ignore[assignment]
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
    bench.sources["commits"] = _Small(bench.sources["commits"], 1)  # type: ignore[assignment]
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


class _Small:
    """A source in small batches."""

    def __init__(self, source: Any, size: int) -> None:
        self._source = source
        self._size = size
        self.name = source.name

    def batch(self, after: int, limit: int = 1) -> Any:
        return self._source.batch(after, min(limit, self._size))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


BAD = frozenset({"b1", "b2"})
TITLES = st.sampled_from(("g1", "g2", "b1", "b2", "refused"))
HAPPENS = st.one_of(
    st.tuples(st.just("fill"), st.sampled_from("ab"), TITLES),
    st.tuples(st.just("hear"), st.sampled_from("ab"), TITLES),
    st.tuples(st.just("step"), st.integers(0, 3), st.integers(1, 4)),
    st.tuples(st.just("rebuild"), st.just(""), st.just(0)),
    st.tuples(st.just("retry"), st.just(""), st.just(0)),
    st.tuples(st.just("mend"), st.just(""), st.just(0)),
    st.tuples(st.just("start"), st.integers(1, 2), st.just(0)),
)


def test_whatever_fails_each_fact_is_in_the_view_or_parked(
    mongodb_uri: str, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A view of two logs, in two versions, on two instances: every call of the database may be lost, or its answer."""
    monkeypatch.setattr("services.kernel.views.pointers.POINTER_SECONDS", 0.0)
    monkeypatch.setattr("services.kernel.views.cleanup.KEEP_SECONDS", 0.0)
    monkeypatch.setattr("services.kernel.readers.cursor.FLUSH_SECONDS", 0.0)
    connection, numbers = connect(mongodb_uri), itertools.count()

    @settings(max_examples=40, phases=[Phase.generate], derandomize=True, database=None)
    @given(st.lists(HAPPENS, min_size=4, max_size=25), st.integers(0, 2**32))
    def whatever_happens(happens: list[tuple[Any, Any, Any]], seed: int) -> None:
        name = f"{database.name}_{next(numbers)}"
        try:
            History(connection[name], seed).tell(happens)
        finally:
            connection.drop_database(name)

    whatever_happens()


class History:
    """Two instances, of any release, over one database that may lose any call; and what each fact must have become."""

    def __init__(self, database: Database[dict[str, Any]], seed: int) -> None:
        self._chance = random.Random(seed)
        self._losing = 0.0
        self._broken = set(BAD)
        self._version = 1
        self._heard = 0
        self._lengths = {"a": 0, "b": 0}
        self.bench = Bench(database, self._view(1), plan=self._lose)
        self.bench.sources = {name: _Small(source, 2) for name, source in self.bench.sources.items()}  # type: ignore[misc]
        self.told: dict[str, set[str]] = {COMMITS: set(), INBOX: set()}
        self._instances = [self.bench.instance(self._view(1)) for _ in range(2)]
        self._leases = [1, 2]

    def tell(self, happens: list[tuple[Any, Any, Any]]) -> None:
        self._losing = 0.15
        for what, who, which in happens:
            getattr(self, f"_{what}")(who, which)
            self._check(self.bench.database["views"].find_one({"_id": "both"}) or {})
        self._losing = 0.0
        self._start(self._version, 0)
        last = self._instances[-1]
        level(*last, lease=self._leases[-1])
        self._check(self.bench.database["views"].find_one({"_id": "both"}) or {}, whole=True)
        self._broken.clear()
        for log in (COMMITS, INBOX):
            self.bench.parking.mark(f"both.{log}")
        level(*last, lease=self._leases[-1])
        document = self.bench.database["views"].find_one({"_id": "both"}) or {}
        assert document["version"] == self._version
        assert self.bench.collections() <= {document["live"], *document.get("builds", {}).values()}
        causes = {found.error.partition(":")[0] for found in self.bench.parking.all()}
        assert "ValueError" not in causes  # it was mended, and is taken
        refused = any(each.startswith("refused") for told in self.told.values() for each in told)
        assert bool(causes) == refused

    def _view(self, version: int) -> View:
        def apply(item: Any) -> Sequence[Change]:
            title = item.data["title"] if isinstance(item, Fact) else item.event.title
            key = item.subject if isinstance(item, Fact) else item.stream_id
            kind, _, _ = title.partition("-")
            if kind in self._broken:
                raise ValueError("cannot take this")
            if kind == "refused":
                odd = 2**70 if self._chance.random() < 0.5 else Expression({"$add": [{"$literal": title}, 1]})
                return [Change(key, {"odd": odd})]
            return [Change(key, {"titles": adding("titles", title), "version": version})]

        return View("both", version, apply, (COMMITS, INBOX), indexes=([("version", 1)],))

    def _fill(self, shelf: str, title: str) -> None:
        n = self._lengths[shelf]
        self.bench.log.append(append(f"shelf-{shelf}", n, f"{title}-c{shelf}{n}"))
        self._lengths[shelf] += 1
        self.told[COMMITS].add(f"{title}-c{shelf}{n}")

    def _hear(self, shelf: str, title: str) -> None:
        self._heard += 1
        self.bench.hear(fact("others", self._heard, subject=shelf, title=f"{title}-i{self._heard}"))
        self.told[INBOX].add(f"{title}-i{self._heard}")

    def _step(self, which: int, times: int) -> None:
        instance = which % 2
        reader = self._instances[instance][which // 2]
        for _ in range(times):
            try:
                reader.step(self._leases[instance])
            except (AutoReconnect, LostCheckpoint):
                continue

    def _rebuild(self, _who: Any, _which: Any) -> None:
        self.bench.views.rebuild("both")

    def _retry(self, _who: Any, _which: Any) -> None:
        self.bench.parking.mark(f"both.{self._chance.choice((COMMITS, INBOX))}")

    def _mend(self, _who: Any, _which: Any) -> None:
        if self._broken:
            self._broken.pop()

    def _start(self, version: int, _which: Any) -> None:
        """Another instance takes the lease."""
        self._version = version
        self._leases = [self._leases[1], self._leases[1] + 1]
        while True:
            try:
                self._instances = [self._instances[1], self.bench.instance(self._view(version))]
            except AutoReconnect:
                continue
            return

    def _lose(self, _collection: str, _method: str) -> Loss:
        if self._chance.random() < self._losing:
            return self._chance.choice(("before", "after"))
        return None

    def _check(self, document: dict[str, Any], whole: bool = False) -> None:
        """Each fact up to the live collection's checkpoint is shown there or parked for the collection."""
        live = document["live"]
        rows = list(self.bench.database[live].find())
        positions = {row["_id"].partition(".")[2]: row["position"] for row in rows if "position" in row}
        shown = {title for row in rows for title in row.get("titles", ())}
        for log in (COMMITS, INBOX):
            parked = {found.position for found in self.bench.parking.all(f"both.{log}", live)}
            if whole:
                assert positions[log] == self.bench.sources[log].head()
            for item in self._items(log, positions.get(log, 0)):
                loaded: Any = item.load()
                title = loaded.data["title"] if isinstance(loaded, Fact) else loaded.event.title
                assert title in shown or item.position in parked, (title, log, item.position, document)

    def _items(self, log: str, to: int) -> list[Any]:
        items: list[Any] = []
        while (after := items[-1].position if items else 0) < to:
            items += self.bench.sources[log].batch(after).items
        return [item for item in items if item.position <= to]
