"""A connection to the broker on which every operation has a deadline.

A starting broker accepts connections before it can serve its queues, and a broker under a memory alarm reads nothing
more. Without a deadline, declaring and publishing would wait for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from amqp.exceptions import AMQPError
from kombu import Connection, Exchange
from kombu.exceptions import KombuError

from services.kernel.bus.envelope import EXCHANGE

CONNECT_SECONDS = 3.0
OPERATION_SECONDS = 3.0
HEARTBEAT_SECONDS = 20

BROKER_ERRORS: tuple[type[Exception], ...] = (OSError, KombuError, AMQPError)
"""The errors of a broker that is away, starting, full or that refuses; ``OSError`` includes timeouts."""


def open_connection(uri: str) -> Connection:
    """An open connection. Raises ``BROKER_ERRORS`` within a few seconds."""
    connection = Connection(uri, connect_timeout=CONNECT_SECONDS, heartbeat=HEARTBEAT_SECONDS)
    connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
    connection.connection.transport.sock.settimeout(OPERATION_SECONDS)
    return connection


def drop_connection(connection: Connection | None) -> None:
    """Close the socket without AMQP's closing handshake: a broker that does not answer would not answer the handshake
    either.
    """
    if connection is not None:
        connection.collect(socket_timeout=0.1)


@contextmanager
def connection_to(uri: str) -> Iterator[Connection]:
    """An open connection, closed at the end of the block, and dropped at once after an error."""
    connection = open_connection(uri)
    try:
        yield connection
    except BaseException:
        drop_connection(connection)
        raise
    connection.close()


def declare_exchange(channel: Any) -> Exchange:
    """Declare and return the exchange of all facts. Publisher and subscriber both declare the exchange at every
    connection.
    """
    exchange = Exchange(EXCHANGE, type="topic", durable=True)
    exchange(channel).declare()
    return exchange
