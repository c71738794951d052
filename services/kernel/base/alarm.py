"""A bell that also rings at a moment of domain time, so that a reader need not ask the database for due work."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from services.kernel.base.bell import Bell
from services.kernel.base.clock import Clock

LOOK_SECONDS = 0.5


class Alarm(Bell):
    """A bell that also wakes its reader at a moment of domain time.

    A ring of ``bell`` wakes the reader at once; a ring of a bell in ``also`` wakes the reader within ``LOOK_SECONDS``.
    The alarm looks at the clock equally often, because domain time can be moved forward.
    """

    def __init__(self, bell: Bell, clock: Clock, also: Sequence[Bell] = ()) -> None:
        self._bell = bell
        self._clock = clock
        self._also = also
        self._due: datetime | None = None

    def set(self, due: datetime | None) -> None:
        """Wake at ``due`` in domain time; None clears the alarm."""
        self._due = due

    def ring(self) -> None:
        self._bell.ring()

    def heard(self) -> int:
        return self._bell.heard() + sum(bell.heard() for bell in self._also)

    def wait(self, heard: int, seconds: float) -> None:
        """Wait until a bell has rung since ``heard``, the set moment has come, or ``seconds`` have passed."""
        until = time.monotonic() + seconds
        while True:
            rings = self._bell.heard()  # read before waiting, so that a ring between the next two lines is not missed
            left = until - time.monotonic()
            if self.heard() > heard or self._has_come() or left <= 0:
                return
            self._bell.wait(rings, min(left, LOOK_SECONDS))

    def _has_come(self) -> bool:
        return self._due is not None and self._clock.now() >= self._due
