"""The base class of every service: one application, and the entrypoints for requests and background jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from services.kernel.http.api import RawAnswer, RawRequest
from services.kernel.nameko.application import ApplicationProvider
from services.kernel.nameko.http import routes
from services.kernel.nameko.jobs import jobs


class EventSourcedService:
    """Subclasses set their name and their ``definition``."""

    name = ""
    application: Any = ApplicationProvider()

    @routes
    def answer(self, request: RawRequest) -> RawAnswer:
        """Answer one HTTP request."""
        response: RawAnswer = self.application.api.respond(request)
        return response

    @jobs
    def work(self, job: Callable[[threading.Event], None], stop: threading.Event) -> None:
        """Run one background job of the service until told to stop."""
        job(stop)
