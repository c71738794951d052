"""A read model: what one fact changes in which documents.

A view is a name, a version, an ``apply`` and its indexes. ``apply`` is pure: from one fact alone it answers at most
one change a document, never reading another document. Whatever order two logs are read in must give the same view.

Every change is guarded inside its own update (position × 1000 + index, one guard a log), so a fact applied twice is
applied once. The guard stands in the update and not in the filter: a filtered upsert that finds its document guarded
would insert it again and stop the whole batch with a duplicate key, for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any, Generic

from pymongo import UpdateOne
from typing_extensions import TypeVar

from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.plain import DOCUMENT

COMMITS = "commits"
INBOX = "inbox"
CHECKPOINT = "_checkpoint"

Index = Sequence[tuple[str, int]]
RowT = TypeVar("RowT", default=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Expression:
    """A MongoDB aggregation expression, evaluated against the document as it stands. Everything else is literal."""

    value: Any


@dataclass(frozen=True, slots=True)
class Change:
    """Set fields of one document, which appears if it does not stand yet.

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
        """Set all fields of a row, under the key that is its first field."""
        document = DOCUMENT.write(row)
        key = document.pop(fields(row)[0].name)
        return cls(key, document)


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a document out of the view. A tombstone with its guard stays, so a late repetition cannot revive it."""

    key: str


Applied = Sequence[Change | Remove]


def increment(path: str, by: int = 1) -> Expression:
    """The number at ``path`` (0 where there is none) plus ``by``."""
    return Expression({"$add": [{"$ifNull": [f"${path}", 0]}, by]})


def adding(path: str, *values: str) -> Expression:
    """The set of strings at ``path`` with the values in it; kept sorted, so that two orders give the same array."""
    union = {"$setUnion": [{"$ifNull": [f"${path}", []]}, {"$literal": list(values)}]}
    return Expression({"$sortArray": {"input": union, "sortBy": 1}})


def taking(path: str, *values: str) -> Expression:
    """The set of strings at ``path`` without the values."""
    difference = {"$setDifference": [{"$ifNull": [f"${path}", []]}, {"$literal": list(values)}]}
    return Expression({"$sortArray": {"input": difference, "sortBy": 1}})


def _subject(fact: Recorded | Fact) -> str:
    return fact.stream if isinstance(fact, Recorded) else f"{fact.source}:{fact.subject}"


@dataclass(frozen=True)
class View(Generic[RowT]):
    """A read model's definition.

    ``row`` is the frozen dataclass of its documents: the first field is the document's ``_id``, the others have the names of
    the document's fields. A field with a default may be missing in a document. Without ``row`` documents are dicts.
    ``logs`` names what it reads: ``(COMMITS,)`` with events, ``(INBOX,)`` with facts, or both. ``key`` says what waits
    behind a fact that cannot be applied; by default its stream or subject. Raising ``version`` builds the view anew
    beside the live one.
    """

    name: str
    version: int
    apply: Callable[[Any], Applied]
    logs: tuple[str, ...] = (COMMITS,)
    indexes: Sequence[Index] = ()
    key: Callable[[Recorded | Fact], str] = field(default=_subject)
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
        """Reads a stored document as a row. Raises ``Misfit`` where a field is missing that has no default."""
        if self.row is dict:
            return _without_guards  # type: ignore[return-value]
        return DOCUMENT.reader(self.row, first="_id")

    @property
    def collection(self) -> str:
        """The collection of this version when nothing was rebuilt by hand."""
        return f"view_{self.name}_v{self.version}"


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """One page of rows, and the opaque cursor of the next, None at the end."""

    items: list[RowT]
    next: str | None


def update(log: str, guard: int, change: Change | Remove) -> UpdateOne:
    """The guarded update that a change becomes: an upsert by ``_id`` whose every field asks the guard first."""
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
