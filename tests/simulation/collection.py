"""The collections of the simulated database: queries, writes, unique keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bson import CodecOptions, decode, encode
from pymongo import InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, WriteError

from tests.simulation.expressions import apply_pipeline, apply_update, matches, projected, set_path, sort_key

if TYPE_CHECKING:
    from tests.simulation.database import Database, Store

OPTIONS: CodecOptions[Any] = CodecOptions(tz_aware=True)
Document = dict[str, Any]


class Collection:
    """A collection as pymongo shows it."""

    def __init__(self, database: Database, name: str, journaled: bool) -> None:
        self.name = name
        self._database = database
        self._server = database.server
        self._journaled = journaled

    @property
    def _store(self) -> Store:
        return self._database.store(self.name)

    def create_index(
        self,
        keys: Any,
        unique: bool = False,
        **options: Any,
    ) -> str:
        """Create an index. Only unique indexes have an effect here."""
        fields = [keys] if isinstance(keys, str) else [field for field, _ in keys]
        if unique:
            self._store.add_unique(fields, options.get("partialFilterExpression") or {})
        self._store.exists = True
        return "_".join(fields)

    def drop_index(self, name: str) -> None:
        """Remove an index. Raises ``OperationFailure``: indexes that are not unique are not kept here."""
        raise OperationFailure(f"index not found with name [{name}]", 27)

    def find(self, wanted: Mapping[str, Any] | None = None, projection: Any = None, **_: Any) -> Cursor:
        """A cursor over matching documents; the database is asked when the cursor is read."""
        return Cursor(self, dict(wanted or {}), projection)

    def find_one(
        self, wanted: Mapping[str, Any] | None = None, projection: Any = None, *, sort: Any = None, **_: Any
    ) -> Document | None:
        """The first matching document."""
        cursor = self.find(wanted, projection)
        if sort:
            cursor = cursor.sort(sort)
        return next(iter(cursor.limit(1)), None)

    def count_documents(self, wanted: Mapping[str, Any], **_: Any) -> int:
        """The number of matching documents."""
        return len(self.read("count", wanted))

    def distinct(self, field: str, wanted: Mapping[str, Any] | None = None) -> list[Any]:
        """The values of a field."""
        return sorted({document[field] for document in self.read("distinct", wanted or {}) if field in document})

    def read(self, operation: str, wanted: Mapping[str, Any]) -> list[Document]:
        """The matching documents as stored; never change them."""
        after = self._server.hook(operation, self.name, None)
        documents = self._store.documents
        identity = wanted.get("_id")
        if isinstance(identity, str | int):
            found = [documents[identity]] if identity in documents else []
            if len(wanted) > 1:
                found = [document for document in found if matches(document, wanted)]
        else:
            found = [document for document in documents.values() if matches(document, wanted)]
        after()
        return found

    def insert_one(self, document: Document) -> None:
        """Store a new document. Raises ``DuplicateKeyError``."""
        self._write("insert", [InsertOne(document)], raw=True)

    def insert_many(self, documents: Sequence[Document], ordered: bool = True) -> None:
        """Store documents. Raises ``BulkWriteError``."""
        self._write("insert", [InsertOne(document) for document in documents], ordered=ordered)

    def bulk_write(self, requests: Sequence[Any], ordered: bool = True) -> None:
        """Apply writes. Raises ``BulkWriteError``."""
        self._write("bulk", requests, ordered=ordered)

    def update_one(self, wanted: Any, change: Any, upsert: bool = False, **_: Any) -> Result:
        """Change one document. Raises ``WriteError`` or ``DuplicateKeyError``."""
        return self._write("update", [UpdateOne(wanted, change, upsert=upsert)], raw=True)

    def update_many(self, wanted: Any, change: Any, **_: Any) -> Result:
        """Change all matching documents."""
        return self._write("update", [UpdateMany(wanted, change)], raw=True)

    def replace_one(self, wanted: Any, document: Any, upsert: bool = False) -> Result:
        """Replace one document."""
        return self._write("replace", [ReplaceOne(wanted, document, upsert=upsert)], raw=True)

    def find_one_and_update(self, wanted: Any, change: Any, upsert: bool = False, **options: Any) -> Document | None:
        """Change one document; returns the document before the change, or after it (``return_document=True``)."""
        after = self._server.hook("findAndModify", self.name, None)
        found = [document for document in self._store.documents.values() if matches(document, wanted)][:1]
        before = _copy(found[0]) if found else None
        self._update(wanted, change, upsert, many=False)
        if options.get("return_document"):
            found = [document for document in self._store.documents.values() if matches(document, wanted)][:1]
            before = _copy(found[0]) if found else None
        self._settle(after)
        return before

    def delete_one(self, wanted: Mapping[str, Any]) -> Result:
        """Remove one document."""
        return self._delete(wanted, 1)

    def delete_many(self, wanted: Mapping[str, Any]) -> Result:
        """Remove all matching documents."""
        return self._delete(wanted, None)

    def drop(self) -> None:
        """Remove the collection."""
        self._database.drop_collection(self.name)

    def _delete(self, wanted: Mapping[str, Any], limit: int | None) -> Result:
        after = self._server.hook("delete", self.name, None)
        store = self._store
        found = [identity for identity, document in store.documents.items() if matches(document, wanted)][:limit]
        for identity in found:
            store.put(identity, None)
        self._settle(after)
        return Result(len(found), len(found))

    def _write(self, operation: str, requests: Sequence[Any], *, ordered: bool = True, raw: bool = False) -> Result:
        encoded = [encode(request._doc) if not isinstance(request._doc, list) else request for request in requests]
        if any(isinstance(each, bytes) and len(each) > 16_000_000 for each in encoded):
            raise WriteError("document too large", 10334)
        after = self._server.hook(operation, self.name, lambda: self._apply(requests, ordered=ordered))
        total, errors = self._apply(requests, ordered=ordered)
        self._settle(after)
        if errors and raw:
            error = errors[0]
            kind = DuplicateKeyError if error["code"] == 11000 else WriteError
            raise kind(error["errmsg"], error["code"], error)
        if errors:
            raise BulkWriteError({"writeErrors": errors, "writeConcernErrors": [], "nModified": total.modified_count})
        return total

    def _apply(self, requests: Sequence[Any], *, ordered: bool) -> tuple[Result, list[Document]]:
        errors: list[Document] = []
        total = Result(0, 0)
        for index, request in enumerate(requests):
            try:
                total = total.plus(self._one(request))
            except (DuplicateKeyError, WriteError) as error:
                errors.append({"index": index, "code": error.code, "errmsg": str(error), **(error.details or {})})
                if ordered:
                    break
        if self._journaled:
            self._server.flush()
        return total, errors

    def _settle(self, after: Callable[[], None]) -> None:
        if self._journaled:
            self._server.flush()
        after()

    def _one(self, request: Any) -> Result:
        if isinstance(request, InsertOne):
            document = _copy(request._doc)
            if "_id" not in document:
                document["_id"] = f"auto-{id(request)}-{len(self._store.documents)}"
            self._insert(document)
            return Result(0, 0)
        if isinstance(request, ReplaceOne):
            return self._replace(request._filter, request._doc, bool(request._upsert))
        return self._update(request._filter, request._doc, bool(request._upsert), many=isinstance(request, UpdateMany))

    def _insert(self, document: Document) -> None:
        store = self._store
        if document["_id"] in store.documents:
            raise DuplicateKeyError("E11000 _id", 11000, {"keyPattern": {"_id": 1}, "code": 11000})
        store.check(document)
        store.put(document["_id"], document)

    def _replace(self, wanted: Mapping[str, Any], replacement: Mapping[str, Any], upsert: bool) -> Result:
        store = self._store
        document = _copy(replacement)
        found = self._first(wanted)
        if found is None:
            if upsert:
                document.setdefault("_id", wanted.get("_id"))
                self._insert(document)
            return Result(0, 0)
        document["_id"] = found["_id"]
        store.check(document)
        store.put(found["_id"], document)
        return Result(1, 1)

    def _first(self, wanted: Mapping[str, Any]) -> Document | None:
        documents = self._store.documents
        identity = wanted.get("_id")
        if isinstance(identity, str | int):
            found = documents.get(identity)
            return found if found is not None and matches(found, wanted) else None
        return next((document for document in documents.values() if matches(document, wanted)), None)

    def _update(self, wanted: Mapping[str, Any], change: Any, upsert: bool, *, many: bool) -> Result:
        store = self._store
        if many:
            found = [document for document in store.documents.values() if matches(document, wanted)]
        else:
            first = self._first(wanted)
            found = [] if first is None else [first]
        modified = 0
        for document in found:
            changed = self._changed(_copy(document), change, inserting=False)
            if changed["_id"] != document["_id"]:
                raise WriteError("the _id is immutable", 66)
            if changed != document:
                store.check(changed)
                store.put(document["_id"], changed)
                modified += 1
        if not found and upsert:
            fresh: Document = {}
            for name, value in wanted.items():
                if not name.startswith("$") and not (isinstance(value, Mapping) and any(k[:1] == "$" for k in value)):
                    set_path(fresh, name, value)
            before = fresh.get("_id")
            changed = self._changed(fresh, change, inserting=True)
            if before is not None and changed.get("_id") != before:
                raise WriteError("the _id is immutable", 66)
            changed.setdefault("_id", f"auto-{len(store.documents)}-{id(changed)}")
            self._insert(changed)
        return Result(len(found), modified)

    @staticmethod
    def _changed(document: Document, change: Any, *, inserting: bool) -> Document:
        if isinstance(change, list):
            result = apply_pipeline(document, change)
        else:
            result = apply_update(document, change, inserting=inserting)
        return _copy(result)


class Cursor:
    """A query that is sent when its documents are read."""

    def __init__(self, collection: Collection, wanted: Mapping[str, Any], projection: Any = None) -> None:
        self._collection = collection
        self._wanted = wanted
        self._projection = dict.fromkeys(projection, 1) if isinstance(projection, list) else projection
        self._order: list[tuple[str, int]] = []
        self._limit = 0

    def sort(self, field: Any, direction: int = 1) -> Cursor:
        """Order the documents."""
        self._order = [(field, direction)] if isinstance(field, str) else list(field)
        return self

    def limit(self, count: int) -> Cursor:
        """Return at most so many documents; 0 for all."""
        self._limit = count
        return self

    def __iter__(self) -> Iterator[Document]:
        found = self._collection.read("find", self._wanted)
        for field, direction in reversed(self._order):
            found.sort(key=lambda document: sort_key(document, field), reverse=direction < 0)
        chosen = found[: self._limit] if self._limit else found
        if self._projection:
            return iter([_copy(projected(document, self._projection)) for document in chosen])
        return iter([_copy(document) for document in chosen])


class Result:
    """The counts of a write."""

    __slots__ = ("deleted_count", "matched_count", "modified_count")

    def __init__(self, matched: int, modified: int) -> None:
        self.matched_count = matched
        self.modified_count = modified
        self.deleted_count = modified

    def plus(self, other: Result) -> Result:
        """Both results together."""
        return Result(self.matched_count + other.matched_count, self.modified_count + other.modified_count)


def _copy(document: Mapping[str, Any]) -> Document:
    """The document as BSON gives it back. Raises ``InvalidDocument`` for what BSON cannot hold."""
    return decode(encode(document), OPTIONS)
