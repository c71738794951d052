"""What is asked of the database while nothing happens: as little as can be, and enough to notice what does."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from deploy.waiting import wait_until
from services.kernel.base.bell import Bell
from services.kernel.base.clock import FixedClock
from services.kernel.base.message import Fact
from services.kernel.base.mongo import connect
from services.kernel.bus import feed
from services.kernel.bus.feed import feed_page
from services.kernel.bus.inbox_source import InboxSource
from services.kernel.declare.view import View
from services.kernel.log.mongo_log import MongoLog
from services.kernel.log.registry import Unreadable
from services.kernel.managers.deadline_reader import DeadlineReader, Upcoming
from services.kernel.managers.manager_reader import ManagerReader
from services.kernel.managers.starts import SourceHead
from services.kernel.readers.parking import ParkedFact, Parking, ParkingReader
from services.kernel.readers.reader import Batch, Checkpoints, Item
from services.kernel.readers.runner import Runner
from services.kernel.views.view_store import Views
from services.notifications.sending.channel import Deferred
from services.notifications.sending.retry_policy import RetryPolicy
from services.notifications.sending.sender import ASK_SECONDS, SendingReader
from tests.support.manager_harness import ManagerHarness, manager_harness
from tests.support.sample_domain import AT, COPYING, REGISTRY, append, fact
from tests.support.sender_harness import SenderHarness
from tests.unit.notifications.facts import START, STARTS

__all__ = ["manager_harness"]


PREPARING = 5
"""Indexes."""
ONE_PASS = 7
"""What is due, what expires by which channel, what was taken back, and the next three moments."""


class Held:
    """A lease that is held."""

    number = 1

    def held(self) -> bool:
        return True


class Asked(CommandListener):
    """Counts what is asked of one collection."""

    def __init__(self, collection: str) -> None:
        self.collection = collection
        self.times = 0

    def started(self, event: CommandStartedEvent) -> None:
        self.times += event.command.get(event.command_name) == self.collection

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to count."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to count."""


def test_between_deadlines_the_reader_asks_the_database_nothing(
    manager_harness: ManagerHarness, mongodb_uri: str
) -> None:
    asked = Asked("manager_copying")
    upcoming = Upcoming()
    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[asked]) as client:
        database = client[manager_harness.database.name]
        deadlines = DeadlineReader(COPYING, database, manager_harness.commands, manager_harness.clock, upcoming)
        assert deadlines.step(1) == 0
        before = asked.times
        assert [deadlines.step(1) for _ in range(20)] == [0] * 20
        assert asked.times == before
        manager_harness.hear(1)
        manager(manager_harness, upcoming).step(1)
        before = asked.times
        assert [deadlines.step(1) for _ in range(20)] == [0] * 20
        assert asked.times == before
        manager_harness.clock.advance(timedelta(days=2))
        assert deadlines.step(1) == 1


@pytest.fixture
def harness(mongodb_uri: str, database: Database[dict[str, Any]]) -> SenderHarness:
    return SenderHarness(connect(mongodb_uri)[database.name], RetryPolicy())


def test_the_sender_sleeps_until_a_delivery_is_due(harness: SenderHarness) -> None:
    clock, planned = FixedClock(START - timedelta(hours=1)), Bell()
    reader = SendingReader(harness.sender, harness.deliveries, clock, planned)
    harness.plan("sri")
    assert (reader.step(1), reader.idle_seconds) == (0, ASK_SECONDS)
    threading.Timer(0.1, lambda: clock.advance(timedelta(hours=1))).start()
    begun = time.monotonic()
    reader.bell().wait(reader.bell().heard(), 30.0)
    assert time.monotonic() - begun < 5
    assert (reader.step(1), len(harness.server.sent)) == (1, 1)


