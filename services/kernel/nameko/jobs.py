"""The entrypoint that runs a service's background jobs: lease, readers, subscriptions, watches.

Each job is one worker that lives as long as the container. No job may end before it is told to. An error in a job kills
the container, the container's end ends the process, and the supervisor restarts the process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from eventlet.event import Event
from nameko.extensions import Entrypoint
from pymongo.errors import PyMongoError

from services.kernel.base.pause import Backoff
from services.kernel.nameko.application import Assembled

log = logging.getLogger(__name__)
Job = Callable[[threading.Event], None]


class Jobs(Entrypoint):  # type: ignore[misc]
    """Calls the service's method once per job, with the job and the event that ends the job."""

    assembled = Assembled()

    def start(self) -> None:
        self.container.spawn_managed_thread(self._run, identifier="jobs")

    def stop(self) -> None:
        self.assembled.stopping.set()
        self.assembled.application.runner.wake()

    def _run(self) -> None:
        self._prepare()
        stop = self.assembled.stopping
        if stop.is_set():
            return
        for name, job in self.assembled.application.jobs():
            self.container.spawn_managed_thread(partial(self._work, job, stop), identifier=name)

    def _prepare(self) -> None:
        """Wait for the database, and log the wait; requests are answered 503 meanwhile."""
        stop = self.assembled.stopping
        backoff = Backoff(0.1, 2.0)
        while not stop.is_set():
            try:
                self.assembled.application.prepare()
            except PyMongoError as error:
                log.warning("waiting for the database", extra={"why": str(error)[:200]})
                stop.wait(backoff.next())
                continue
            self.assembled.prepared.set()
            return

    def _work(self, job: Job, stop: threading.Event) -> None:
        done = Event()

        def finished(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send(result, exc_info)
            return result, exc_info

        self.container.spawn_worker(self, (job, stop), {}, handle_result=finished)
        done.wait()


jobs = Jobs.decorator
