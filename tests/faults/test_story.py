"""The story goes on whatever is killed while it is told, and ends as it always ends."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from kombu import Connection

from deploy import story
from deploy.broker import Broker
from deploy.commands.opened import opened
from deploy.commands.verify import checks
from deploy.database import Database
from deploy.mailbox.server import Mailbox
from deploy.receiver.server import ReceiverServer
from deploy.story import Progress
from deploy.story.telling import TOTAL
from deploy.telegram.server import TelegramServer
from deploy.waiting import wait_until
from tests.support.services import SERVICES, ChildServices

EVERY = 5
"""Steps between two faults: one in every chapter at least."""
HEARD = {
    "members": ("events", "mentoring"),
    "events": ("members",),
    "mentoring": ("members", "events"),
    "notifications": ("members", "events", "mentoring", "notifications"),
}
"""Who hears whom: each pair is a queue."""


class Nemesis:
    """Brings one fault after the other, each somewhere in the middle of a step, and mends nothing that mends itself."""

    def __init__(
        self,
        stack: ChildServices,
        database: Database,
        broker: Broker,
        amqp: str,
        outside: Mapping[str, Mailbox | TelegramServer | ReceiverServer],
    ) -> None:
        self._stack = stack
        self._database = database
        self._broker = broker
        self._amqp = amqp
        self._dice = random.Random(20261124)
        # One thread for all, that lives to the end: what a thread has started is killed when that thread ends.
        self._hand = ThreadPoolExecutor(1)
        self._strokes: list[Future[None]] = []
        self.done: list[str] = []
        self._outside = outside
        self._faults: Iterator[str] = iter(
            (
                *(
                    "queues",
                    "members",
                    "database",
                    "gateway",
                    "notifications",
                    "broker",
                    "events",
                    "mentoring",
                    "mailbox",
                ),
                *("database", "telegram", "events", "gateway", "members", "receiver", "notifications", "mentoring"),
                *("queues", "mentoring", "database", "events"),
            )
        )

    def strike(self, progress: Progress) -> None:
        """Called after each step of the story."""
        fault = next(self._faults, None) if progress.done % EVERY == 3 and not progress.detail else None
        if fault is not None:
            self._strokes.append(self._hand.submit(self._soon, fault))

    def wait(self) -> None:
        """Until everything is up again. Raises what went wrong with a fault itself."""
        for stroke in self._strokes:
            stroke.result(60)

    def _soon(self, fault: str) -> None:
        time.sleep(self._dice.uniform(0, 0.4))  # not awaited by anything: the fault falls where it falls
        match fault:
            case "queues":
                self._delete_queues()
            case "database" | "broker" | "mailbox" | "telegram" | "receiver":
                servers = {"database": self._database, "broker": self._broker, **self._outside}
                servers[fault].kill()
                servers[fault].start()
            case _:
                self._stack.kill(fault)
                self._stack.restart(fault)
        self.done.append(fault)

    def _delete_queues(self) -> None:
        with Connection(self._amqp) as connection:
            for consumer, sources in HEARD.items():
                for source in sources:
                    connection.channel().queue_delete(f"{consumer}.from.{source}")


@pytest.mark.timeout(400)
@pytest.mark.slow
def test_whatever_is_killed_while_it_is_told_the_story_ends_in_the_same_state(
    child_services: Callable[..., ChildServices],
    database_server: Database,
    broker_server: Broker,
    amqp_uri: str,
    tmp_path: Path,
) -> None:
    with (
        Mailbox(tmp_path / "mails").running() as letters,
        TelegramServer(tmp_path / "chats").running() as chats,
        ReceiverServer(tmp_path / "receiver").running() as receiver,
    ):
        stack = child_services(environment={"SMTP_URI": letters.smtp_uri, **chats.environment, **receiver.environment})
        for name in SERVICES:
            stack.start(name)
        stack.start_gateway()
        stack.wait_ready(*SERVICES)
        outside = {"mailbox": letters, "telegram": chats, "receiver": receiver}
        nemesis = Nemesis(stack, database_server, broker_server, amqp_uri, outside)
        where = (stack.url("gateway"), letters.url, tmp_path / "clock.json")
        story.tell(*where, nemesis.strike, stack.environment)
        nemesis.wait()
        assert set(nemesis.done) == {"broker", "database", "queues", "gateway", *SERVICES, *outside}
        assert len(nemesis.done) == TOTAL // EVERY
        # The last fault may have been a moment ago: a view may still be on its way.
        wait_until(lambda: story.told(stack.url("gateway")), 20, "the story's last word to be shown")
        again: list[Progress] = []
        story.tell(*where, again.append, stack.environment)
        assert again == []
        for name in SERVICES:
            with opened(name, stack.environment) as application:
                for what, differences in checks(application):
                    assert list(differences) == [], f"{name}: {what}"
                assert application.parking.count() == 0
                assert application.strays.count() == 0
