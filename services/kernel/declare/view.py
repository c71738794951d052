"""A read model: the changes of documents that follow from one fact.

A view is a name, a version, an ``apply`` and its indexes. ``apply`` is pure: from one fact alone it returns at most one
change per document, and never reads another document. A view of two logs must be the same for any order of reading
them.

Every change is guarded inside its own update (position × 1000 + index, one guard per log), so a repeated fact changes
nothing. The guard stands in the update and not in the filter: an upsert whose filter excludes the guarded document
would insert the document again, and the duplicate key would stop the whole batch for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any, Generic

from pymongo import UpdateOne
from typing_extensions import TypeVar

from services.kernel.declare.plain import DOCUMENT

COMMITS = "commits"
INBOX = "inbox"
CHECKPOINT = "_checkpoint"

Index = Sequence[tuple[str, int]]
RowT = TypeVar("RowT", default=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Expression:
    """A MongoDB aggregation expression, evaluated against the stored document. All other values are literals."""

    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """Set fields of one document; a missing document is created.

    ``set`` maps a dotted path to a literal, a dataclass or an ``Expression``. Path parts must not contain dots or start
    with ``$``.
    """

    key: str
    set: Mapping[str, Any]

    def __post_init__(self) -> None:
        if any(is_dataclass(value) for value in self.set.values()):
            plain = {path: _as_stored(value) for path, value in self.set.items()}
            object.__setattr__(self, "set", plain)

    @classmethod
    def put(cls, row: Any) -> Change:
        """Set all fields of a row; the first field is the key."""
        document = DOCUMENT.write(row)
        key = document.pop(fields(row)[0].name)
        return cls(key, document)


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a document from the view. A tombstone with the guard stays, so a late repetition cannot restore the
    document.
    """

    key: str


Applied = Sequence[Change | Remove]


def increment(path: str, by: int = 1) -> Expression:
    """The number at ``path`` (0 if missing) plus ``by``."""
    return Expression({"$add": [{"$ifNull": [f"${path}", 0]}, by]})


def adding(path: str, *values: str) -> Expression:
    """The set of strings at ``path`` with the values added. The set is kept sorted, so two orders give the same
    array.
    """
    union = {"$setUnion": [{"$ifNull": [f"${path}", []]}, {"$literal": list(values)}]}
    return Expression({"$sortArray": {"input": union, "sortBy": 1}})


def taking(path: str, *values: str) -> Expression:
    """The set of strings at ``path`` without the values."""
    difference = {"$setDifference": [{"$ifNull": [f"${path}", []]}, {"$literal": list(values)}]}
    return Expression({"$sortArray": {"input": difference, "sortBy": 1}})


@dataclass(frozen=True)
class View(Generic[RowT]):
    """A read model's definition.

    ``row`` is the frozen dataclass of the view's documents: the first field is the document's ``_id``, the others have
    the names of the document's fields. A field with a default may be missing in a document. Without ``row`` documents
    are dicts. ``logs`` names the view's logs: ``(COMMITS,)`` with events, ``(INBOX,)`` with facts, or both. A raised
    ``version`` rebuilds the view beside the live collection. Behind a fact that fails wait the later facts of the same
    stream or subject: both are known even of a fact that cannot be read.
    """

    name: str
    version: int
    apply: Callable[[Any], Applied]
    logs: tuple[str, ...] = (COMMITS,)
    indexes: Sequence[Index] = ()
    row: type[RowT] = dict  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.row is dict:
            return
        known = {"_id", *(each.name for each in fields(self.row))}  # type: ignore[arg-type]
        unknown = {path for index in self.indexes for path, _ in index if path.partition(".")[0] not in known}
        if unknown:
            raise ValueError(f"{self.name}: {self.row.__name__} has no {', '.join(sorted(unknown))}")

    @cached_property
    def read(self) -> Callable[[Mapping[str, Any]], RowT]:
        """Makes a row from a stored document. Raises ``Misfit`` if a field without a default is missing."""
        if self.row is dict:
            return _without_guards  # type: ignore[return-value]
        return DOCUMENT.reader(self.row, first="_id")

    @property
    def collection(self) -> str:
        """The collection of this version, before any rebuild by hand."""
        return f"view_{self.name}_v{self.version}"


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """One page of rows, and the opaque cursor of the next page; None on the last page."""

    items: list[RowT]
    next: str | None


def update(log: str, guard: int, change: Change | Remove) -> UpdateOne:
    """The guarded update for a change: an upsert by ``_id`` in which every field checks the guard first."""
    fresh = {"$lt": [{"$ifNull": [f"$_at.{log}", -1]}, guard]}
    if isinstance(change, Remove):
        gone = {"_id": "$_id", "_gone": True, "_at": {"$mergeObjects": [{"$ifNull": ["$_at", {}]}, {log: guard}]}}
        return UpdateOne({"_id": change.key}, [{"$replaceWith": {"$cond": [fresh, gone, "$$ROOT"]}}], upsert=True)
    fields = {path: {"$cond": [fresh, _value(value), f"${path}"]} for path, value in change.set.items()}
    return UpdateOne(
        {"_id": change.key},
        [{"$set": fields}, {"$set": {f"_at.{log}": {"$max": [f"$_at.{log}", guard]}}}],
        upsert=True,
    )


def _without_guards(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "_at"}


def _as_stored(value: Any) -> Any:
    return value if isinstance(value, Expression) else DOCUMENT.write(value)


def _value(value: Any) -> Any:
    return value.value if isinstance(value, Expression) else {"$literal": value}
