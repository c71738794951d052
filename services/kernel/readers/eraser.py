"""Does what an erasure demands outside the log: destroys keys, and whatever else a service keeps of a person.

A reader without a checkpoint: it reads the whole of its log at every start, so that a crash in the middle repeats it, and
so that what a restored backup brought back is destroyed again. Everything it does may be repeated. (UU PDP 27/2022)
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
    """``erased(fact)`` names the ids of somebody who is to be forgotten, none for any other fact; ``erase(ids, fact)``
    forgets them. Both may be called again for the same fact.
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
        """Only one instance holds the lease; two would do no harm. Raises ``PyMongoError``: the batch is taken again."""
        batch = self._source.batch(self._position, BATCH)
        for item in batch.items:
            # What cannot be read is parked: nobody's erasure may be passed over in silence.
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
    """The eraser of a service that hears of it: destroys its own keys of all ``ids`` that the fact names.

    ``fact`` is its name at its source: ``members.member-erased``.
    """

    def erased(heard: Recorded | Fact) -> Sequence[str]:
        named = heard.data["ids"] if isinstance(heard, Fact) and heard.name == fact else ()
        return [str(identity) for identity in named]

    def erase(ids: Sequence[str], _heard: Recorded | Fact) -> None:
        core.vault.destroy(*ids)

    return Eraser(core.heard, Parking(core.database), erased, erase)
