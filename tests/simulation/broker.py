"""A broker in memory: one topic exchange, durable queues, confirmations, redelivery.

``Connection`` and ``Channel`` have the part of kombu's interface that ``relay`` and ``subscription`` use. A connection
that ends gives its unacknowledged messages back to the front of their queue.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.simulation.scheduler import Scheduler, Task

Hook = Callable[[str, str], int]
"""Called with operation and queue before an operation of a connection; returns the number of a fault, 0 for none."""
LOSE, LOSE_AFTER, REFUSE, REPEAT = 1, 2, 3, 4


class Message:
    """A message as a consumer gets it."""

    __slots__ = ("body", "delivery_tag")

    def __init__(self, body: bytes, delivery_tag: int) -> None:
        self.body = body
        self.delivery_tag = delivery_tag


class QueueState:
    """A queue at the broker: waiting messages and the channels that consume, the active channel first."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.waiting: deque[bytes] = deque()
        self.consumers: list[Channel] = []


class Broker:
    """The broker. ``down`` refuses connections and operations."""

    def __init__(self, hook: Hook) -> None:
        self.hook = hook
        self.down = False
        self.queues: dict[str, QueueState] = {}
        self.connections: list[Connection] = []
        self.confirmed: list[bytes] = []
        self.acknowledged: Callable[[bytes], None] = lambda _body: None
        """Called with each message that a consumer has acknowledged."""

    def open(self, _uri: str) -> Connection:
        """A new connection of the running task's process. Raises ``ConnectionRefusedError``."""
        fault = self.hook("open", "")
        if self.down or fault == LOSE:
            raise ConnectionRefusedError("the broker is away")
        connection = Connection(self)
        self.connections.append(connection)
        return connection

    @contextmanager
    def connection_to(self, uri: str) -> Iterator[Connection]:
        """As ``services.kernel.bus.broker.connection_to``."""
        connection = self.open(uri)
        try:
            yield connection
        finally:
            connection.end()

    @staticmethod
    def drop(connection: Connection | None) -> None:
        """As ``services.kernel.bus.broker.drop_connection``."""
        if connection is not None:
            connection.end()

    def stop(self) -> None:
        """Take the broker down. Queues and messages stay."""
        self.down = True
        for connection in list(self.connections):
            connection.end()

    def start(self) -> None:
        """Let connections in again."""
        self.down = False

    def wipe(self) -> None:
        """Lose all queues and messages."""
        for connection in list(self.connections):
            connection.end()
        self.queues.clear()

    def drop_process(self, process: Any) -> None:
        """End the connections of a process that was killed."""
        for connection in [each for each in self.connections if each.process is process]:
            connection.end()

    def publish(self, topic: str, body: bytes) -> None:
        """Put a message into every bound queue."""
        for queue in self.queues.values():
            if topic.startswith(queue.prefix):
                queue.waiting.append(body)
        for connection in self.connections:
            connection.wake()


class Connection:
    """A connection, as kombu shows it; ``connection.connection.transport.sock.settimeout`` does nothing."""

    def __init__(self, broker: Broker) -> None:
        running = Scheduler.current.running
        self.broker = broker
        self.process = running.process if running else None
        self.ended = False
        self.events: deque[Callable[[], None]] = deque()
        self.channels: list[Channel] = []
        self._waiting: Task | None = None
        self.transport = self.sock = self
        self.connection = self

    def settimeout(self, _seconds: float) -> None:
        """Do nothing: simulated operations end by themselves."""

    def channel(self) -> Channel:
        """A new channel."""
        channel = Channel(self)
        self.channels.append(channel)
        return channel

    def check(self) -> None:
        """Raise ``ConnectionResetError`` if the connection has ended."""
        if self.ended:
            raise ConnectionResetError("the connection has ended")

    def heartbeat_check(self) -> None:
        """Raise ``ConnectionResetError`` if the connection has ended."""
        self.check()

    def drain_events(self, timeout: float) -> None:
        """Handle one event. Raises ``TimeoutError`` without one."""
        scheduler = Scheduler.current
        if self.broker.hook("drain", "") == LOSE:
            self.end()
        until = scheduler.now + timeout
        while True:
            self.check()
            if self.events:
                self.events.popleft()()
                return
            for channel in self.channels:
                if channel.deliver():
                    return
            left = until - scheduler.now
            if left <= 0:
                raise TimeoutError
            self._waiting = scheduler.running
            scheduler.wait(left)
            self._waiting = None

    def wake(self) -> None:
        """Let a waiting ``drain_events`` look again."""
        if self._waiting is not None:
            Scheduler.current.wake(self._waiting)

    def end(self) -> None:
        """End the connection; unacknowledged messages go back to the front of their queues."""
        if self.ended:
            return
        self.ended = True
        if self in self.broker.connections:
            self.broker.connections.remove(self)
        for channel in self.channels:
            channel.give_back()
        self.wake()

    close = end

    def collect(self, **_: Any) -> None:
        """End the connection."""
        self.end()


