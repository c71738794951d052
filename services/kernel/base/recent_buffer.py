"""The newest stretch of a log, kept in memory for its readers: what was just made durable need not be asked for again."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

Entry = TypeVar("Entry")
ENTRIES = 1024


class RecentBuffer(Generic[Entry]):
    """Entries at consecutive positions, at most ``ENTRIES``. Only what is durable may be added.

    Positions are given once and never change, so an entry is right for ever; the window may only be too short.
    """

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES)
        self._last = 0
        self._lock = threading.Lock()

    @property
    def last(self) -> int:
        """The newest position in it, 0 while it is empty."""
        return self._last

    def add(self, position: int, entry: Entry) -> None:
        """Add the next one. One further on begins a new stretch; one that is in it already is nothing new."""
        with self._lock:
            if position <= self._last:
                return
            if position != self._last + 1:
                self._entries.clear()
            self._entries.append(entry)
            self._last = position

    def behind(self, position: int, limit: int) -> Sequence[Entry]:
        """At most ``limit`` entries directly behind a position; none when the stretch begins later or ends there."""
        with self._lock:
            first = self._last - len(self._entries) + 1
            if not self._entries or position + 1 < first or position >= self._last:
                return []
            start = position + 1 - first
            return list(islice(self._entries, start, start + limit))

    def newest_until(self, enough: Callable[[Entry], bool]) -> list[Entry] | None:
        """The newest entries down to, and without, the first that is ``enough``; None when the stretch ends before."""
        found: list[Entry] = []
        with self._lock:
            for entry in reversed(self._entries):
                if enough(entry):
                    found.reverse()
                    return found
                found.append(entry)
        return None
