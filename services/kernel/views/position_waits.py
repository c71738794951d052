"""Reads that wait until the views show a position of the own log (``Wait-For``).

A position beyond the log's head is refused at once: nobody was given it. Where this process runs the readers, they wake
the waiting reads, and nothing is asked of the database. Where another instance runs them, all waiting reads share one
look at the checkpoints, at most every ``LOOK_SECONDS``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from services.kernel.base.problem import Unavailable
from services.kernel.views.view_store import Views

WAIT_SECONDS = 2.0
WAITING_READS = 64
LOOK_SECONDS = 0.02
LEASE_LOOK_SECONDS = 0.25
"""How long a read sleeps at most before it looks whether this process still runs the readers."""


class PositionWaits:
    """The waiting reads of one process.

    ``appended()`` returns the position of this process's last append, from memory. ``head()`` reads the log's last
    position. ``runs_readers()`` says whether this process holds the lease.
    """

    def __init__(
        self, views: Views, appended: Callable[[], int], head: Callable[[], int], runs_readers: Callable[[], bool]
    ) -> None:
        self._views = views
        self._appended = appended
        self._runs_readers = runs_readers
        self._waiting = threading.Semaphore(WAITING_READS)
        self._head = SharedLook(head)
        self._shown = SharedLook(views.stored_position)

    def wait_for(self, position: int) -> None:
        """Wait until all views have reached the position of the own log.

        Raises ``Unavailable`` at once for a position beyond the log's head, or if too many reads wait; else after
        ``WAIT_SECONDS``. Raises ``PyMongoError``.
        """
        if self._views.shown_here() >= position:
            return
        deadline = time.monotonic() + WAIT_SECONDS
        # The head of a moment ago may be older than the append of another instance that gave the position away.
        if self._appended() < position and self._head.at_least(position, time.monotonic(), deadline) < position:
            raise Unavailable(f"position {position} is beyond this log")
        if not self._waiting.acquire(blocking=False):
            raise Unavailable("too many reads are waiting")
        try:
            while not self._reached(position, deadline):
                if time.monotonic() >= deadline:
                    raise Unavailable(f"position {position} is not shown yet")
        finally:
            self._waiting.release()

    def _reached(self, position: int, deadline: float) -> bool:
        """Whether the views show the position, after a short wait if they do not."""
        bell = self._views.bell
        heard = bell.heard()  # read before looking, so that a ring between the two is not missed
        if self._views.shown_here() >= position:
            return True
        if self._runs_readers():
            bell.wait(heard, max(0.0, min(deadline - time.monotonic(), LEASE_LOOK_SECONDS)))
            return self._views.shown_here() >= position
        if self._shown.at_least(position, time.monotonic() - LOOK_SECONDS, deadline) >= position:
            return True
        time.sleep(LOOK_SECONDS)
        return False


class SharedLook:
    """A number in the database that only grows, and that many threads want to know: one of them looks for all."""

    def __init__(self, look: Callable[[], int]) -> None:
        self._look = look
        self._turn = threading.Lock()
        self._number = 0
        self._looked = float("-inf")

    def at_least(self, wanted: int, since: float, deadline: float) -> int:
        """The number: the known number if it is enough, else as the database showed it after ``since`` (machine time).

        Raises ``Unavailable`` if the database gives no answer before ``deadline``, and ``PyMongoError``.
        """
        if self._number >= wanted:
            return self._number
        if not self._turn.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise Unavailable("the database gives no answer")
        try:
            if self._number < wanted and self._looked < since:
                looked = time.monotonic()
                self._number = self._look()
                self._looked = looked
            return self._number
        finally:
            self._turn.release()
