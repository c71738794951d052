"""A database in memory with the interface of pymongo, as far as the kernel uses it.

Documents are stored as BSON, so that what MongoDB cannot store is refused here too. Each operation is one step of the
scheduler; the world may let it fail before or after it took effect, or kill the caller. Writes with the journal
(``j=True``) survive a crash of the database together with all writes before them; a crash takes back any number of the
last writes without the journal, the latest first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import DuplicateKeyError, OperationFailure

from tests.simulation.collection import Collection, Document
from tests.simulation.expressions import key_values, matches

Hook = Callable[[str, str, Callable[[], object] | None], Callable[[], None]]
"""Called with operation and collection before an operation; returns what is called after it. Either may raise. The third
argument of a write does the write once more: an attempt whose answer was lost can still arrive later.
"""


class Server:
    """The database server: all databases, the journal, and the server's clock (``skew`` moves it)."""

    def __init__(self, hook: Hook, now: Callable[[], float]) -> None:
        self.hook = hook
        self.skew = 0.0
        self._now = now
        self._databases: dict[str, Database] = {}
        self._undo: list[Callable[[], None]] = []

    def __getitem__(self, name: str) -> Database:
        return self._databases.setdefault(name, Database(self, name))

    def names(self) -> list[str]:
        """The names of all databases."""
        return list(self._databases)

    def local_time(self) -> datetime:
        """The server's time."""
        moment = datetime.fromtimestamp(1_790_000_000.0 + self._now() + self.skew, UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def backup(self, database: str) -> dict[str, dict[Any, Document]]:
        """The documents of a database at this moment."""
        return {name: dict(store.documents) for name, store in self[database].stores.items()}

    def restore(self, database: str, backup: Mapping[str, dict[Any, Document]]) -> None:
        """Put a backup in the place of a database's documents."""
        self.flush()
        for name, store in self[database].stores.items():
            for identity in list(store.documents):
                store.put(identity, None)
            for identity, document in backup.get(name, {}).items():
                store.put(identity, document)
        self.flush()

    def note(self, undo: Callable[[], None]) -> None:
        """Remember how to take a write back that is not in the journal yet."""
        self._undo.append(undo)

    def flush(self) -> None:
        """Write the journal: nothing before this moment can be lost any more."""
        self._undo.clear()

    def unflushed(self) -> int:
        """The number of writes that a crash can take back."""
        return len(self._undo)

    def crash(self, lost: int) -> None:
        """Take back the last ``lost`` writes that are not in the journal; the others are in it now."""
        for undo in reversed(self._undo[len(self._undo) - lost :] if lost else []):
            undo()
        self._undo.clear()


class Database:
    """One service's database; a client of the kernel gets it through ``connected_by``."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self.stores: dict[str, Store] = {}
        self.client = _Client(server)

    def store(self, name: str) -> Store:
        """The documents of a collection."""
        if name not in self.stores:
            self.stores[name] = Store(self.server, name)
        return self.stores[name]

    def get_collection(self, name: str, write_concern: Any = None, **_: Any) -> Collection:
        """A collection; ``write_concern`` decides whether its writes wait for the journal."""
        journaled = bool(write_concern is not None and write_concern.document.get("j"))
        return Collection(self, name, journaled)

    def __getitem__(self, name: str) -> Collection:
        return Collection(self, name, False)

    def drop_collection(self, name: str) -> None:
        """Remove a collection with its indexes."""
        after = self.server.hook("drop", name, None)
        dropped = self.stores.pop(name, None)
        if dropped is not None:
            self.server.note(lambda: self.stores.__setitem__(name, dropped))
        after()

    def list_collection_names(self, **_: Any) -> list[str]:
        """The names of all collections."""
        self.server.hook("list", "", None)()
        return [name for name, store in self.stores.items() if store.documents or store.exists]


class _Client:
    def __init__(self, server: Server) -> None:
        self.admin = _Admin(server)


class _Admin:
    def __init__(self, server: Server) -> None:
        self._server = server

    def command(self, name: str, *_: Any, **__: Any) -> Document:
        """``hello`` tells the server's time."""
        if name != "hello":
            raise OperationFailure(f"no such command: {name}", 59)
        after = self._server.hook("hello", "", None)
        answer = {"localTime": self._server.local_time(), "ok": 1.0}
        after()
        return answer


class Store:
    """The documents and the unique indexes of one collection."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self.documents: dict[Any, Document] = {}
        self.unique: list[tuple[tuple[str, ...], Mapping[str, Any]]] = []
        self.taken: list[dict[Any, Any]] = []
        self.exists = False

    def add_unique(self, fields: Sequence[str], partial: Mapping[str, Any]) -> None:
        """Create a unique index, if it does not exist."""
        index = (tuple(fields), dict(partial))
        if index not in self.unique:
            self.unique.append(index)
            taken: dict[Any, Any] = {}
            for identity, document in self.documents.items():
                taken.update(dict.fromkeys(self._keys(index, document), identity))
            self.taken.append(taken)

    def check(self, document: Document) -> None:
        """Raise ``DuplicateKeyError`` if another document has a unique key of this one."""
        for index, taken in zip(self.unique, self.taken, strict=True):
            for key in self._keys(index, document):
                if taken.get(key, document["_id"]) != document["_id"]:
                    pattern = dict.fromkeys(index[0], 1)
                    raise DuplicateKeyError(f"E11000 {pattern}", 11000, {"keyPattern": pattern, "code": 11000})

    def put(self, identity: Any, document: Document | None) -> None:
        """Store or remove (None) a document, and note how to take this back."""
        before = self.documents.get(identity)
        self._set(identity, document)
        self.server.note(lambda: self._set(identity, before))

    def _set(self, identity: Any, document: Document | None) -> None:
        before = self.documents.pop(identity, None)
        for index, taken in zip(self.unique, self.taken, strict=True):
            if before is not None:
                for key in self._keys(index, before):
                    taken.pop(key, None)
            if document is not None:
                taken.update(dict.fromkeys(self._keys(index, document), identity))
        if document is not None:
            self.documents[identity] = document
            self.exists = True

    @staticmethod
    def _keys(index: tuple[tuple[str, ...], Mapping[str, Any]], document: Document) -> list[Any]:
        fields, partial = index
        if partial and not matches(document, partial):
            return []
        keys: list[tuple[Any, ...]] = [()]
        for field in fields:
            values = key_values(document, field)
            keys = [(*key, value) for key in keys for value in values]
        return keys
