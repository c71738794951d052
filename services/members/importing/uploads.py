"""The rows of an import while it runs: durable, and sealed under the import's own key.

When the import has ended the rows are dropped and the key is destroyed, so that no backup can open them either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError


@dataclass(frozen=True, slots=True)
class Waiting:
    """An import whose rows are stored and not all taken. ``kept`` is when the rows were stored, in machine time."""

    identity: str
    kept: datetime


class Uploads(Protocol):
    """What every implementation keeps."""

    def store_rows(self, identity: str, sealed: str) -> None:
        """Store the rows of an import durably; rows already stored under the id stay."""
        ...

    def find_rows(self, identity: str) -> str | None:
        """The rows, still sealed; None where there are none, or no longer."""
        ...

    def waiting_imports(self) -> list[Waiting]:
        """All imports with stored rows, the oldest first."""
        ...

    def delete_rows(self, identity: str) -> None:
        """Forget the rows of an import."""
        ...


class MemoryUploads:
    """Uploads of a unit test."""

    def __init__(self) -> None:
        self._sealed: dict[str, tuple[str, datetime]] = {}

    def store_rows(self, identity: str, sealed: str) -> None:
        self._sealed.setdefault(identity, (sealed, datetime.now(UTC)))

    def find_rows(self, identity: str) -> str | None:
        return self._sealed[identity][0] if identity in self._sealed else None

    def waiting_imports(self) -> list[Waiting]:
        return [Waiting(identity, kept) for identity, (_, kept) in self._sealed.items()]

    def delete_rows(self, identity: str) -> None:
        self._sealed.pop(identity, None)


class MongoUploads:
    """Uploads in the service's own database: ``{_id: import, sealed: text, kept: time}``. The collection must be durable."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._collection = collection

    def store_rows(self, identity: str, sealed: str) -> None:
        try:
            self._collection.insert_one({"_id": identity, "sealed": sealed, "kept": datetime.now(UTC)})
        except DuplicateKeyError:
            return

    def find_rows(self, identity: str) -> str | None:
        document = self._collection.find_one({"_id": identity})
        return None if document is None else str(document["sealed"])

    def waiting_imports(self) -> list[Waiting]:
        found = self._collection.find({}, {"kept": 1})
        return sorted((Waiting(str(one["_id"]), one["kept"]) for one in found), key=lambda waiting: waiting.kept)

    def delete_rows(self, identity: str) -> None:
        self._collection.delete_one({"_id": identity})
