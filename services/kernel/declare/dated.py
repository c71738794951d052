"""Values that change at dates: each version holds from its date on, until a later one begins.

Pure, so a domain may import it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Dated(Protocol):
    """One version: its number, counted from 1, and the aware time from which it is in force."""

    @property
    def version(self) -> int: ...

    @property
    def in_force_from(self) -> datetime: ...


Version = TypeVar("Version", bound=Dated)


def in_force(versions: Iterable[Version], at: datetime) -> Version | None:
    """The version in force at a time: of those begun the one begun last, the higher number of two begun together.

    None before the first.
    """
    begun = [version for version in versions if version.in_force_from <= at]
    return max(begun, key=lambda version: (version.in_force_from, version.version), default=None)
