"""One assembled application per container, shared by the container's entrypoints and given to its workers."""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

from nameko.extensions import DependencyProvider, SharedExtension
from pymongo import MongoClient

from services.kernel.assembly import Application, assemble
from services.kernel.base.metrics import Metrics
from services.kernel.base.mongo import connect
from services.kernel.base.settings import settings_for


@cache
def client(uri: str) -> MongoClient[dict[str, Any]]:
    """One client per process and server, also for several services in one process."""
    return connect(uri)


@cache
def metrics() -> Metrics:
    """One registry per process."""
    return Metrics()


class Assembled(SharedExtension):  # type: ignore[misc]
    """Builds the application of the container's service class; ``prepared`` is set when the database is prepared."""

    application: Application

    def setup(self) -> None:
        definition = self.container.service_cls.definition()
        settings = settings_for(definition.name)
        database = client(settings.mongodb)[settings.database]
        self.application = assemble(definition, settings, database, metrics())
        self.prepared = threading.Event()
        self.stopping = threading.Event()


class ApplicationProvider(DependencyProvider):  # type: ignore[misc]
    """Gives the application to every worker."""

    assembled = Assembled()

    def get_dependency(self, worker_ctx: Any) -> Application:  # noqa: ARG002 - nameko's signature
        return self.assembled.application
