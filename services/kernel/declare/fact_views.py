"""The two kinds of views that every service makes of another service's facts, declared by fact and field names.

A service never imports another service and knows only its published facts, so each service declares the fields that it
keeps. This module does the keeping. Each function makes the ``apply`` of a ``view.View`` that reads the inbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from services.kernel.base.message import Fact
from services.kernel.base.times import moment, read
from services.kernel.declare.dated import in_force
from services.kernel.declare.view import Applied, Change

Document = Mapping[str, Any]


class VersionRow(Protocol):
    """The row of a view of dated versions; ``in_force_from`` as it is stored."""

    @property
    def version(self) -> int: ...

    @property
    def in_force_from(self) -> datetime | str: ...


VersionRowT = TypeVar("VersionRowT", bound=VersionRow)
StoredT = TypeVar("StoredT")


def copied(kept: Mapping[str, Sequence[str]]) -> Callable[[Fact], Applied]:
    """Make one document per subject from the listed fields of the named facts, unchanged.

    A fact without one of its fields raises ``KeyError`` and is parked.
    """

    def apply(fact: Fact) -> Applied:
        names = kept.get(fact.name)
        return [] if names is None else [Change(fact.subject, {name: fact.data[name] for name in names})]

    return apply


def six_digits(version: int) -> str:
    """The key of a version, padded so that the keys' order as text is the versions' order."""
    return f"{version:06d}"


def dated(
    name: str,
    kept: Callable[[Document], Document],
    *,
    key: Callable[[int], str] = six_digits,
    since: Callable[[datetime], Any] = moment,
) -> Callable[[Fact], Applied]:
    """Make one document per version that the fact ``name`` tells: ``{version, in_force_from, …kept(data)}``.

    The fact's data has ``version`` and ``in_force_from``. ``since`` makes the stored form of the time, by default text
    to the second.
    """

    def apply(fact: Fact) -> Applied:
        if fact.name != name:
            return []
        version, begins = int(fact.data["version"]), read(str(fact.data["in_force_from"]))
        return [Change(key(version), {"version": version, "in_force_from": since(begins), **kept(fact.data)})]

    return apply


def told_or_default(data: Document, defaults: Document) -> dict[str, Any]:
    """The fact's values under the names of ``defaults``, in the types of the defaults; tuples as lists.

    A fact that is older than a value does not have the value; the default was in force then.
    """
    return {
        name: list(data.get(name, default)) if isinstance(default, tuple) else type(default)(data.get(name, default))
        for name, default in defaults.items()
    }


def row_at(rows: Iterable[VersionRowT], at: datetime) -> VersionRowT | None:
    """The row in force at a time, of a view of dated versions; None before the first."""
    found = in_force((_Version(row.version, _time(row.in_force_from), row) for row in rows), at)
    return None if found is None else found.stored


@dataclass(frozen=True, slots=True)
class _Version(Generic[StoredT]):
    version: int
    in_force_from: datetime
    stored: StoredT


def _time(begins: datetime | str) -> datetime:
    return begins if isinstance(begins, datetime) else read(begins)
