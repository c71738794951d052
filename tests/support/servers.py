"""Real servers for the tests, as fixtures. Each starts when the first test asks for it, on free ports, in a temporary folder.

broker_server    deploy.broker.Broker    one a session; a test may stop or kill it, the next test finds it up again
database_server  deploy.database.Database    the same
mailbox          deploy.demo.mailbox.server.Mailbox    one a session, up; a test looks only for its own addresses
telegram_server  deploy.demo.telegram.server.TelegramServer    the same; a test uses chats and people of its own
amqp_uri         a vhost of this test alone
database         a pymongo Database of this test alone, dropped after it
mongodb_uri      the address of that server
database_prefix  what the services under test prefix their databases' names with; those are dropped too
child_services   a factory: child_services(environment={...}) -> ChildServices with all of the above in its environment
"""

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pymongo
import pytest
from pymongo.database import Database as MongoDatabase

from deploy import keys
from deploy.broker import Broker
from deploy.database import Database
from deploy.demo.mailbox.server import Mailbox
from deploy.demo.telegram.server import TelegramServer
from deploy.errors import CommandError
from deploy.waiting import wait_until
from tests.support.services import ChildServices

VHOSTS_AT_ONCE = 30
ENVIRONMENT_OF_OURS = (
    "MONGODB_",
    "AMQP_",
    "SMTP_",
    "JEJARING_",
    "MEMBERS_",
    "EVENTS_",
    "NOTIFICATIONS_",
    "GATEWAY_",
    "TELEGRAM_",
    "WEBHOOK_",
)


class Vhosts:
    """Vhosts nobody has used yet, made by the handful: one by one they would cost each test a second."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._fresh: list[str] = []

    def take(self) -> str:
        if not self._fresh:
            self._fresh = [f"test-{uuid.uuid4().hex[:8]}" for _ in range(VHOSTS_AT_ONCE)]
            self._broker.add_vhosts(*self._fresh)
        return self._fresh.pop()

    def give_back(self, vhost: str) -> None:
        """Its queues would otherwise stay for the rest of the session."""
        self._broker.remove_vhosts(vhost)


@pytest.fixture(scope="session")
def _session_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Broker, Vhosts]]:
    broker = Broker(tmp_path_factory.mktemp("broker"))
    try:
        broker.start()
        yield broker, Vhosts(broker)
    finally:
        broker.stop()


@pytest.fixture
def broker_server(_session_broker: tuple[Broker, Vhosts]) -> Broker:
    broker, _ = _session_broker
    broker.start()
    return broker


@pytest.fixture
def amqp_uri(broker_server: Broker, _session_broker: tuple[Broker, Vhosts]) -> Iterator[str]:
    _, vhosts = _session_broker
    vhost = vhosts.take()
    yield broker_server.uri(vhost)
    # A test may have killed the node a moment ago, or it dies with the thread that started it. What is not deleted now ends
    # with the whole broker.
    wait_until(lambda: broker_server.ready() or not broker_server.alive, 30, "the broker to take commands")
    if broker_server.alive:
        with contextlib.suppress(CommandError):
            vhosts.give_back(vhost)


@pytest.fixture(scope="session")
def _session_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database(tmp_path_factory.mktemp("database")).running() as server:
        yield server


@pytest.fixture
def database_server(_session_database: Database) -> Database:
    _session_database.start()
    return _session_database


@pytest.fixture
def database(database_server: Database) -> Iterator[MongoDatabase[dict[str, Any]]]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    with pymongo.MongoClient[dict[str, Any]](
        database_server.uri, timeoutMS=5000, serverSelectionTimeoutMS=2000, tz_aware=True
    ) as client:
        yield client[name]
        with contextlib.suppress(pymongo.errors.PyMongoError):  # the test may have stopped it
            for found in client.list_database_names():
                if found.startswith(name):  # the services' own too: <name>_members, ...
                    client.drop_database(found)


@pytest.fixture
def mongodb_uri(database_server: Database) -> str:
    return database_server.uri


@pytest.fixture
def database_prefix(database: MongoDatabase[dict[str, Any]]) -> str:
    return f"{database.name}_"


@pytest.fixture(scope="session")
def _session_mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    with Mailbox(tmp_path_factory.mktemp("mailbox")).running() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(_session_mailbox: Mailbox) -> Mailbox:
    _session_mailbox.start()
    return _session_mailbox


@pytest.fixture(scope="session")
def _session_telegram(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelegramServer]:
    with TelegramServer(tmp_path_factory.mktemp("telegram")).running() as server:
        yield server


@pytest.fixture
def telegram_server(_session_telegram: TelegramServer) -> TelegramServer:
    _session_telegram.start()
    return _session_telegram


@pytest.fixture
def child_services(
    tmp_path: Path, amqp_uri: str, mongodb_uri: str, database_prefix: str, mailbox: Mailbox
) -> Iterator[Callable[..., ChildServices]]:
    made: list[ChildServices] = []

    def make(environment: Mapping[str, str] | None = None, **named: Any) -> ChildServices:
        common = {
            "MONGODB_URI": mongodb_uri,
            "JEJARING_DATABASE_PREFIX": database_prefix,
            "AMQP_URI": amqp_uri,
            "SMTP_URI": mailbox.smtp_uri,
            "JEJARING_SECRETS": str(keys.ensure(tmp_path / "keys")),
            "JEJARING_CLOCK": f"demo:{tmp_path / 'clock.json'}",
            "JEJARING_COMMUNITY_HOST": "jejaring.test",
        }
        services = ChildServices(tmp_path, {**common, **(environment or {})}, **named)
        made.append(services)
        return services

    yield make
    for services in made:
        services.close()


@pytest.fixture(autouse=True)
def _settings_of_the_shell_do_not_reach_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(ENVIRONMENT_OF_OURS) and name != "JEJARING_WAIT_FACTOR":
            monkeypatch.delenv(name)
