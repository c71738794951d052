"""Rows of dated versions: the community's rules, of which one version is in force at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from services.kernel.base.times import read
from services.kernel.declare.dated import in_force


class VersionRow(Protocol):
    """The row of a view of dated versions; ``in_force_from`` as it is stored."""

    @property
    def version(self) -> int: ...

    @property
    def in_force_from(self) -> datetime | str: ...


VersionRowT = TypeVar("VersionRowT", bound=VersionRow)
StoredT = TypeVar("StoredT")


def six_digits(version: int) -> str:
    """The key of a version, padded so that the keys' order as text is the versions' order."""
    return f"{version:06d}"


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
