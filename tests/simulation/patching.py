"""Puts the simulation's time, threads, broker and network in the place of the real ones, for as long as a block runs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

from services.kernel import assembly  # noqa: F401 - loads all modules that are patched
from services.kernel.declare.route import Routes
from tests.simulation.broker import Connection, Queue
from tests.simulation.scheduler import Scheduler, SimulatedRandom, SimulatedThreading, SimulatedTime

ROOMS = ("base", "bus", "commands", "log", "managers", "readers", "views", "privacy")
CLOCKS = ("mongo_log", "parking", "subscription")
"""Modules that ask ``datetime.now``."""
STAND_INS: dict[str, Any] = {"time": SimulatedTime, "threading": SimulatedThreading, "random": SimulatedRandom}


class SimulatedDatetime(datetime):
    """``datetime`` whose ``now`` is simulated machine time."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.fromtimestamp(SimulatedTime.time(), tz or UTC)


class SimulatedOs:
    """Stands in for the module ``os`` in ``ids``: random bytes are a count, so that a schedule can be repeated."""

    _count = 0

    @classmethod
    def urandom(cls, size: int) -> bytes:
        cls._count += 1
        return cls._count.to_bytes(size, "big")

    @classmethod
    def reset(cls) -> None:
        """Begin to count again."""
        cls._count = 0


class NoExchange:
    """Stands in for the declared exchange."""


@contextmanager
def simulated() -> Iterator[None]:
    """Patch the kernel's modules; the world of the moment is found through ``Scheduler.current.world``."""
    saved: list[tuple[Any, str, Any]] = []

    def put(module: Any, name: str, value: Any) -> None:
        saved.append((module, name, getattr(module, name)))
        setattr(module, name, value)

    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("services.kernel.") and name.split(".")[2] in ROOMS
    ]
    for module in modules:
        for name, stand_in in STAND_INS.items():
            if getattr(module, name, None) is sys.modules[name]:
                put(module, name, stand_in)
        if getattr(module, "datetime", None) is datetime and module.__name__.endswith(CLOCKS):
            put(module, "datetime", SimulatedDatetime)
    kernel = sys.modules
    put(kernel["services.kernel.base.ids"], "os", SimulatedOs)
    put(kernel["services.kernel.bus.catch_up"], "requests", _Network)
    put(kernel["services.kernel.http.operations"].Operations, "routes", lambda _self: Routes())
    relay, subscription = kernel["services.kernel.bus.relay"], kernel["services.kernel.bus.subscription"]
    put(relay, "open_connection", _open)
    put(relay, "drop_connection", lambda connection: connection and connection.end())
    put(relay, "declare_exchange", lambda _channel: NoExchange())
    put(subscription, "connection_to", _connection_to)
    put(subscription, "declare_exchange", lambda _channel: NoExchange())
    put(subscription, "Queue", Queue)
    logger = logging.getLogger("services.kernel")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
        for module, name, value in reversed(saved):
            setattr(module, name, value)


def _world() -> Any:
    return Scheduler.current.world  # type: ignore[attr-defined]


def _open(uri: str) -> Connection:
    return _world().broker.open(uri)


def _connection_to(uri: str) -> AbstractContextManager[Connection]:
    return _world().broker.connection_to(uri)


class _Network:
    """Stands in for ``requests`` in the feed: a request is answered by the source's own code."""

    import requests as _real

    RequestException = _real.RequestException

    @classmethod
    def get(cls, url: str, params: dict[str, Any], **_: Any) -> Any:
        return _world().answer_feed(url, params)
