"""A whole stack on real parts: RabbitMQ, SecantusDB, mailbox, receiver, four services and the gateway, each a process.

All parts listen on free ports of the loopback and keep their data in one folder. Two proxies stand in the stack: between events
and the database, and between the gateway and events. They lose single answers.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kombu import Connection

from deploy import keys, ports
from deploy.broker import Broker
from deploy.database import Database
from deploy.demo.mailbox.server import Mailbox
from deploy.demo.receiver.server import ReceiverServer
from deploy.waiting import wait_until
from services.kernel.base.clock import DemoClock
from services.kernel.base.local_time import zone
from tests.support.proxy import Proxy
from tests.support.services import SERVICES, ChildServices

PREFIX = "trial_"
HEARS = {
    "members": ("events", "mentoring"),
    "events": ("members",),
    "mentoring": ("members", "events"),
    "notifications": ("members", "events", "mentoring", "notifications"),
}
"""Who hears whom: each pair is a queue."""
PROXIED = "events"


class Stack:
    """All processes of one trial. `kill`, `start` and `pid` take a service, "gateway", "database", "broker", "mailbox" or
    "receiver".
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._broker_folder = folder / "broker"
        self.broker = Broker(self._broker_folder)
        self.database = Database(folder / "database")
        self.mailbox = Mailbox(folder / "mails")
        self.receiver = ReceiverServer(folder / "receiver")
        self.to_database = Proxy(ports.HOST, self.database.port)
        self._clock = folder / "clock.json"
        self.environment = {
            "MONGODB_URI": self.database.uri,
            "JEJARING_DATABASE_PREFIX": PREFIX,
            "AMQP_URI": self.broker.uri(),
            "SMTP_URI": self.mailbox.smtp_uri,
            "JEJARING_SECRETS": str(keys.ensure(folder / "keys")),
            "JEJARING_CLOCK": f"demo:{self._clock}",
            "JEJARING_COMMUNITY_HOST": "jejaring.test",
            **self.receiver.environment,
        }
        self.services = ChildServices(folder, self.environment, measured=False)
        self.to_events = Proxy(ports.HOST, int(self.services.url(PROXIED).rpartition(":")[2]))
        self._twins: list[ChildServices] = []

    @contextlib.contextmanager
    def running(self) -> Iterator[Stack]:
        """Start everything; stop everything at the end of the block in any case."""
        try:
            self._at_nine_in_the_morning()
            for server in (self.database, self.mailbox, self.receiver, self.broker):
                server.start()
            for name in SERVICES:
                self.services.start(name, wait=False, environment=self._of_process(name))
            gateway = {"EVENTS_URL": f"http://{ports.HOST}:{self.to_events.port}"}
            self.services.start_gateway(wait=False, environment=gateway)
            self.services.wait_ready(*SERVICES, "gateway", deadline_seconds=60)
            yield self
        finally:
            for services in (*self._twins, self.services):
                services.close()
            for proxy in (self.to_database, self.to_events):
                proxy.close()
            for server in (self.mailbox, self.receiver, self.broker, self.database):
                server.stop()

    def kill(self, name: str) -> None:
        """SIGKILL."""
        if (server := self._server(name)) is not None:
            server.kill()
        else:
            self.services.kill(name)

    def start(self, name: str) -> None:
        """Start what was killed, without waiting for a service; a server is waited for."""
        if (server := self._server(name)) is not None:
            server.start()
        else:
            self.services.restart(name, wait=False)

    def pid(self, name: str) -> int:
        server = self._server(name)
        return self.services.pid(name) if server is None else server.pid

    def wipe_broker(self) -> None:
        """Delete all that the broker knows. It must not be running."""
        shutil.rmtree(self._broker_folder / "data")

    def delete_queues(self) -> None:
        """Delete every queue, with what waits in it."""
        with Connection(self.environment["AMQP_URI"], connect_timeout=5) as connection:
            for consumer, sources in HEARS.items():
                for source in sources:
                    connection.channel().queue_delete(f"{consumer}.from.{source}")

    def start_twin(self, name: str) -> ChildServices:
        """A second instance of a service, under its own name and on its own port."""
        addresses = {f"{one.upper()}_URL": self.services.url(one) for one in SERVICES if one != name}
        environment = {**self.environment, **addresses, "JEJARING_INSTANCE": "twin"}
        (folder := self.folder / f"twin-{len(self._twins)}").mkdir()
        twin = ChildServices(folder, environment, measured=False)
        self._twins.append(twin)
        twin.start(name, wait=False)
        return twin

    def usable(self, name: str) -> bool:
        """Whether a part does its work again: a service answers requests; after the database and the broker, all services do,
        and behind the broker lack nothing.
        """
        match name:
            case "gateway":
                return self.services.status("gateway", "/healthz") == 200
            case "database":
                return all(self.services.status(one, "/readyz") == 200 for one in SERVICES)
            case "broker":
                return all((state := self.readiness(one)) is not None and not state["degraded"] for one in SERVICES)
            case "mailbox" | "receiver":
                return bool((server := self._server(name)) and server.alive)
            case _:
                return self.services.status(name, "/readyz") == 200

    def readiness(self, name: str) -> Mapping[str, Any] | None:
        """What /readyz of a service says when it answers 200."""
        return _json(f"{self.services.url(name)}/readyz")

    def at_rest(self) -> list[str]:
        """What is still on its way between the services and in their readers; empty at rest."""
        statuses = {name: _json(f"{self.services.url(name)}/internal/status") for name in SERVICES}
        moving = [f"{name} does not answer" for name, status in statuses.items() if status is None]
        if moving:
            return moving
        for name, status in statuses.items():
            assert status is not None
            moving += [
                f"{name}: {reader} has {lag}" for reader, lag in status["readers"].items() if lag and reader != "sender"
            ]
            for source in HEARS[name]:
                heard, told = status["heard"].get(source), (statuses[source] or {})["facts"]
                if heard != told:
                    moving.append(f"{name} heard {heard} of {told} facts of {source}")
        return moving

    def wait_usable(self, name: str, deadline_seconds: float = 90) -> float:
        """Seconds until a part is usable. Raises ``DeadlinePassed``."""
        begun = time.monotonic()
        wait_until(lambda: self.usable(name), deadline_seconds, f"{name} to be usable", 0.02)
        return round(time.monotonic() - begun, 3)

    def _server(self, name: str) -> Broker | Database | Mailbox | ReceiverServer | None:
        servers = {
            "broker": self.broker,
            "database": self.database,
            "mailbox": self.mailbox,
            "receiver": self.receiver,
        }
        return servers.get(name)

    def _of_process(self, name: str) -> Mapping[str, str]:
        return {"MONGODB_URI": f"mongodb://{ports.HOST}:{self.to_database.port}/"} if name == PROXIED else {}

    def _at_nine_in_the_morning(self) -> None:
        """In the community's quiet hours mails would wait until the hours end."""
        now = datetime.now(zone())
        nine = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1 if now.hour >= 9 else 0)
        DemoClock(self._clock).advance(nine - now)

    def now(self) -> datetime:
        """Domain time."""
        return DemoClock(self._clock).now()


def _json(url: str) -> Mapping[str, Any] | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            found: Mapping[str, Any] = json.load(answer)
            return found
    except OSError:  # also an answer of 503
        return None