def test_the_sender_sleeps_until_a_retry_a_rest_or_an_expiry(harness: SenderHarness) -> None:
    clock = FixedClock(START)
    reader = SendingReader(harness.sender, harness.deliveries, clock, Bell())
    harness.plan("sri")
    harness.server.raises["sri@x.example"] = Deferred("429", 3.0)
    assert reader.step(1) == 1
    harness.seconds += 1  # a sweep is a second after the last one
    assert (reader.step(1), reader.idle_seconds) == (0, 3.0)
    harness.now += timedelta(seconds=3)
    harness.server.down = True
    harness.seconds += 1
    reader.step(1)
    harness.seconds += 0.1
    assert reader.step(1) == 0
    assert 0 < reader.idle_seconds <= harness.policy.pause
    clock.advance(STARTS - START)
    begun = time.monotonic()
    reader.bell().wait(reader.bell().heard(), 30.0)  # it is not worth sending any more, and that is noticed
    assert time.monotonic() - begun < 5


def test_a_sender_with_nothing_to_send_asks_seldom(mongodb_uri: str, database: Database[dict[str, Any]]) -> None:
    asked, stop = Asked("deliveries"), threading.Event()
    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[asked]) as client:
        harness = SenderHarness(client[database.name], RetryPolicy())
        reader = SendingReader(harness.sender, harness.deliveries, FixedClock(START), Bell())
        runner = Runner("notifications", Held(), [reader])  # type: ignore[arg-type]
        running = threading.Thread(target=runner.run, args=(reader, stop), daemon=True)
        running.start()
        wait_until(lambda: asked.times, 10, "the first pass")
        time.sleep(3)
        stop.set()
        runner.wake()
        running.join(10)
    assert asked.times <= PREPARING + ONE_PASS


def manager(manager_harness: ManagerHarness, upcoming: Upcoming) -> ManagerReader:
    return ManagerReader(
        COPYING,
        InboxSource(manager_harness.inbox),
        database=manager_harness.database,
        checkpoints=Checkpoints(manager_harness.database),
        commands=manager_harness.commands,
        parking=manager_harness.parking,
        head_of=lambda _name: SourceHead(["e"], 0),
        upcoming=upcoming,
    )


def test_the_earliest_deadline_is_read_once() -> None:
    upcoming = Upcoming()
    for days in (3, 1, 2):
        upcoming.note(AT + timedelta(days=days))
    assert (upcoming.take(), upcoming.take()) == (AT + timedelta(days=1), None)


def test_another_lease_asks_anew_for_what_another_instance_has_set_meanwhile(manager_harness: ManagerHarness) -> None:
    deadlines = DeadlineReader(COPYING, manager_harness.database, manager_harness.commands, manager_harness.clock)
    assert deadlines.step(1) == 0
    manager_harness.hear(1)
    manager_harness.reader().step(2)  # in another process, which held the lease and lost it again
    manager_harness.clock.advance(timedelta(days=2))
    assert deadlines.step(1) == 0
    assert deadlines.step(3) == 1


class Shelf:
    """A source with one item, which can be read or not."""

    name = "commits"

    def __init__(self) -> None:
        self.readable = False

    def batch(self, _after: int, _limit: int = 0) -> Batch:
        return Batch([Item("commits", 1, 0, "shelf-s", self._load)], 1)

    def _load(self) -> Fact:
        if not self.readable:
            raise Unreadable("of a later release")
        return fact("others", 1)


def test_whether_something_is_marked_is_asked_only_where_something_is_parked(
    manager_harness: ManagerHarness, mongodb_uri: str
) -> None:
    asked, taken, shelf = Asked("parked"), [], Shelf()

    def take_marked(lease: int = 1) -> int:
        return unread.take_marked(lease, shelf, taken.append)  # type: ignore[arg-type]

    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[asked]) as client:
        unread = ParkingReader(Parking(client[manager_harness.database.name]), "eraser")
        assert take_marked() == 0
        before = asked.times
        assert [take_marked() for _ in range(20)] == [0] * 20
        assert asked.times == before
        [item] = shelf.batch(0).items
        assert unread.read(item) is None
        assert take_marked() == 0  # nobody has marked it
        manager_harness.parking.mark("eraser")
        assert (take_marked(), taken) == (1, [])  # it cannot be read yet
        shelf.readable = True
        assert take_marked() == 0
        manager_harness.parking.mark("eraser")
        assert (take_marked(), len(taken)) == (1, 1)
        assert manager_harness.parking.count("eraser") == 0
        # What another instance parks under its lease is seen under the next one.
        assert take_marked() == 0
        manager_harness.parking.park([ParkedFact("eraser", "commits", 1, 0, "s", "x", AT, retry=True)])
        assert (take_marked(1), take_marked(3), len(taken)) == (0, 1, 2)


