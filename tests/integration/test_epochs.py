"""A source is restored from a backup: each subscriber hears every fact that the source still has, once and in order."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from deploy.waiting import wait_until
from services.kernel.base.metrics import Metrics
from services.kernel.base.mongo import connect
from services.kernel.bus.envelope import envelope
from services.kernel.bus.inbox import Expected, Inbox, SourceRestored
from tests.support.bus_endpoints import ConsumerEndpoint, SourceEndpoint
from tests.support.sample_domain import fact


class Stations:
    """A source and its consumers without a broker; facts travel by the feed."""

    def __init__(self, uri: str, name: str) -> None:
        self._client = connect(uri)
        self._name = name
        self.source = SourceEndpoint("events", self._client[f"{name}_events"])
        self._consumers = 0

    def consumer(self, name: str = "") -> ConsumerEndpoint:
        """A consumer that has heard nothing; with a name, an instance of the consumer of this name."""
        self._consumers += 1
        database = self._client[f"{self._name}_{name or f'consumer{self._consumers}'}"]
        return ConsumerEndpoint("notifications", database, [self.source])

    def close(self) -> None:
        self.source.close()
        self._client.close()


@pytest.fixture
def stations(mongodb_uri: str, database: Database[dict[str, Any]]) -> Iterator[Stations]:
    stations = Stations(mongodb_uri, database.name)
    yield stations
    stations.close()


def titles(*ranges: tuple[str, int, int]) -> list[str]:
    return [f"{word}{n}" for word, first, last in ranges for n in range(first, last + 1)]


def heard(consumer: ConsumerEndpoint) -> list[str]:
    consumer.catch_up.run("events")
    return consumer.titles()


def test_a_fact_is_of_the_epoch_of_its_number_also_when_it_is_read_later(stations: Stations) -> None:
    source = stations.source
    source.tell(3)
    first = source.log.epoch
    source.log.begin_epoch()
    source.restart()
    source.tell(2)
    assert source.log.epoch != first
    told = source.log.facts(0)
    assert [(fact.n, fact.epoch == first) for fact in told] == [(1, True), (2, True), (3, True), (4, False), (5, False)]
    source.restart()
    assert source.log.facts(0) == told


def test_a_log_of_an_earlier_release_has_one_epoch(stations: Stations) -> None:
    stations.source.database["epoch"].replace_one({"_id": "epoch"}, {"_id": "epoch", "epoch": "old", "first": 1})
    stations.source.restart()
    stations.source.tell(1)
    assert [fact.epoch for fact in stations.source.log.facts(0)] == ["old"]
    stations.source.log.begin_epoch()
    stations.source.restart()
    assert [(epoch.epoch == "old", epoch.first) for epoch in stations.source.log.history().epochs] == [
        (True, 1), (False, 2),
    ]  # fmt: skip
    document = stations.source.database["epoch"].find_one({"_id": "epoch"}) or {}
    assert (document["epoch"], document["first"]) == (stations.source.log.epoch, 2)  # what the earlier release reads


def test_consumers_behind_level_ahead_and_fresh_hear_everything_that_the_restored_source_has(
    stations: Stations,
) -> None:
    source = stations.source
    behind, level, ahead = stations.consumer(), stations.consumer(), stations.consumer()
    source.tell(2)
    heard(behind)
    source.tell(3)
    backup = source.backup()
    heard(level)
    source.tell(4)
    heard(ahead)
    source.restore(backup)
    source.tell(3, "new")
    fresh = stations.consumer()
    everything = titles(("t", 1, 5), ("new", 6, 8))
    assert [heard(consumer) for consumer in (behind, level, fresh)] == [everything] * 3
    assert heard(ahead) == titles(("t", 1, 9), ("new", 6, 8))
    assert [consumer.inbox.forgotten("events") for consumer in (behind, level, ahead, fresh)] == [0, 0, 4, 0]
    source.tell(1, "new")
    assert [heard(consumer)[-1] for consumer in (behind, level, ahead, fresh)] == ["new9"] * 4


def test_a_source_that_was_restored_without_facts_since_is_followed_too(stations: Stations) -> None:
    source, consumer = stations.source, stations.consumer()
    source.tell(2)
    backup = source.backup()
    source.tell(2)
    heard(consumer)
    source.restore(backup)
    assert heard(consumer) == titles(("t", 1, 4))
    assert consumer.inbox.expected("events") == Expected(source.log.epoch, 3)
    source.tell(1, "new")
    assert heard(consumer) == titles(("t", 1, 4), ("new", 3, 3))


def test_a_source_that_was_restored_twice_from_one_backup_forgets_the_first_restores_epoch(stations: Stations) -> None:
    source = stations.source
    early, late, asleep = stations.consumer(), stations.consumer(), stations.consumer()
    source.tell(3)
    backup = source.backup()
    source.tell(3)
    heard(asleep)
    source.restore(backup)
    source.tell(4, "second")
    heard(early)
    source.restore(backup)
    source.tell(2, "third")
    everything = titles(("t", 1, 3), ("third", 4, 5))
    assert heard(late) == everything
    assert heard(early) == titles(("t", 1, 3), ("second", 4, 7), ("third", 4, 5))
    assert heard(asleep) == titles(("t", 1, 6), ("third", 4, 5))
    assert [consumer.inbox.forgotten("events") for consumer in (early, late, asleep)] == [4, 0, 3]


def test_a_source_that_was_restored_twice_one_after_the_other_is_followed_through_both(stations: Stations) -> None:
    source = stations.source
    behind, ahead = stations.consumer(), stations.consumer()
    source.tell(2)
    heard(behind)
    source.tell(1)
    backup = source.backup()
    source.tell(3)
    heard(ahead)
    source.restore(backup)
    source.tell(2, "second")
    backup = source.backup()
    source.tell(2, "second")
    heard(ahead)
    source.restore(backup)
    source.tell(1, "third")
    assert heard(behind) == titles(("t", 1, 3), ("second", 4, 5), ("third", 6, 6))
    assert heard(ahead) == titles(("t", 1, 6), ("second", 4, 7), ("third", 6, 6))
    assert len(ahead.inbox.epochs("events")) == 3


def test_two_instances_of_a_consumer_follow_a_restored_source_once(stations: Stations) -> None:
    source = stations.source
    one, two = stations.consumer("both"), stations.consumer("both")
    source.tell(3)
    backup = source.backup()
    source.tell(2)
    heard(one)
    heard(two)
    source.restore(backup)
    source.tell(2, "new")
    heard(one)
    assert heard(two) == titles(("t", 1, 5), ("new", 4, 5))
    source.tell(1, "new")
    heard(two)
    assert heard(one) == titles(("t", 1, 5), ("new", 4, 6))
    assert [each.inbox.forgotten("events") for each in (one, two)] == [2, 2]


@pytest.mark.parametrize("since", [0, 1, 2, 5])
def test_a_restore_without_an_epoch_is_loud_and_nothing_is_stored_until_an_epoch_begins(
    stations: Stations, since: int
) -> None:
    source = stations.source
    ahead, behind = stations.consumer(), stations.consumer()
    source.tell(3)
    backup = source.backup()
    source.tell(2)
    heard(ahead)
    source.restore(backup, begin=False)
    source.tell(since, "new")
    if since == 2:  # level with what was heard: nothing to ask for, until there is more
        assert heard(ahead) == titles(("t", 1, 5))
        source.tell(1, "new")
    for _ in range(2):
        with pytest.raises(SourceRestored, match="--after 3"):
            ahead.catch_up.run("events")
    told = source.log.last_fact()
    assert ahead.titles() == titles(("t", 1, 5))
    with pytest.raises(SourceRestored):  # by the queue, too
        ahead.inbox.admit("events", [envelope(fact("events", 6, epoch=source.log.epoch), "x")])
    heard(behind)  # knows of nothing that is gone

    source.log.begin_epoch()  # too late for the facts that were told since
    source.restart()
    if since:
        with pytest.raises(SourceRestored, match="--after 3"):
            ahead.catch_up.run("events")
    source.log.begin_epoch(after=3)
    source.restart()
    source.tell(1, "newer")
    everything = titles(("t", 1, 3), ("new", 4, told), ("newer", told + 1, told + 1))
    assert heard(ahead) == titles(("t", 1, 5)) + everything[3:]
    assert heard(behind) == everything
    assert heard(stations.consumer()) == everything
    assert ahead.inbox.restored("events") == ""


def test_a_restore_that_is_itself_taken_back_needs_no_epoch(stations: Stations) -> None:
    source, consumer = stations.source, stations.consumer()
    source.tell(3)
    backup = source.backup()
    source.tell(2)
    right = source.backup()
    heard(consumer)
    source.restore(backup, begin=False)
    with pytest.raises(SourceRestored):
        consumer.catch_up.run("events")
    source.restore(right, begin=False)
    source.tell(1)
    assert heard(consumer) == titles(("t", 1, 6))


def test_another_fact_under_a_number_that_is_stored_is_noticed_in_the_queue(stations: Stations) -> None:
    source, consumer = stations.source, stations.consumer()
    source.tell(3)
    heard(consumer)
    told = [envelope(each, "x") for each in source.log.facts(0)]
    assert consumer.inbox.admit("events", told).complete
    with pytest.raises(SourceRestored):
        consumer.inbox.admit("events", [told[2] | {"id": "another"}])


def test_messages_of_an_ended_epoch_are_duplicates_if_they_were_heard_and_foreign_if_not(stations: Stations) -> None:
    source, consumer = stations.source, stations.consumer()
    source.tell(3)
    backup = source.backup()
    source.tell(3)
    before = [envelope(each, "x") for each in source.log.facts(0)]
    consumer.inbox.admit("events", before[:5])
    source.restore(backup)
    heard(consumer)
    admission = consumer.inbox.admit("events", before)
    assert (admission.stored, [each["sequence"][-1] for each in admission.foreign]) == (0, ["6"])


def test_an_inbox_of_an_earlier_release_knows_the_epoch_it_is_in(
    stations: Stations, database: Database[dict[str, Any]], mongodb_uri: str
) -> None:
    source, consumer = stations.source, stations.consumer("old")
    source.tell(2)
    heard(consumer)
    assert list(connect(mongodb_uri)[f"{database.name}_old"]["sources"].find()) == []  # as it was stored until now
    assert consumer.inbox.epochs("events") == [source.log.epoch]
    source.log.begin_epoch()
    source.restart()
    source.tell(1, "new")
    assert heard(stations.consumer("old")) == titles(("t", 1, 2), ("new", 3, 3))
    assert len(stations.consumer("old").inbox.epochs("events")) == 2


def test_how_much_a_source_has_forgotten_is_a_metric_also_after_a_restart(
    stations: Stations, database: Database[dict[str, Any]], mongodb_uri: str
) -> None:
    source, consumer = stations.source, stations.consumer("counting")
    source.tell(1)
    backup = source.backup()
    source.tell(2)
    heard(consumer)
    source.restore(backup)
    heard(consumer)
    metrics = Metrics()
    Inbox("notifications", connect(mongodb_uri)[f"{database.name}_counting"], metrics).prepare()
    labels = {"service": "notifications", "source": "events"}
    assert metrics.registry.get_sample_value("jejaring_inbox_forgotten_facts", labels) == 2


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.integers(1, 4)),
        st.tuples(st.just("hear"), st.integers(0, 2)),
        st.tuples(st.just("backup"), st.just(0)),
        st.tuples(st.just("restore"), st.integers(0, 3)),
    ),
    max_size=14,
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_is_restored_whenever_consumers_end_with_what_the_source_has(
    database: Database[dict[str, Any]], mongodb_uri: str, steps: list[tuple[str, int]]
) -> None:
    stations = Stations(mongodb_uri, f"{database.name}_{abs(hash(str(steps))) % 10**9}")
    try:
        source, consumers = stations.source, [stations.consumer() for _ in range(3)]
        backups, restores = [source.backup()], 0
        for what, number in steps:
            if what == "tell":
                source.tell(number, f"r{restores}-")
            elif what == "hear":
                heard(consumers[number])
            elif what == "backup":
                backups.append(source.backup())
            else:
                restores += 1
                source.restore(backups[number % len(backups)])
        told = [fact.data["title"] for fact in source.log.facts(0, 10_000)]
        for consumer in [*consumers, stations.consumer()]:
            ids = [fact.id for fact in consumer.inbox.read(0, 10_000)]
            at_the_end = heard(consumer)
            assert len(set(at_the_end)) == len(at_the_end)
            assert [title for title in at_the_end if title in told] == told
            assert [fact.id for fact in consumer.inbox.read(0, 10_000)][: len(ids)] == ids
            assert consumer.inbox.forgotten("events") >= len(at_the_end) - len(told)
    finally:
        stations.close()


def test_a_restored_source_is_followed_through_the_queue(
    database: Database[dict[str, Any]], mongodb_uri: str, amqp_uri: str
) -> None:
    client = connect(mongodb_uri)
    source = SourceEndpoint("events", client[f"{database.name}_events"], amqp_uri)
    consumer = ConsumerEndpoint("notifications", client[f"{database.name}_notifications"], [source], amqp_uri)

    def publish() -> None:
        while source.relay is not None and source.relay.step(1):
            pass

    try:
        source.tell(3)
        backup = source.backup()
        consumer.start()
        wait_until(lambda: consumer.subscriptions[0].ready, 30, "the consumer")
        source.tell(2)
        publish()
        wait_until(lambda: consumer.heard() == [1, 2, 3, 4, 5], 30, "five facts")
        source.restore(backup, begin=False)
        source.tell(2, "new")
        publish()
        wait_until(lambda: "--after 3" in consumer.subscriptions[0].why, 30, "the subscription to say what to do")
        source.log.begin_epoch(after=3)
        source.restart()
        source.tell(1, "new")
        publish()
        wait_until(lambda: consumer.titles() == titles(("t", 1, 5), ("new", 4, 6)), 30, "the new facts")
        wait_until(lambda: consumer.subscriptions[0].why == "", 30, "no more complaint")
        assert consumer.strays.count() == 0  # new4 and new5 came in the ended epoch, too, and are known by their ids
    finally:
        consumer.close()
        source.close()
        client.close()