class Channel:
    """A channel: publishes with confirmations, consumes with acknowledgements."""

    def __init__(self, connection: Connection) -> None:
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self._connection = connection
        self._broker = connection.broker
        self._tag = 0
        self._delivered = 0
        self._unacknowledged: dict[int, bytes] = {}
        self._queue = ""
        self._prefetch = 256
        self._callback: Callable[[Message], object] | None = None

    def confirm_select(self) -> None:
        """Confirmations are always on."""

    def prepare_message(self, body: bytes, **_: Any) -> bytes:
        """The message is its body."""
        return body

    def basic_publish(self, message: bytes, exchange: str, routing_key: str) -> None:  # noqa: ARG002
        """Publish; the confirmation is an event of the connection."""
        self._connection.check()
        fault = self._broker.hook("publish", routing_key)
        if fault == LOSE:
            self._connection.end()
            raise ConnectionResetError("lost before the message arrived")
        self._tag += 1
        tag = self._tag
        if fault == REFUSE:
            self._connection.events.append(lambda: self._tell("basic_nack", tag))
            return
        self._broker.publish(routing_key, message)
        if fault == REPEAT:
            self._broker.publish(routing_key, message)
        if fault == LOSE_AFTER:
            self._connection.end()
            raise ConnectionResetError("lost after the message arrived")
        self._broker.confirmed.append(message)
        self._connection.events.append(lambda: self._tell("basic_ack", tag))

    def _tell(self, event: str, tag: int) -> None:
        for listener in list(self.events[event]):
            listener(tag, False)

    def declare(self, queue: str, prefix: str) -> None:
        """Declare a queue and its binding."""
        self._connection.check()
        self._broker.queues.setdefault(queue, QueueState(prefix))

    def delete(self, queue: str) -> None:
        """Delete a queue and its messages."""
        self._broker.queues.pop(queue, None)

    def basic_qos(self, _size: int, count: int, _every: bool) -> None:
        """Deliver at most ``count`` unacknowledged messages."""
        self._prefetch = count

    def basic_consume(self, queue: str, callback: Callable[[Message], object], on_cancel: object = None) -> None:  # noqa: ARG002
        """Consume; of several consumers only the first gets messages."""
        self._connection.check()
        self._broker.hook("consume", queue)
        self._queue, self._callback = queue, callback
        self._broker.queues[queue].consumers.append(self)

    def deliver(self) -> bool:
        """Deliver one waiting message to this consumer; returns whether there was one."""
        queue = self._broker.queues.get(self._queue)
        if queue is None or self._callback is None or queue.consumers[:1] != [self] or not queue.waiting:
            return False
        if len(self._unacknowledged) >= self._prefetch:
            return False
        body = queue.waiting.popleft()
        self._delivered += 1
        self._unacknowledged[self._delivered] = body
        self._callback(Message(body, self._delivered))
        return True

    def basic_ack(self, tag: int, multiple: bool = False) -> None:
        """Acknowledge a message, or all messages up to it."""
        self._connection.check()
        fault = self._broker.hook("ack", self._queue)
        if fault == LOSE:
            self._connection.end()
            raise ConnectionResetError("lost before the acknowledgement arrived")
        done = [each for each in self._unacknowledged if each <= tag] if multiple else [tag]
        for each in done:
            if (body := self._unacknowledged.pop(each, None)) is not None:
                self._broker.acknowledged(body)

    def give_back(self) -> None:
        """Return what was not acknowledged to the front of the queue, in order."""
        queue = self._broker.queues.get(self._queue)
        if queue is None or self._callback is None:
            return
        if self in queue.consumers:
            queue.consumers.remove(self)
        queue.waiting.extendleft(reversed(list(self._unacknowledged.values())))
        self._unacknowledged.clear()
        for connection in self._broker.connections:
            connection.wake()


class Queue:
    """Stands in for ``kombu.Queue``."""

    def __init__(self, name: str, exchange: object = None, routing_key: str = "", **_: Any) -> None:  # noqa: ARG002
        self._name = name
        self._prefix = routing_key.removesuffix("#")
        self._channel: Channel

    def __call__(self, channel: Channel) -> Queue:
        self._channel = channel
        return self

    def declare(self) -> None:
        """Declare the queue."""
        self._channel.declare(self._name, self._prefix)

    def delete(self) -> None:
        """Delete the queue."""
        self._channel.delete(self._name)
