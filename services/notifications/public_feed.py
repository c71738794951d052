"""The public feed: the inbox, in the order in which it was stored, as far as somebody may read it.

A cursor is a place in it: opaque, exclusive, and moved by nobody but its holder. It names the history that it is of, for
after a restore the same place may hold another fact.
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

READ_AT_MOST = 2048
"""So many facts are looked at for one page; where few of them are wanted, the page is short and there is more."""
BATCH = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact at its place: its name (``events.seat-taken``) and the untouched envelope."""

    position: int
    name: str
    region: str | None
    envelope: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """What was found, the place up to which was read, and whether anything lies behind it."""

    entries: Sequence[Entry]
    position: int
    more: bool


class PublicFeed:
    """Reads an inbox. ``epoch`` is the own log's: it is another one after a restore."""

    def __init__(self, inbox: Inbox, epoch: str) -> None:
        self._inbox = inbox
        self._epoch = epoch

    def head(self) -> int:
        """The place of the last fact."""
        return self._inbox.head()

    def read(self, interest: Interest, after: int, limit: int, at_most: int = READ_AT_MOST) -> Page:
        """At most ``limit`` of the facts behind a place that somebody takes."""
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
        """The envelope at a place."""
        ((_, envelope),) = self._inbox.stored(position - 1, 1)
        return envelope

    def cursor(self, position: int) -> str:
        """A place as it is told outside."""
        return base64.urlsafe_b64encode(json.dumps([self._epoch, position]).encode()).decode().rstrip("=")

    def position(self, cursor: str | None) -> int:
        """The place of a cursor, 0 without one. Raises ``Malformed`` for one that is not of this history."""
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
            raise Malformed("the cursor is not one of ours", errors={"after": [why]})
        return int(position)


def _entry(position: int, envelope: Mapping[str, Any]) -> Entry:
    fact = fact_of(envelope, position)
    return Entry(position, fact.name, fact.region, envelope)
