"""Counts the parked facts for ``/metrics``, and keeps the last count while the database is away."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter

from pymongo.errors import PyMongoError

from services.kernel.base.metrics import Metrics
from services.kernel.readers.parking import Parking

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 0.05


class ParkedCount:
    """The gauges of parked facts. A request starts a count and waits for it for at most ``PATIENCE_SECONDS``; then the
    last count is shown, with its age.
    """

    def __init__(self, service: str, parking: Parking, metrics: Metrics) -> None:
        self._service = service
        self._parking = parking
        self._metrics = metrics
        self._guard = threading.Lock()
        self._running: threading.Event | None = None
        self._shown: set[str] = set()
        self._counted = time.monotonic()

    def refresh(self) -> None:
        """Count, as far as the database answers at once. Raises nothing."""
        with self._guard:
            done = self._running
            if done is None:
                done = self._running = threading.Event()
                threading.Thread(target=self._count, args=(done,), name="parked count", daemon=True).start()
        done.wait(PATIENCE_SECONDS)
        self._metrics.parked_age.labels(self._service).set(time.monotonic() - self._counted)

    def _count(self, done: threading.Event) -> None:
        try:
            begun = time.monotonic()
            found = Counter(fact.reader for fact in self._parking.all())
            for reader in self._shown | set(found):  # a reader that has no parked facts any more falls to 0
                self._metrics.parked.labels(self._service, reader).set(found[reader])
            self._shown |= set(found)
            self._counted = begun
        except PyMongoError as error:
            log.debug("parked facts are not counted: %s", type(error).__name__)
        finally:
            with self._guard:
                self._running = None
            done.set()
