"""What the readers of one manager share within a process."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from services.kernel.readers.reader import Item, LostCheckpoint, Source, item_at


class ReaderGroup:
    """The readers of one manager: one for each of its logs.

    ``turn`` lets one reader at a time work on the manager's instances. Two readers at once would lose nothing, but
    would often disturb each other: the events of a command are read before the command's reaction is finished.
    ``sources`` are the logs that this process reads, by name; ``readers`` the readers' names by log. ``blocked`` holds
    for each reader the keys under which facts are parked: instances, and streams whose facts could not be understood.
    """

    def __init__(
        self,
        manager: str,
        logs: Sequence[str],
        sources: Mapping[str, Source],
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        self.readers = {log: manager if len(logs) == 1 else f"{manager}.{log}" for log in logs}
        self.sources = sources
        self.blocked: dict[str, set[str]] = {reader: set() for reader in self.readers.values()}
        self.turn = turn or threading.Lock()

    def item(self, log: str, position: int, index: int) -> Item | None:
        """The event or fact at a place of a log; None if the log does not hold it any more.

        Raises ``LostCheckpoint`` if another process reads this log.
        """
        if log not in self.sources:
            raise LostCheckpoint(f"the reader of {log} goes first")
        return item_at(self.sources[log], position, index)
