"""What the kernel asks of a broker, run against the broker of the simulation and against RabbitMQ."""

from collections.abc import Callable
from functools import partial
from typing import Any

import kombu
import pytest

from services.kernel.bus import broker as real
from services.kernel.bus.envelope import EXCHANGE
from tests.simulation.broker import Broker, Queue
from tests.simulation.choices import Choices
from tests.simulation.scheduler import Scheduler


class Endpoint:
    """One way to reach a broker: opens connections, declares the queue of a consumer and a source."""

    def __init__(self, open_connection: Callable[[], Any], make_queue: Any, drop: Callable[[Any], None]) -> None:
        self.open = open_connection
        self.drop = drop
        self._make_queue = make_queue

    def declare(self, channel: Any, name: str = "hall.from.desk", source: str = "desk") -> None:
        exchange = real.declare_exchange(channel) if self._make_queue is kombu.Queue else None
        arguments = {"x-queue-type": "quorum", "x-single-active-consumer": True}
        self._make_queue(name, exchange=exchange, routing_key=f"{source}.#", durable=True, queue_arguments=arguments)(
            channel
        ).declare()

    def publish(self, channel: Any, *bodies: str, topic: str = "desk.told") -> list[str]:
        """Publish and wait for the confirmations; returns what the broker said to each message."""
        said: list[str] = []
        channel.confirm_select()
        channel.events["basic_ack"].add(lambda _tag, _multiple: said.append("ack"))
        for body in bodies:
            message = channel.prepare_message(
                body.encode(), content_type="text/plain", content_encoding="utf-8", properties={"delivery_mode": 2}
            )
            channel.basic_publish(message, exchange=EXCHANGE, routing_key=topic)
        return said

    def consume(self, channel: Any, prefetch: int = 256, name: str = "hall.from.desk") -> list[Any]:
        """Consume; returns the list to which messages are added."""
        got: list[Any] = []
        channel.basic_qos(0, prefetch, False)
        channel.basic_consume(name, callback=got.append, on_cancel=lambda _tag: None)
        return got


def drained(connection: Any, got: list[Any], count: int) -> list[str]:
    """The bodies of the messages that arrive until there are ``count``, or until nothing comes for a second."""
    while len(got) < count:
        try:
            connection.drain_events(timeout=2)
        except TimeoutError:
            break
    return [body if isinstance(body := message.body, str) else bytes(body).decode() for message in got]


@pytest.fixture(params=["simulated", "rabbitmq"])
def play(request: pytest.FixtureRequest) -> Callable[[Callable[[Endpoint], None]], None]:
    """Runs a body with an endpoint; in the simulation the body is a task."""
    if request.param == "rabbitmq":
        uri = request.getfixturevalue("amqp_uri")
        endpoint = Endpoint(partial(real.open_connection, uri), kombu.Queue, real.drop_connection)
        return lambda body: body(endpoint)

    def run(body: Callable[[Endpoint], None]) -> None:
        scheduler = Scheduler(Choices(replay=[]))
        broker = Broker(lambda _operation, _queue: 0)
        endpoint = Endpoint(partial(broker.open, ""), Queue, broker.drop)
        task = scheduler.spawn("test", request, partial(body, endpoint))
        assert scheduler.run(lambda: task.dead, seconds=60)

    return run


Play = Callable[[Callable[[Endpoint], None]], None]


def test_messages_come_in_order_and_stay_until_they_are_acknowledged(play: Play) -> None:
    def body(end: Endpoint) -> None:
        connection = end.open()
        channel = connection.channel()
        end.declare(channel)
        end.publish(channel, "1", "2", "3")
        got = end.consume(channel)
        assert drained(connection, got, 3) == ["1", "2", "3"]
        channel.basic_ack(got[0].delivery_tag, multiple=False)
        connection.heartbeat_check()
        end.drop(connection)
        again = end.open()
        assert drained(again, end.consume(again.channel()), 2) == ["2", "3"]
        end.drop(again)

    play(body)


def test_one_acknowledgement_can_speak_for_all_before_it(play: Play) -> None:
    def body(end: Endpoint) -> None:
        connection = end.open()
        channel = connection.channel()
        end.declare(channel)
        end.publish(channel, "1", "2", "3")
        got = end.consume(channel)
        drained(connection, got, 3)
        channel.basic_ack(got[1].delivery_tag, multiple=True)
        drained(connection, got, 4)  # the broker has taken the acknowledgement when this ends
        end.drop(connection)
        again = end.open()
        assert drained(again, end.consume(again.channel()), 1) == ["3"]
        end.drop(again)

    play(body)


def test_each_published_message_is_confirmed(play: Play) -> None:
    def body(end: Endpoint) -> None:
        connection = end.open()
        channel = connection.channel()
        end.declare(channel)
        said = end.publish(channel, "1", "2")
        while len(said) < 1:
            connection.drain_events(timeout=5)
        assert set(said) == {"ack"}
        end.drop(connection)

    play(body)


def test_a_message_without_a_queue_is_confirmed_and_gone(play: Play) -> None:
    def body(end: Endpoint) -> None:
        connection = end.open()
        channel = connection.channel()
        end.declare(channel)
        said = end.publish(channel, "lost", topic="other.told")
        while not said:
            connection.drain_events(timeout=5)
        assert drained(connection, end.consume(channel), 1) == []
        end.drop(connection)

    play(body)


def test_only_the_first_consumer_gets_messages_until_it_leaves(play: Play) -> None:
    def body(end: Endpoint) -> None:
        first, second = end.open(), end.open()
        one, two = first.channel(), second.channel()
        end.declare(one)
        got_one, got_two = end.consume(one), end.consume(two)
        end.publish(two, "1", "2")
        assert drained(first, got_one, 2) == ["1", "2"]
        assert drained(second, got_two, 1) == []
        end.drop(first)
        assert drained(second, got_two, 2) == ["1", "2"]
        end.drop(second)

    play(body)


def test_no_more_than_the_prefetch_waits_for_acknowledgement(play: Play) -> None:
    def body(end: Endpoint) -> None:
        connection = end.open()
        channel = connection.channel()
        end.declare(channel)
        end.publish(channel, "1", "2", "3")
        got = end.consume(channel, prefetch=2)
        assert drained(connection, got, 3) == ["1", "2"]
        channel.basic_ack(got[0].delivery_tag, multiple=False)
        assert drained(connection, got, 3) == ["1", "2", "3"]
        end.drop(connection)

    play(body)


def test_declaring_again_keeps_the_messages(play: Play) -> None:
    def body(end: Endpoint) -> None:
        connection = end.open()
        channel = connection.channel()
        end.declare(channel)
        end.publish(channel, "1")
        end.declare(channel)
        assert drained(connection, end.consume(channel), 1) == ["1"]
        end.drop(connection)

    play(body)
