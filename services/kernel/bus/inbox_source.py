"""The inbox as a source for readers."""

from __future__ import annotations

from services.kernel.base.bell import Bell
from services.kernel.bus.inbox import Inbox
from services.kernel.declare.view import INBOX
from services.kernel.readers.reader import BATCH, Batch, Item, at_the_end


class InboxSource:
    """The received facts, one by one. Facts that this process stored are read from memory."""

    name = INBOX

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._seen: int | None = None

    def batch(self, after: int, limit: int = BATCH) -> Batch:
        facts = self._inbox.recent.behind(after, limit)
        if not facts and not at_the_end(after, self._seen, self._inbox.recent.last):
            facts = self._inbox.read(after, limit)
        items = [
            Item(INBOX, fact.position, 0, f"{fact.source}:{fact.subject}", lambda fact=fact: fact)  # type: ignore[misc]
            for fact in facts
        ]
        return Batch(items, facts[-1].position if facts else after)

    def head(self) -> int:
        return self._inbox.head()

    def bell(self) -> Bell:
        return self._inbox.bell

    def poll(self) -> None:
        head = self._inbox.head()
        if head != self._seen:
            self._seen = head
            self._inbox.bell.ring()
