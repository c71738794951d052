"""Messages that cannot be stored, and a broker that refuses: the queue goes on, and nobody is called in a hurry."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from kombu import Connection
from pymongo.database import Database

from deploy.waiting import wait_until
from services.kernel.base.mongo import connect
from services.kernel.bus import subscription
from services.kernel.bus.envelope import EXCHANGE, InvalidEnvelope, canonical, envelope, parsed
from tests.support.bus_endpoints import ConsumerEndpoint, SourceEndpoint
from tests.support.sample_domain import fact

GOOD = envelope(fact("events", 1), "x")
POISON = {
    "an endless list": b"[" * 100_000,
    "a document nested too deeply": canonical(GOOD | {"data": {"a": 1}}).replace(
        b'{"a":1}', b'{"a":' * 200 + b"1" + b"}" * 200
    ),
    "half a character in the id": canonical(GOOD | {"id": "ID"}).replace(b'"ID"', b'"\\ud800"'),
    "half a character in the data": canonical(GOOD | {"data": "ID"}).replace(b'"ID"', b'{"name":"\\ud800"}'),
    "a number over 64 bits": canonical(GOOD | {"data": {"n": 2**70}}),
    "a key with a null character": canonical(GOOD | {"data": {"a\0b": 1}}),
    "a message over two megabytes": canonical(GOOD | {"data": {"text": "x" * 2_000_001}}),
    "a number of 5,000 digits": canonical(GOOD | {"data": "ID"}).replace(b'"ID"', b"1" * 5000),
}


@pytest.fixture
def stations(
    mongodb_uri: str, database: Database[dict[str, Any]], amqp_uri: str
) -> Iterator[tuple[SourceEndpoint, ConsumerEndpoint]]:
    client = connect(mongodb_uri)
    source = SourceEndpoint("events", client[f"{database.name}_events"], amqp_uri)
    consumer = ConsumerEndpoint("notifications", client[f"{database.name}_notifications"], [source], amqp_uri)
    yield source, consumer
    consumer.close()
    source.close()


@pytest.mark.parametrize("body", POISON.values(), ids=POISON.keys())
def test_what_cannot_be_stored_is_not_an_envelope(body: bytes) -> None:
    with pytest.raises(InvalidEnvelope):
        parsed(body)


def test_poison_becomes_a_stray_and_the_fact_behind_it_arrives_by_the_queue(
    stations: tuple[SourceEndpoint, ConsumerEndpoint], amqp_uri: str
) -> None:
    source, consumer = stations
    consumer.start()
    wait_until(lambda: consumer.subscriptions[0].ready, 15, "the consumer")
    with Connection(amqp_uri) as connection:
        producer = connection.Producer()
        for body in POISON.values():
            producer.publish(body, exchange=EXCHANGE, routing_key="events.odd", content_type="application/json")
    source.tell(1)
    assert source.relay is not None
    source.relay.step(1)
    wait_until(lambda: consumer.heard() == [1], 15, "the good fact")
    assert (consumer.strays.count(), source.asked) == (len(POISON), 0)


def test_a_broker_that_refuses_is_asked_again_at_growing_intervals(
    stations: tuple[SourceEndpoint, ConsumerEndpoint], amqp_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, consumer = stations
    with Connection(amqp_uri) as connection:
        connection.channel().queue_declare(consumer.subscriptions[0].queue, durable=True, auto_delete=False)
    tried: list[float] = []
    real = subscription.connection_to
    monkeypatch.setattr(subscription, "connection_to", lambda uri: (tried.append(time.monotonic()), real(uri))[1])
    consumer.start()
    wait_until(lambda: len(tried) >= 2, 10, "two tries")
    threading.Event().wait(6)
    assert "PreconditionFailed" in consumer.subscriptions[0].why
    assert len(tried) <= 8
