"""Every call of the database may be lost, or its answer: parking, rebuild and switch of a view still lose no fact."""

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
from services.kernel.declare.view import COMMITS, INBOX, Change, Expression, View, adding
from services.kernel.readers.reader import LostCheckpoint
from tests.support.faulty_database import Loss
from tests.support.sample_domain import append, fact
from tests.support.view_bench import Bench, SmallBatches, level

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
    """A view of two logs, in two versions, on two instances."""
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
        self.bench.sources = {name: SmallBatches(source, 2) for name, source in self.bench.sources.items()}  # type: ignore[misc]
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
