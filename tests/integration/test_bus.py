"""From one log through a real broker into another, and past the broker when it fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kombu import Connection
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from deploy.broker import Broker
from deploy.waiting import wait_until
from services.kernel.base.mongo import connect
from services.kernel.bus.envelope import EXCHANGE, InvalidEnvelope, canonical, checked, envelope, parsed
from services.kernel.bus.relay import Unconfirmed
from tests.support.bus_endpoints import ConsumerEndpoint, SourceEndpoint
from tests.support.sample_domain import fact


class Bus:
    """Stations on one broker and one database server."""

    def __init__(self, uri: str, name: str, amqp: str) -> None:
        self._client = connect(uri)
        self._name = name
        self.amqp = amqp
        self._made: list[Any] = []

    def source(self, name: str = "events") -> SourceEndpoint:
        station = SourceEndpoint(name, self._client[f"{self._name}_{name}"], self.amqp)
        self._made.append(station)
        return station

    def consumer(self, *sources: SourceEndpoint, name: str = "notifications") -> ConsumerEndpoint:
        station = ConsumerEndpoint(name, self._client[f"{self._name}_{name}"], list(sources), self.amqp)
        self._made.append(station)
        return station

    def close(self) -> None:
        for station in reversed(self._made):
            station.close()


@pytest.fixture
def bus(mongodb_uri: str, database: Database[dict[str, Any]], amqp_uri: str) -> Iterator[Bus]:
    bus = Bus(mongodb_uri, database.name, amqp_uri)
    yield bus
    bus.close()


def _until(condition: Callable[[], Any], what: str, seconds: float = 15) -> None:
    wait_until(condition, seconds, what)


def _publish_all(source: SourceEndpoint) -> None:
    assert source.relay is not None
    while source.relay.step(1):
        pass


def test_facts_arrive_once_and_in_order(bus: Bus) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    consumer.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    source.tell(300)
    _publish_all(source)
    _until(lambda: len(consumer.heard()) == 300, "300 facts")
    assert consumer.heard() == list(range(1, 301))
    assert source.asked == 0  # the broker brought them; the feed was not needed


def test_facts_that_arrive_together_are_stored_together(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    consumer.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    batches: list[int] = []
    insert = type(consumer.inbox._facts).insert_many

    def counted(collection: Any, documents: list[Any], **options: Any) -> Any:
        if collection.name == "inbox":
            batches.append(len(documents))
        return insert(collection, documents, **options)

    monkeypatch.setattr(type(consumer.inbox._facts), "insert_many", counted)
    source.tell(500)
    _publish_all(source)
    _until(lambda: len(consumer.heard()) == 500, "500 facts")
    assert sum(batches) == 500
    assert max(batches) <= 256
    assert len(batches) <= 50  # one by one it would be 500


def test_a_relay_that_begins_earlier_repeats_and_nothing_is_heard_twice(bus: Bus) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    consumer.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    source.tell(5)
    _publish_all(source)
    source.database["checkpoints"].delete_many({})
    assert source.relay is not None
    source.relay._told = None
    source.tell(1)
    _publish_all(source)
    _until(lambda: len(consumer.heard()) == 6, "6 facts")
    assert consumer.heard() == [1, 2, 3, 4, 5, 6]


def test_the_relay_does_not_pass_an_unconfirmed_fact_and_sends_it_again(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = bus.source()
    relay = source.relay
    assert relay is not None
    monkeypatch.setattr("services.kernel.bus.relay.CONFIRM_SECONDS", 0.5)
    monkeypatch.setattr(relay, "_acknowledged", lambda _tag, _multiple: None)  # the confirm gets lost
    source.tell(2)
    with pytest.raises(Unconfirmed):
        relay.step(1)
    assert source.database["checkpoints"].find_one({"_id": "relay"}) is None
    monkeypatch.undo()
    consumer = bus.consumer(source)
    consumer.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    _publish_all(source)
    _until(lambda: consumer.heard() == [1, 2], "both facts")
    assert source.asked == 0  # they came again, through the broker


def test_what_was_told_before_the_queue_existed_is_fetched_when_something_lies_beyond(bus: Bus) -> None:
    source = bus.source()
    source.tell(4)
    _publish_all(source)  # nobody is bound: confirmed, and gone
    consumer = bus.consumer(source)
    consumer.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    source.tell(1)
    _publish_all(source)
    _until(lambda: consumer.heard() == [1, 2, 3, 4, 5], "the gap to be filled")


def test_beyond_a_gap_nothing_is_acknowledged_while_the_feed_is_away(bus: Bus) -> None:
    source = bus.source()
    source.tell(2)
    _publish_all(source)
    source.feed_open = False
    consumer = bus.consumer(source)
    consumer.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    source.tell(1)
    _publish_all(source)
    _until(lambda: "FeedUnavailable" in consumer.subscriptions[0].why, "the subscription to say why it waits")
    assert consumer.heard() == []
    source.feed_open = True
    _until(lambda: consumer.heard() == [1, 2, 3], "all facts")


def test_a_fact_is_never_acknowledged_before_it_is_in_the_inbox(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    database_is_away = {"yes": True}
    admit = consumer.inbox.admit

    def away(*arguments: Any) -> Any:
        if database_is_away["yes"]:
            raise AutoReconnect("away")
        return admit(*arguments)

    monkeypatch.setattr(consumer.inbox, "admit", away)
    consumer.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    source.tell(3)
    _publish_all(source)
    _until(lambda: "AutoReconnect" in consumer.subscriptions[0].why, "the subscription to say why it waits")
    consumer.close()  # killed while it waits
    queue = consumer.subscriptions[0].queue

    def waiting() -> int:
        with Connection(bus.amqp) as connection:
            return int(connection.channel().queue_declare(queue, passive=True).message_count)

    _until(lambda: waiting() == 3, "all three to be back in the queue")


def test_a_deleted_queue_is_declared_again_and_what_it_lost_is_fetched(bus: Bus) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    consumer.start(watching=True)
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    with Connection(bus.amqp) as connection:
        connection.channel().queue_delete(consumer.subscriptions[0].queue)
    source.tell(3)
    _publish_all(source)
    _until(lambda: consumer.heard() == [1, 2, 3], "three facts", 10)
    _until(lambda: consumer.subscriptions[0].ready, "the queue to be back")
    asked = source.asked
    source.tell(1)
    _publish_all(source)
    _until(lambda: consumer.heard() == [1, 2, 3, 4], "the fourth")
    assert source.asked - asked <= 1


def test_with_the_broker_down_facts_arrive_within_ten_seconds(bus: Bus, broker_server: Broker) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    consumer.start(watching=True)
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    broker_server.kill()
    source.tell(3)
    _until(lambda: consumer.heard() == [1, 2, 3], "three facts past the broker", 10)
    assert not consumer.subscriptions[0].ready
    broker_server.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer to be back", 45)


def test_a_message_that_is_not_our_envelope_is_kept_as_a_stray_and_blocks_nothing(bus: Bus) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    consumer.start()
    _until(lambda: consumer.subscriptions[0].ready, "the consumer")
    with Connection(bus.amqp) as connection:
        producer = connection.Producer()
        for body in (b"\xff\xfe", b"[]", b'{"specversion": "1.0"}', canonical(envelope(fact("members", 1), "x"))):
            producer.publish(body, exchange=EXCHANGE, routing_key="events.odd", content_type="application/octet-stream")
    source.tell(1)
    _publish_all(source)
    _until(lambda: consumer.heard() == [1], "the good fact")
    assert consumer.strays.count() == 4


def test_one_dead_queue_holds_up_the_facts_of_nobody_else(
    bus: Bus, broker_server: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = bus.source()
    consumer, orphan = bus.consumer(source), bus.consumer(source, name="mentoring")
    for each in (consumer, orphan):
        each.start()
        _until(lambda each=each: each.subscriptions[0].ready, "the consumer")
    orphan.close()
    queue = f"{bus.amqp.rpartition('/')[2]}_{orphan.subscriptions[0].queue}"
    broker_server.control("eval", f'ra:stop_server(quorum_queues, {{list_to_atom("{queue}"), node()}}).')
    source.tell(3)
    relay = source.relay
    assert relay is not None
    with pytest.raises(Unconfirmed):
        relay.step(1)
    _publish_all(source)
    assert relay.lag() == 0
    _until(lambda: consumer.heard() == [1, 2, 3], "the facts")
    assert source.asked == 0

    monkeypatch.setattr("services.kernel.bus.subscription.REBIND_SECONDS", 0.5)
    with Connection(bus.amqp) as connection:
        connection.channel().queue_unbind(consumer.subscriptions[0].queue, EXCHANGE, "events.#")
    source.tell(1)
    _publish_all(source)  # to nobody
    _until(
        lambda: consumer.subscriptions[0].ready and _bound(broker_server, consumer, bus), "the binding to be back", 30
    )
    source.tell(1)
    _publish_all(source)
    _until(lambda: consumer.heard() == [1, 2, 3, 4, 5], "the facts by the queue and the gap by the feed")


def _bound(broker_server: Broker, consumer: ConsumerEndpoint, bus: Bus) -> bool:
    vhost = bus.amqp.rpartition("/")[2]
    rows = broker_server.control("list_bindings", "-p", vhost, "source_name", "destination_name").splitlines()
    return f"{EXCHANGE}\t{consumer.subscriptions[0].queue}" in rows


def test_strays_are_capped(bus: Bus, database: Database[dict[str, Any]]) -> None:
    from datetime import UTC, datetime

    from services.kernel.bus.inbox import Strays

    strays = Strays("shelves", database, limit=3)
    for n in range(5):
        strays.keep("events", str(n).encode(), "odd", lambda: datetime.now(UTC))
    assert sorted(bytes(stray["body"]) for stray in database["strays"].find()) == [b"2", b"3", b"4"]


def test_another_queue_of_that_name_with_other_arguments_is_noticed_and_said(bus: Bus) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    with Connection(bus.amqp) as connection:
        connection.channel().queue_declare(consumer.subscriptions[0].queue, durable=True, auto_delete=False)
    consumer.start()
    _until(lambda: "PreconditionFailed" in consumer.subscriptions[0].why, "the reason", 10)
    assert not consumer.subscriptions[0].ready


def test_a_fact_in_a_version_nobody_knows_yet_is_stored_as_it_came(bus: Bus) -> None:
    source = bus.source()
    consumer = bus.consumer(source)
    document = envelope(fact("events", 1), "x") | {"type": "id.jejaring.events.book-put.v9", "data": {"new": [1]}}
    assert consumer.inbox.admit("events", [checked(document)]).complete
    heard = consumer.inbox.read(0)[0]
    assert (heard.version, heard.data) == (9, {"new": [1]})


def test_the_same_fact_has_the_same_bytes_in_feed_and_on_the_bus(bus: Bus) -> None:
    source = bus.source()
    source.tell(1)
    from services.kernel.bus.feed import feed_page

    on_the_bus = canonical(envelope(source.log.facts(0)[0], "x"))
    in_the_feed = canonical(feed_page(source.log, "x", "", 0)["facts"][0])
    assert on_the_bus == in_the_feed
    assert parsed(on_the_bus)["sequence"] == "00000000000000000001"


@pytest.mark.parametrize(
    "broken",
    [
        {"specversion": "2.0"}, {"sequence": "1"}, {"sequence": "0" * 20}, {"type": "com.other.v1"}, {"time": "today"},
        {"epoch": ""}, {"source": "https://x/members"}, {"id": 7},
    ],
)  # fmt: skip
def test_an_invalid_envelope_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(InvalidEnvelope):
        checked(envelope(fact("events", 1), "x") | broken)
