"""The newest entries of a log, kept in memory, so that readers need not ask the database for what was just appended."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

Entry = TypeVar("Entry")
ENTRIES = 1024


class RecentBuffer(Generic[Entry]):
    """Entries at consecutive positions, at most ``ENTRIES``. Only durable entries may be added.

    A position is given once and its entry never changes, so an entry in the buffer is always right. The buffer can only
    be too short.
    """

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES)
        self._last = 0
        self._lock = threading.Lock()

    @property
    def last(self) -> int:
        """The newest position in the buffer, 0 for an empty buffer."""
        return self._last

    def add(self, position: int, entry: Entry) -> None:
        """Add an entry. A gap before the position empties the buffer first; a position that is known already is
        ignored.
        """
        with self._lock:
            if position <= self._last:
                return
            if position != self._last + 1:
                self._entries.clear()
            self._entries.append(entry)
            self._last = position

    def behind(self, position: int, limit: int) -> Sequence[Entry]:
        """At most ``limit`` entries directly after a position; empty if the buffer begins later or ends at the
        position.
        """
        with self._lock:
            first = self._last - len(self._entries) + 1
            if not self._entries or position + 1 < first or position >= self._last:
                return []
            start = position + 1 - first
            return list(islice(self._entries, start, start + limit))

    def newest_until(self, enough: Callable[[Entry], bool]) -> list[Entry] | None:
        """The newest entries after the last entry for which ``enough`` is true; None if the buffer has no such
        entry.
        """
        found: list[Entry] = []
        with self._lock:
            for entry in reversed(self._entries):
                if enough(entry):
                    found.reverse()
                    return found
                found.append(entry)
        return None
