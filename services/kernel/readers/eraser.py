"""Does the work of an erasure outside the log: destroys keys and other stored data of a person.

The eraser has no checkpoint and reads the whole log at every start. So a crash in the middle repeats the erasure, and
data that a restored backup brought back is destroyed again. Every step may be repeated. (UU PDP 27/2022)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from services.kernel.base.bell import Bell
from services.kernel.base.message import Fact, Recorded
from services.kernel.declare.service import Core
from services.kernel.readers.parking import Parking, ParkingReader
from services.kernel.readers.reader import Source

log = logging.getLogger(__name__)
BATCH = 256


class Eraser:
    """``erased(fact)`` returns the ids of a person who is to be forgotten, empty for any other fact. ``erase(ids,
    fact)`` forgets the person. Both may be called again for the same fact.
    """

    name = "eraser"

    def __init__(
        self,
        source: Source,
        parking: Parking,
        erased: Callable[[Recorded | Fact], Sequence[str]],
        erase: Callable[[Sequence[str], Recorded | Fact], None],
    ) -> None:
        self._source = source
        self._unread = ParkingReader(parking, self.name)
        self._erased = erased
        self._erase = erase
        self._position = 0

    def step(self, lease: int) -> int:
        """Only the holder of the lease steps; two erasers at once would do no harm. After a ``PyMongoError`` the batch
        is taken again.
        """
        batch = self._source.batch(self._position, BATCH)
        for item in batch.items:
            # An unreadable fact is parked: no erasure may be skipped silently.
            if (fact := self._unread.read(item)) is not None:
                self._take(fact)
        done = batch.last - self._position
        self._position = batch.last
        return done + self._unread.take_marked(lease, self._source, self._take)

    def lag(self) -> int:
        return self._source.head() - self._position

    def bell(self) -> Bell:
        return self._source.bell()

    def _take(self, fact: Recorded | Fact) -> None:
        if ids := self._erased(fact):
            self._erase(ids, fact)
            log.info("erased", extra={"reader": self.name, "position": fact.position})


def hearing(core: Core, fact: str) -> Eraser:
    """The eraser of a service that hears of an erasure in a fact: destroys the service's own keys of all ``ids`` in the
    fact.

    ``fact`` is the fact's full name: ``members.member-erased``.
    """

    def erased(heard: Recorded | Fact) -> Sequence[str]:
        named = heard.data["ids"] if isinstance(heard, Fact) and heard.name == fact else ()
        return [str(identity) for identity in named]

    def erase(ids: Sequence[str], _heard: Recorded | Fact) -> None:
        core.vault.destroy(*ids)

    return Eraser(core.heard, Parking(core.database), erased, erase)
