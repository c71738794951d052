"""Reads that wait for a position: woken by the readers of this process, or by one shared look at another's checkpoints."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import CommandListener, CommandStartedEvent

from services.kernel.base.problem import Unavailable
from services.kernel.log.mongo_log import MongoLog
from services.kernel.readers.parking import Parking
from services.kernel.readers.reader import CommitSource
from services.kernel.views import position_waits
from services.kernel.views.position_waits import PositionWaits
from services.kernel.views.view_reader import ViewReader
from services.kernel.views.view_store import Views
from tests.support.sample_domain import BOTH, REGISTRY, SHELVES, append

FAR = 10**12


class Asked(CommandListener):
    """Counts the commands that are sent to the database."""

    def __init__(self) -> None:
        self.finds = 0

    def started(self, event: CommandStartedEvent) -> None:
        self.finds += event.command_name == "find"

    def succeeded(self, event: Any) -> None:
        """Nothing to count."""

    def failed(self, event: Any) -> None:
        """Nothing to count."""


class Instance:
    """One instance of a service: log, views and waiting reads. ``lease`` says whether it runs the readers."""

    def __init__(self, mongodb_uri: str, name: str) -> None:
        self.asked = Asked()
        self.client = MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[self.asked])
        database = self.client[name]
        self.log = MongoLog("shelves", database, REGISTRY)
        self.log.prepare()
        self.views = Views(database, [SHELVES, BOTH])
        self.views.prepare()
        source = CommitSource(self.log, REGISTRY, self.log.bell)
        self.readers = [ViewReader(view, source, self.views, database, Parking(database)) for view in (SHELVES, BOTH)]
        self.lease = True
        self.waits = PositionWaits(
            self.views,
            appended=lambda: self.log.recent.last,
            head=self.log.head,
            runs_readers=lambda: self.lease,
        )

    def write(self, n: int) -> int:
        return self.log.append(append(f"shelf-{n}", 0, f"t{n}")).position

    def read_all(self) -> None:
        for reader in self.readers:
            while reader.step(1):
                pass


@pytest.fixture
def instances(mongodb_uri: str, database: Database[dict[str, Any]]) -> Iterator[tuple[Instance, Instance]]:
    """The holder of the lease, and an instance that stands by."""
    holder, other = Instance(mongodb_uri, database.name), Instance(mongodb_uri, database.name)
    other.lease = False
    yield holder, other
    holder.client.close()
    other.client.close()


def test_a_read_returns_when_its_position_is_shown_and_is_unavailable_after_its_time(
    instances: tuple[Instance, Instance],
) -> None:
    holder, other = instances
    position = holder.write(0)
    for one in instances:
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="not shown yet"):
            one.waits.wait_for(position)
        assert position_waits.WAIT_SECONDS <= time.monotonic() - begun < position_waits.WAIT_SECONDS + 1
    holder.read_all()
    holder.waits.wait_for(position)
    other.waits.wait_for(position)
    assert holder.views.shown() == position


def test_a_position_beyond_the_log_is_refused_at_once_by_every_instance(instances: tuple[Instance, Instance]) -> None:
    instances[0].write(0)
    for one in instances:
        begun = time.monotonic()
        for position in (2, FAR):
            with pytest.raises(Unavailable, match="beyond"):
                one.waits.wait_for(position)
        assert time.monotonic() - begun < 0.5


def test_eighty_strangers_who_ask_for_the_far_future_cost_a_handful_of_questions(
    instances: tuple[Instance, Instance],
) -> None:
    holder, _ = instances
    holder.write(0)
    holder.read_all()
    before = holder.asked.finds
    with ThreadPoolExecutor(80) as strangers:
        refused = list(strangers.map(lambda n: _refused(holder, FAR + n), range(80)))
    assert all(refused)
    assert holder.asked.finds - before <= 20


def test_who_holds_the_lease_asks_nothing_of_the_database_while_reads_wait(
    instances: tuple[Instance, Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(position_waits, "LEASE_LOOK_SECONDS", 60.0)
    monkeypatch.setattr(position_waits, "WAIT_SECONDS", 60.0)
    holder, _ = instances
    holder.write(0)
    holder.read_all()
    position = holder.write(1)
    before = holder.asked.finds
    with ThreadPoolExecutor(10) as readers:
        waiting = [readers.submit(holder.waits.wait_for, position) for _ in range(10)]
        time.sleep(0.6)
        assert holder.asked.finds == before
        assert not any(one.done() for one in waiting)
        begun = time.monotonic()
        holder.read_all()
        for one in waiting:
            one.result(timeout=10)
        assert time.monotonic() - begun < 5


def test_reads_at_an_instance_that_stands_by_share_their_looks_at_the_checkpoints(
    instances: tuple[Instance, Instance],
) -> None:
    holder, other = instances
    holder.write(0)
    holder.read_all()
    position = holder.write(1)
    before, seconds = other.asked.finds, 1.0
    with ThreadPoolExecutor(40) as readers:
        waiting = [readers.submit(other.waits.wait_for, position) for _ in range(40)]
        time.sleep(seconds)
        a_look = len(other.readers)
        assert other.asked.finds - before <= (seconds / position_waits.LOOK_SECONDS + 2) * a_look + 10
        holder.read_all()
        for one in waiting:
            one.result(timeout=10)


def test_a_read_that_waits_goes_on_by_looking_when_this_instance_loses_the_lease(
    instances: tuple[Instance, Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(position_waits, "WAIT_SECONDS", 20.0)
    holder, other = instances
    holder.write(0)
    holder.read_all()
    position = holder.write(1)
    with ThreadPoolExecutor(1) as readers:
        waiting = readers.submit(holder.waits.wait_for, position)
        time.sleep(0.1)
        holder.lease = False
        other.read_all()
        waiting.result(timeout=15)


def test_beyond_the_limit_reads_are_told_to_come_again(
    instances: tuple[Instance, Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(position_waits, "WAITING_READS", 1)
    holder, _ = instances
    holder.waits = PositionWaits(holder.views, lambda: holder.log.recent.last, holder.log.head, lambda: True)
    position = holder.write(0)
    first = threading.Thread(target=_refused, args=(holder, position))
    first.start()
    time.sleep(0.2)
    with pytest.raises(Unavailable, match="too many"):
        holder.waits.wait_for(position)
    first.join(60)
    holder.read_all()
    holder.waits.wait_for(position)


def _refused(instance: Instance, position: int) -> bool:
    try:
        instance.waits.wait_for(position)
    except Unavailable:
        return True
    return False
