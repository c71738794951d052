"""How far a reader has come in its log, and when its checkpoint must be written.

Most facts have no effect on most readers. So a reader that found nothing to do does not write its checkpoint at once,
only after ``FLUSH_SECONDS``: after a crash it reads these facts again, and again they have no effect.
"""

from __future__ import annotations

import time

FLUSH_SECONDS = 1.0
IDLE_SECONDS = 2.0


class Cursor:
    """The place of one reader in one log.

    ``stored`` is the checkpoint as last read or written. ``finished`` is the position up to which no work is left; it
    is ahead of ``stored`` while facts without an effect are not stored yet.
    """

    def __init__(self, stored: int) -> None:
        self.stored = stored
        self.finished = stored
        self._level = time.monotonic()

    def must_store(self, to: int, effects: bool) -> bool:
        """Whether the checkpoint must move to ``to`` now: at once after effects, else after ``FLUSH_SECONDS``."""
        if to == self.stored:
            return False
        return effects or time.monotonic() - self._level >= FLUSH_SECONDS

    def store(self, to: int) -> None:
        """Note that the checkpoint was written."""
        self.stored = to

    def finish(self, to: int) -> int:
        """Note that no work is left up to ``to``; returns the number of positions that this finished."""
        done, self.finished = to - self.finished, to
        if self.finished == self.stored:
            self._level = time.monotonic()
        return done

    @property
    def idle_seconds(self) -> float:
        """How long the reader may sleep without a ring: shortly while the checkpoint is behind, because other readers
        and waiting requests look at the checkpoint.
        """
        return IDLE_SECONDS if self.finished == self.stored else FLUSH_SECONDS
