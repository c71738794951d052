"""Publishes the facts of the commits to the broker: in order, and the checkpoint moves only after the broker's
confirmation.

The broker confirms a message when all bound queues have the message. So one queue that never answers, its node killed at
a bad moment or its service gone, would hold up the facts for all. The relay then tries each service's queue by itself and
takes the binding away from those that do not confirm: their consumers go by the feed, and bind again (``subscription``).

At most one window of messages waits for confirmation. Messages without a confirmation after 5 s are sent again from the
checkpoint; subscribers know the numbers and drop repeated facts. A fact without a subscriber is not lost: the feed has
all facts.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Sequence
from typing import Any

from kombu import Connection

from services.kernel.base.bell import Bell
from services.kernel.base.metrics import Metrics
from services.kernel.bus.broker import connection_to, declare_exchange, drop_connection, open_connection
from services.kernel.bus.envelope import CONTENT_TYPE, EXCHANGE, canonical, envelope, routing_key
from services.kernel.log.mongo_log import MongoLog
from services.kernel.readers.reader import Checkpoints

log = logging.getLogger(__name__)
WINDOW = 256
CONFIRM_SECONDS = 5.0
PROBE_SECONDS = 2.0
FLUSH_SECONDS = 1.0
PERSISTENT = 2


class Unconfirmed(Exception):
    """The broker did not confirm in time; the messages are sent again."""


class Relay:
    """The reader that publishes the facts of one service's own log. Its checkpoint counts facts, not positions."""

    name = "relay"

    def __init__(
        self,
        event_log: MongoLog,
        checkpoints: Checkpoints,
        amqp: str,
        community_host: str,
        *,
        queues: Sequence[str] = (),
        metrics: Metrics | None = None,
    ) -> None:
        self._queues = queues
        self._metrics = metrics
        self._log = event_log
        self._checkpoints = checkpoints
        self._uri = amqp
        self._community_host = community_host
        self._connection: Connection | None = None
        self._channel: Any = None
        self._tag = 0
        self._pending: set[int] = set()
        self._told: int | None = None
        self._moved = 0
        self._since = 0.0

    def step(self, lease: int) -> int:
        try:
            if self._told is None:
                self._moved = self._checkpoints.position(self.name, lease)
                # A checkpoint beyond the log is from before a restore: the facts of the present epoch are new.
                beyond = self._moved > self._log.last_fact()
                self._told = self._log.history().present.first - 1 if beyond else self._moved
                self._since = time.monotonic()
            facts = self._log.facts(self._told, WINDOW)
            if facts:
                messages = [(routing_key(fact), canonical(envelope(fact, self._community_host))) for fact in facts]
                try:
                    self._publish(messages)
                except Unconfirmed:
                    self._unbind_dead_queues(messages[0][1])
                    raise
                self._told = facts[-1].n
            else:
                self._heartbeat()
            if self._told != self._moved and (not facts or time.monotonic() - self._since >= FLUSH_SECONDS):
                self._checkpoints.move(self.name, lease, self._moved, self._told)
                self._moved, self._since = self._told, time.monotonic()
        except Exception:
            self._told = None
            self.close()
            raise
        return len(facts)

    def lag(self) -> int:
        """How many facts are told and not confirmed; while no step runs, counted from the stored checkpoint."""
        told = self._told if self._told is not None else self._checkpoints.position(self.name, sys.maxsize)
        return self._log.last_fact() - told

    def bell(self) -> Bell:
        return self._log.bell

    def close(self) -> None:
        """Drop the connection; the next step opens another."""
        connection, self._connection, self._channel = self._connection, None, None
        drop_connection(connection)

    def _publish(self, messages: list[tuple[str, bytes]]) -> None:
        """Send all messages, then wait for all confirmations. Raises ``Unconfirmed`` or the transport's own errors."""
        channel = self._open()
        for topic, body in messages:
            channel.basic_publish(_message(channel, body), exchange=EXCHANGE, routing_key=topic)
            self._tag += 1
            self._pending.add(self._tag)
        deadline = time.monotonic() + CONFIRM_SECONDS
        while self._pending:
            remaining = deadline - time.monotonic()
            if remaining <= 0 or self._connection is None:
                raise Unconfirmed(f"{len(self._pending)} of {len(messages)} messages")
            try:
                self._connection.drain_events(timeout=remaining)
            except TimeoutError:
                continue

    def _unbind_dead_queues(self, body: bytes) -> None:
        """Send one unconfirmed fact to each service's queue directly, and take the binding from each queue that does not
        confirm. A queue that does not exist confirms; a fact that comes twice is dropped by the inbox.
        """
        for queue in self._queues:
            if self._confirms(queue, body):
                continue
            with connection_to(self._uri) as connection:
                connection.channel().queue_unbind(queue, EXCHANGE, f"{self._log.source}.#")
            log.error("a queue does not confirm; its service goes by the feed", extra={"queue": queue})
            if self._metrics is not None:
                self._metrics.unbound.labels(self._log.source, queue).inc()

    def _confirms(self, queue: str, body: bytes) -> bool:
        answers: list[bool] = []
        connection = open_connection(self._uri)
        try:
            channel = connection.channel()
            channel.confirm_select()
            channel.events["basic_ack"].add(lambda *_: answers.append(True))
            channel.events["basic_nack"].add(lambda *_: answers.append(False))
            channel.basic_publish(_message(channel, body), exchange="", routing_key=queue)
            deadline = time.monotonic() + PROBE_SECONDS
            while not answers and (left := deadline - time.monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    connection.drain_events(timeout=left)
        finally:
            drop_connection(connection)
        return answers == [True]

    def _open(self) -> Any:
        if self._channel is None:
            self._connection = open_connection(self._uri)
            self._channel = self._connection.channel()
            declare_exchange(self._channel)
            self._channel.confirm_select()
            self._channel.events["basic_ack"].add(self._acknowledged)
            self._channel.events["basic_nack"].add(self._refused)
            self._tag, self._pending = 0, set()
        return self._channel

    def _acknowledged(self, delivery_tag: int, multiple: bool) -> None:
        if multiple:
            self._pending = {tag for tag in self._pending if tag > delivery_tag}
        else:
            self._pending.discard(delivery_tag)

    def _refused(self, delivery_tag: int, _multiple: bool) -> None:
        raise Unconfirmed(f"message {delivery_tag} was refused")

    def _heartbeat(self) -> None:
        if self._connection is not None:
            try:
                self._connection.heartbeat_check()
                self._connection.drain_events(timeout=0.001)
            except TimeoutError:
                return


def _message(channel: Any, body: bytes) -> Any:
    return channel.prepare_message(
        body, content_type=CONTENT_TYPE, content_encoding="utf-8", properties={"delivery_mode": PERSISTENT}
    )
