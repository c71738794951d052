"""The servers and services that a benchmark drives."""

from __future__ import annotations

import platform
from pathlib import Path
from types import TracebackType

from deploy import keys
from deploy.broker import Broker
from deploy.database import Database
from tests.support.services import ChildServices


class Stack:
    """A private database and broker, and members, events and notifications in one process. Ends with the block."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.database = Database(directory / "database")
        self.broker = Broker(directory / "broker")
        self.services: ChildServices | None = None
        self.process = ""

    def __enter__(self) -> Stack:
        self.database.start()
        self.broker.start()
        self.services = ChildServices(
            self.directory,
            {
                "MONGODB_URI": self.database.uri,
                "AMQP_URI": self.broker.uri(),
                "JEJARING_SECRETS": str(keys.ensure(self.directory / "keys")),
                "JEJARING_CLOCK": f"demo:{self.directory / 'clock.json'}",
                "JEJARING_LOG_LEVEL": "warning",
            },
        )
        self.process = self.services.start("members", "events", "mentoring", "notifications")
        self.services.wait_ready("members", "events", "mentoring", "notifications")
        self.say("machine", f"{platform.machine()}, Python {platform.python_version()}, SecantusDB, RabbitMQ", "")
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.services is not None:
            self.services.close()
        self.broker.stop()
        self.database.stop()

    @property
    def url(self) -> str:
        """Where the members service answers."""
        assert self.services is not None
        return self.services.url("members")

    @staticmethod
    def say(what: str, figure: str, unit: str) -> None:
        """One line of the result."""
        print(f"{what:<52} {figure:>12} {unit}", flush=True)
