"""Does what an erasure demands outside the log: destroys keys, and whatever else a service keeps of a person.

A reader, so that a crash in the middle repeats it; everything it does may be repeated. It reads the whole of its log
after a restore, and so destroys again what a backup brought back. (DESIGN §7, UU PDP 27/2022 art. 16)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from pymongo.errors import PyMongoError

from services.kernel.bell import Bell
from services.kernel.message import Fact, Recorded
from services.kernel.parking import ParkedFact, Parking, describe, parked_now
from services.kernel.reader import Checkpoints, Item, LostCheckpoint, Source
from services.kernel.registry import Unreadable
from services.kernel.service import Core

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
        checkpoints: Checkpoints,
        parking: Parking,
        erased: Callable[[Recorded | Fact], Sequence[str]],
        erase: Callable[[Sequence[str], Recorded | Fact], None],
    ) -> None:
        self._source = source
        self._checkpoints = checkpoints
        self._parking = parking
        self._erased = erased
        self._erase = erase
        self._position: int | None = None

    def step(self, lease: int) -> int:
        try:
            if self._position is None:
                self._position = self._checkpoints.position(self.name, lease)
            batch = self._source.batch(self._position, BATCH)
            for item in batch.items:
                self._take(item)
            done = batch.last - self._position
            if done:
                self._checkpoints.move(self.name, lease, self._position, batch.last)
                self._position = batch.last
            return done + self._retry()
        except (PyMongoError, LostCheckpoint):
            self._position = None
            raise

    def lag(self) -> int:
        return self._source.head() - (self._position or 0)

    def bell(self) -> Bell:
        return self._source.bell()

    def _take(self, item: Item) -> None:
        try:
            fact = item.load()
        except Unreadable as error:
            # Nobody's erasure may be passed over in silence, so it waits where an operator sees it.
            log.exception("parked", extra={"reader": self.name, "position": item.position})
            parked = ParkedFact(
                self.name, self._source.name, item.position, item.index, item.stream, describe(error), parked_now()
            )
            self._parking.park([parked])
            return
        ids = self._erased(fact)
        if ids:
            self._erase(ids, fact)
            log.info("erased", extra={"reader": self.name, "position": item.position})

    def _retry(self) -> int:
        """Take again what an operator has marked; no erasure waits behind another."""
        marked = self._parking.marked(self.name)
        for parked in marked:
            found = self._source.batch(parked.position - 1, 1).items
            item = next(item for item in found if item.index == parked.index)
            self._parking.done([parked])
            self._take(item)
        return len(marked)


def hearing(core: Core, fact: str) -> Eraser:
    """The eraser of a service that hears of it: destroys its own keys of all ``ids`` that the fact names.

    ``fact`` is its name at its source: ``members.member-erased``.
    """

    def erased(heard: Recorded | Fact) -> Sequence[str]:
        named = heard.data["ids"] if isinstance(heard, Fact) and heard.name == fact else ()
        return [str(identity) for identity in named]

    def erase(ids: Sequence[str], _heard: Recorded | Fact) -> None:
        core.vault.destroy(*ids)

    return Eraser(core.heard, Checkpoints(core.database), Parking(core.database), erased, erase)