def test_all_checkpoints_of_views_are_read_in_one_query_a_second(
    mongodb_uri: str, database: Database[dict[str, Any]]
) -> None:
    views = [View(name, 1, lambda _fact: []) for name in ("one", "two", "three")]
    Views(connect(mongodb_uri)[database.name], views).prepare()
    asked = Asked("views")
    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[asked]) as client:
        read = Views(client[database.name], views)
        assert [read.pointer(view).live for view in views * 5] == ["view_one_v1", "view_two_v1", "view_three_v1"] * 5
        assert asked.times == 1
        # What this process itself moves is seen at once.
        beside = read.rebuild("two")
        assert read.pointer(views[1]).next == beside
        read.pointers.switch(views[1], read.pointer(views[1]))
        assert [read.pointer(view).live for view in views] == ["view_one_v1", beside, "view_three_v1"]


def test_a_feed_that_has_nothing_new_asks_the_database_nothing_while_the_head_is_fresh(
    mongodb_uri: str, database: Database[dict[str, Any]]
) -> None:
    commits, epochs = Asked("commits"), Asked("epoch")
    with MongoClient[dict[str, Any]](mongodb_uri, tz_aware=True, event_listeners=[commits, epochs]) as client:
        log = MongoLog("shelves", client[database.name], REGISTRY)
        log.prepare()
        log.append(append("shelf-a", 0, "one"))
        feed_page(log, "jejaring.test", "", 0)
        before = (commits.times, epochs.times)
        head = log.last_fact()  # what the service's own poll asks once a second
        pages = [feed_page(log, "jejaring.test", log.epoch, head) for _ in range(20)]
        assert (commits.times, epochs.times) == (before[0] + 1, before[1])
        assert {(page["head"], len(page["facts"])) for page in pages} == {(head, 0)}


def test_a_feed_shows_at_once_what_its_own_process_appended_and_soon_what_another_did(
    mongodb_uri: str, database: Database[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = (MongoLog("shelves", connect(mongodb_uri)[database.name], REGISTRY) for _ in range(2))
    own.prepare()
    own.append(append("shelf-a", 0, "one"))
    told = own.last_fact()
    own.append(append("shelf-b", 0, "two"))
    assert feed_page(own, "jejaring.test", own.epoch, told)["head"] == told + 1
    other.append(append("shelf-c", 0, "three"))
    # Asked for the exact head, with a number beyond all facts.
    assert feed_page(own, "jejaring.test", own.epoch, 2**62)["head"] == told + 2
    other.append(append("shelf-d", 0, "four"))
    monkeypatch.setattr(feed, "LATELY_SECONDS", 0.0)
    page = feed_page(own, "jejaring.test", own.epoch, told + 2)
    assert (page["head"], len(page["facts"])) == (told + 3, 1)


def test_logs_are_looked_at_often_only_while_another_instance_of_the_service_lives() -> None:
    class Lease:
        def __init__(self, contested: bool) -> None:
            self._contested = contested

        def held(self) -> bool:
            return True

        def contested(self) -> bool:
            return self._contested

    class Looked:
        name, times = "commits", 0

        def poll(self) -> None:
            self.times += 1

    looks = {}
    for contested in (False, True):
        source, stop = Looked(), threading.Event()
        runner = Runner("shelves", Lease(contested), ())  # type: ignore[arg-type]
        watching = threading.Thread(target=runner.watch, args=([source], stop))
        watching.start()
        stop.wait(2.5)
        stop.set()
        watching.join(60)
        looks[contested] = source.times
    assert looks[False] in (1, 2)
    assert looks[True] > 2 * looks[False]
