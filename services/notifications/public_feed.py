"""The public feed: the facts of the inbox that a reader wants and may read, in the order in which the inbox stored them.

A cursor is a position in the inbox: opaque and exclusive, and only its holder moves the cursor. A cursor names its history,
because after a restore the same position may hold another fact.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.kernel.base.problem import Malformed
from services.kernel.bus.envelope import fact_of
from services.kernel.bus.inbox import Inbox
from services.notifications.domain.interest import Interest

MAX_READ = 2048
"""So many facts are looked through for one page. If few of them are wanted, the page is short and ``more`` is true."""
BATCH = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact at a position: its name (``events.seat-taken``) and the unchanged envelope."""

    position: int
    name: str
    region: str | None
    envelope: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """``position`` is the last position that was read; ``more`` says whether the inbox goes on behind it."""

    entries: Sequence[Entry]
    position: int
    more: bool


class PublicFeed:
    """``epoch`` is that of the service's log; a restore changes the epoch."""

    def __init__(self, inbox: Inbox, epoch: str) -> None:
        self._inbox = inbox
        self._epoch = epoch

    def head(self) -> int:
        """The place of the last fact."""
        return self._inbox.head()

    def read(self, interest: Interest, after: int, limit: int, at_most: int = MAX_READ) -> Page:
        """At most ``limit`` wanted facts behind the position ``after``."""
        found: list[Entry] = []
        position = after
        while position < after + at_most:
            batch = self._inbox.stored(position, BATCH)
            if not batch:
                return Page(found, position, more=False)
            for place, envelope in batch:
                position = place
                entry = _entry(place, envelope)
                if not interest.takes(entry.name, entry.region):
                    continue
                found.append(entry)
                if len(found) == limit:
                    return Page(found, position, more=self._inbox.head() > position)
        return Page(found, position, more=self._inbox.head() > position)

    def envelope(self, position: int) -> Mapping[str, Any]:
        """The envelope at a position."""
        ((_, envelope),) = self._inbox.stored(position - 1, 1)
        return envelope

    def cursor(self, position: int) -> str:
        """The cursor of a position."""
        return base64.urlsafe_b64encode(json.dumps([self._epoch, position]).encode()).decode().rstrip("=")

    def position(self, cursor: str | None) -> int:
        """The position of a cursor, 0 without a cursor. Raises ``Malformed`` for a cursor of another history."""
        if not cursor:
            return 0
        try:
            epoch, position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            known = epoch == self._epoch and type(position) is int and 0 <= position < 2**53
        except (ValueError, TypeError, RecursionError):
            epoch, known = None, False
        if not known:
            gone = isinstance(epoch, str) and epoch != self._epoch
            why = "It is of a history that was restored: begin again without one." if gone else "Not a cursor."
            raise Malformed("This is not a cursor of this installation.", errors={"after": [why]})
        return int(position)


def _entry(position: int, envelope: Mapping[str, Any]) -> Entry:
    fact = fact_of(envelope, position)
    return Entry(position, fact.name, fact.region, envelope)
