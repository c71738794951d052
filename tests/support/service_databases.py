"""Prepared databases for the tests of one service, used again from test to test.

To create a service's collections and indexes costs 40 to 60 ms, to read a new database once another 50 ms. Each worker
does both once a kind of harness; between two tests only the collections are emptied that the last test wrote to.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from pymongo import MongoClient
from pymongo.database import Database as MongoDatabase
from pymongo.monitoring import CommandListener, CommandStartedEvent

from deploy.database import Database
from services.kernel.base.mongo import SELECTION_MILLISECONDS, TIMEOUT_MILLISECONDS
from tests.support.service_harness import ServiceHarness

H = TypeVar("H", bound=ServiceHarness)
WRITES = frozenset({"insert", "update", "delete", "findAndModify", "create", "createIndexes", "drop"})


class _Writes(CommandListener):
    """Notes which collections are written to, and which are created, dropped or indexed."""

    def __init__(self) -> None:
        self.written: dict[str, set[str]] = {}
        self.structure: set[str] = set()

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in WRITES:
            name = str(event.command[event.command_name])
            self.written.setdefault(event.database_name, set()).add(name)
            if event.command_name == "drop":
                self.structure.add(event.database_name)

    def succeeded(self, event: object) -> None:
        """Nothing to note."""

    def failed(self, event: object) -> None:
        """Nothing to note."""


@dataclass
class _Prepared:
    database: MongoDatabase[dict[str, Any]]
    contents: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


class ServiceDatabases:
    """Makes harnesses on databases that hold what a service holds that was started and told nothing yet."""

    def __init__(self, server: Database) -> None:
        self._server = server
        self._writes = _Writes()
        self._started = 0
        self._client: MongoClient[dict[str, Any]] | None = None
        self._prepared: dict[tuple[Any, str], _Prepared] = {}

    def harness(self, kind: Callable[..., H], slot: str = "", **options: Any) -> H:
        """A harness on an empty database. It ends the use of the last one of the same kind and slot."""
        return kind(self.empty(kind, slot), prepare=False, **options)

    def empty(self, kind: Callable[..., ServiceHarness], slot: str = "") -> MongoDatabase[dict[str, Any]]:
        """The database of this kind and slot, prepared and emptied."""
        self._connect()
        prepared = self._prepared.get((kind, slot))
        if prepared is None or prepared.database.name in self._writes.structure:
            prepared = self._prepared[kind, slot] = self._prepare(kind)
        else:
            self._restore(prepared)
        return prepared.database

    def close(self) -> None:
        """Drop the databases."""
        if self._client is not None and self._server.alive:
            for prepared in self._prepared.values():
                self._client.drop_database(prepared.database.name)
            self._client.close()

    def _connect(self) -> None:
        """A server that was stopped or killed meanwhile may have lost its last moments: begin anew on it."""
        if not self._server.alive:
            self._server.start()
        if self._client is None or self._server.pid != self._started:
            self._started = self._server.pid
            self._prepared.clear()
            self._client = MongoClient(
                self._server.uri,
                timeoutMS=TIMEOUT_MILLISECONDS,
                serverSelectionTimeoutMS=SELECTION_MILLISECONDS,
                retryWrites=False,
                tz_aware=True,
                event_listeners=[self._writes],
            )

    def _prepare(self, kind: Callable[..., ServiceHarness]) -> _Prepared:
        assert self._client is not None
        database = self._client[f"test_{uuid.uuid4().hex[:12]}"]
        kind(database).show()
        contents = {name: list(database[name].find()) for name in database.list_collection_names()}
        self._writes.written.pop(database.name, None)
        return _Prepared(database, contents)

    def _restore(self, prepared: _Prepared) -> None:
        for name in self._writes.written.pop(prepared.database.name, set()):
            collection = prepared.database[name]
            if name not in prepared.contents:
                collection.drop()
                continue
            collection.delete_many({})
            if kept := prepared.contents[name]:
                collection.insert_many(kept)
        self._writes.written.pop(prepared.database.name, None)
        self._writes.structure.discard(prepared.database.name)


@pytest.fixture(scope="session")
def service_databases(_session_database: Database) -> Iterator[ServiceDatabases]:
    databases = ServiceDatabases(_session_database)
    yield databases
    databases.close()
