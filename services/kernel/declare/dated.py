"""Values that change at dates: each version is in force from its date until a later version begins.

Pure, so a domain may import this module.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A version: its number, counted from 1, and the aware time from which the version is in force."""

    @property
    def version(self) -> int: ...

    @property
    def in_force_from(self) -> datetime: ...


Version = TypeVar("Version", bound=Dated)


def in_force(versions: Iterable[Version], at: datetime) -> Version | None:
    """The version in force at a time: the version that began last; of two that began together, the version with the
    higher number.

    None before the first version.
    """
    begun = [version for version in versions if version.in_force_from <= at]
    return max(begun, key=lambda version: (version.in_force_from, version.version), default=None)
