"""Keeps the readers of a service running: one thread holds the lease, and each reader steps in its own thread.

After any error a reader pauses and begins again at its checkpoint; no error ends a reader. Only ``kernel.nameko``
starts the runner, inside its container.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from services.kernel.base.metrics import Metrics
from services.kernel.base.pause import Backoff
from services.kernel.readers.lease import RENEW_SECONDS, Lease
from services.kernel.readers.reader import LostCheckpoint, Reader, Source

log = logging.getLogger(__name__)
POLL_SECONDS = 0.2
ALONE_SECONDS = 1.0
IDLE_SECONDS = 2.0
PACE_SECONDS = 0.02
SHORTEST_PAUSE = 0.05
LONGEST_PAUSE = 5.0
MEASURE_SECONDS = 15.0


class Runner:
    """All readers of one service. ``troubles`` maps a reader's name to the error of its last step, while this instance
    holds the lease: an instance that stands by runs no readers.
    """

    def __init__(self, service: str, lease: Lease, readers: Sequence[Reader], metrics: Metrics | None = None) -> None:
        self.troubles: dict[str, str] = {}
        self.readers = readers
        self._service = service
        self._lease = lease
        self._metrics = metrics
        self._measured: dict[str, float] = {}

    def hold_lease(self, stop: threading.Event) -> None:
        """Take and renew the lease until told to stop; then release the lease."""
        while not stop.is_set():
            try:
                self._lease.acquire_or_renew()
                self.troubles.pop("lease", None)
            except Exception as error:  # noqa: BLE001 - the lease runs out by itself; the next try is a second away
                self.troubles["lease"] = type(error).__name__
                log.warning("lease", extra={"service": self._service, "why": type(error).__name__})
            stop.wait(RENEW_SECONDS if self._lease.held() else RENEW_SECONDS / 4)
        try:
            self._lease.release()
        except Exception as error:  # noqa: BLE001 - we are leaving; it runs out by itself
            log.debug("the lease runs out by itself: %s", type(error).__name__)

    def wake(self) -> None:
        """Wake all readers, so that each notices a request to stop."""
        for bell in {id(bell): bell for bell in (reader.bell() for reader in self.readers)}.values():
            bell.ring()

    def watch(self, sources: Sequence[Source], stop: threading.Event) -> None:
        """Wake the readers of a log when another process has appended to the log: one query per log for all readers.

        The query runs every ``POLL_SECONDS`` while another instance of the service is alive, else every
        ``ALONE_SECONDS``: then only an operator's command can append beside this process.
        """
        while not stop.wait(POLL_SECONDS if self._lease.contested() else ALONE_SECONDS):
            if not self._lease.held():
                continue
            for source in sources:
                try:
                    source.poll()
                except Exception as error:  # noqa: BLE001 - whatever it is, the next look is taken anyway
                    log.debug("no head of %s: %s", source.name, type(error).__name__)

    def run(self, reader: Reader, stop: threading.Event) -> None:
        """Step one reader until told to stop, while the lease is held."""
        backoff = Backoff(SHORTEST_PAUSE, LONGEST_PAUSE)
        while not stop.is_set():
            if not self._lease.held():
                self._stand_by(reader)
                stop.wait(0.05)
                continue
            heard, begun = reader.bell().heard(), time.monotonic()
            try:
                done = reader.step(self._lease.number)
            except Exception as error:  # noqa: BLE001 - whatever a step raises is a pause, never an end
                self._trouble(reader, error)
                self._measure(reader)
                stop.wait(backoff.next())
                continue
            self.troubles.pop(reader.name, None)
            backoff.reset()
            if done:
                # Databases are slow with single items: under load, take items that arrive close together in one step.
                stop.wait(max(0.0, begun + PACE_SECONDS - time.monotonic()))
            else:
                reader.bell().wait(heard, getattr(reader, "idle_seconds", IDLE_SECONDS))
            self._measure(reader)

    def _stand_by(self, reader: Reader) -> None:
        """Forget the reader's trouble and lag: they are another instance's now."""
        self.troubles.pop(reader.name, None)
        if self._metrics is not None and self._measured.pop(reader.name, None) is not None:
            self._metrics.reader_lag.remove(self._service, reader.name)
            if reader.name == "relay":
                self._metrics.relay_lag.remove(self._service)

    def _trouble(self, reader: Reader, error: Exception) -> None:
        self.troubles[reader.name] = f"{type(error).__name__}: {error}"[:300]
        level = logging.INFO if isinstance(error, LostCheckpoint) else logging.WARNING
        log.log(level, "reader pauses", extra={"reader": reader.name, "why": self.troubles[reader.name]})

    def _measure(self, reader: Reader) -> None:
        """Show the reader's lag, at most every ``MEASURE_SECONDS``, also of a reader that fails."""
        now = time.monotonic()
        if self._metrics is None or now - self._measured.get(reader.name, float("-inf")) <= MEASURE_SECONDS:
            return
        try:
            lag = reader.lag()
        except Exception as error:  # noqa: BLE001 - a metric is not worth an end
            log.debug("no lag for %s: %s", reader.name, type(error).__name__)
            return
        self._measured[reader.name] = now
        self._metrics.reader_lag.labels(self._service, reader.name).set(lag)
        if reader.name == "relay":
            self._metrics.relay_lag.labels(self._service).set(lag)
