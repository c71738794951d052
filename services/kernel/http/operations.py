"""The routes for operators and other services: health, readiness, metrics, status, and the feed.

None of these routes is public; the gateway forwards none of them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pymongo
from marshmallow.validate import Length, Range
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError

from services.kernel.base.metrics import Metrics
from services.kernel.base.problem import Malformed
from services.kernel.base.settings import Settings
from services.kernel.bus.feed import PAGE, feed_page
from services.kernel.bus.inbox import Inbox, Strays
from services.kernel.bus.subscription import SilenceWatch, Subscription
from services.kernel.declare.route import Answer, Request, Routes
from services.kernel.declare.service import Definition
from services.kernel.declare.view import COMMITS
from services.kernel.http.openapi import fragment
from services.kernel.http.parked_count import ParkedCount
from services.kernel.log.mongo_log import MongoLog
from services.kernel.privacy.personal import personal_page
from services.kernel.privacy.vault import Vault
from services.kernel.readers.erasure_gate import ErasureGate
from services.kernel.readers.parking import Parking
from services.kernel.readers.runner import Runner
from services.kernel.views.view_store import Views

PATIENCE_SECONDS = 1.0


@dataclass(frozen=True)
class FeedQuery:
    """``after`` is the number of the last fact that the asking service has, 0 for none; ``epoch`` is "" at the first
    request.
    """

    epoch: str = ""
    after: Annotated[int, Range(min=0)] = 0
    limit: Annotated[int, Range(1, 1000)] = PAGE


@dataclass(frozen=True)
class PersonalQuery:
    """All ids of one person, separated by commas, and the position after which the page begins."""

    ids: Annotated[str, Length(1, 20_000)]
    after: Annotated[int, Range(0, 2**62)] = 0


@dataclass(frozen=True)
class Operations:
    """The operational routes of one service."""

    definition: Definition
    settings: Settings
    log: MongoLog
    vault: Vault
    inbox: Inbox
    views: Views
    parking: Parking
    strays: Strays
    runner: Runner
    subscriptions: Sequence[Subscription]
    watches: Sequence[SilenceWatch]
    metrics: Metrics
    parked: ParkedCount
    erasures: ErasureGate

    def routes(self) -> Routes:
        """The operational routes. Their handlers use this object and not the service's ``parts``."""
        routes = Routes()

        @routes.get("/healthz", public=False)
        def healthz(_parts: object, _request: Request) -> Answer:
            """The process answers."""
            return Answer({"service": self.definition.name, "alive": True})

        @routes.get("/readyz", public=False)
        def readyz(_parts: object, _request: Request) -> Answer:
            """Can this process answer? 503 with the reasons if not.

            ``degraded`` says that something else does not work; requests are answered nevertheless, so a broker or a
            neighbour that is away takes no instance out of service.
            """
            obstacles, troubles = self.obstacles(), self.troubles()
            body = {
                "ready": not obstacles,
                "degraded": bool(troubles),
                "reasons": [*obstacles, *troubles],
            }
            return Answer(body, 503 if obstacles else 200)

        @routes.get("/metrics", public=False)
        def metrics(_parts: object, _request: Request) -> Answer:
            """Prometheus' text format."""
            return self._exposition()

        @routes.get("/openapi.json", public=False)
        def openapi(_parts: object, _request: Request) -> Answer:
            """The OpenAPI fragment of this service."""
            return Answer(fragment(self.definition))

        @routes.get("/internal/status", public=False)
        def status(_parts: object, _request: Request) -> Answer:
            """How far everything is: head, facts, each reader's lag and trouble, what is expected from each source."""
            return Answer(self._status())

        @routes.get("/internal/personal", public=False)
        def personal(_parts: object, request: Request[None, PersonalQuery]) -> Answer:
            """A page of what the log holds about a person; only for the gateway, which gives it to that person
            alone.
            """
            return self._personal(request)

        @routes.get("/internal/feed", public=False)
        def feed(_parts: object, request: Request[None, FeedQuery]) -> Answer:
            """The facts behind a number, for services only."""
            return self._feed(request)

        return routes

    def obstacles(self) -> list[str]:
        """The reasons why this process cannot answer requests; empty for a ready process."""
        try:
            with pymongo.timeout(PATIENCE_SECONDS):
                self.log.head()
                repeated = self.erasures.is_open()
        except PyMongoError as error:
            return [f"database: {type(error).__name__}"]
        return [] if repeated else ["erasures: not all are repeated since the start"]

    def troubles(self) -> list[str]:
        """What does not work although requests are answered: consumers, feeds, readers, the lease."""
        consumers = [
            f"{subscription.queue}: {subscription.why or 'not consuming'}"
            for subscription in self.subscriptions
            if not subscription.ready or subscription.why
        ]
        feeds = [f"feed of {watch.source}: {watch.why}" for watch in self.watches if watch.why]
        return [*consumers, *feeds, *(f"{name}: {why}" for name, why in sorted(self.runner.troubles.items()))]

    def _exposition(self) -> Answer:
        self.parked.refresh()
        text = generate_latest(self.metrics.registry).decode()
        return Answer(text, content_type=CONTENT_TYPE_LATEST)

    def _status(self) -> dict[str, Any]:
        return {
            "service": self.definition.name,
            "epoch": self.log.epoch,
            "head": self.log.head(),
            "facts": self.log.last_fact(),
            "inbox": self.inbox.head(),
            "epochs": [epoch.epoch for epoch in self.log.history().epochs],
            "heard": {source: self.inbox.expected(source).n - 1 for source in self.definition.sources},
            "forgotten": {source: self.inbox.forgotten(source) for source in self.definition.sources},
            "readers": {reader.name: reader.lag() for reader in self.runner.readers},
            "views": {name: self.views.position(self.views.view(name), log) for name in self.views.names()
                      for log in self.views.view(name).logs if log == COMMITS},
            "parked": self.parking.count(),
            "strays": self.strays.count(),
            "troubles": dict(self.runner.troubles),
            "reasons": [*self.obstacles(), *self.troubles()],
            "at": time.time(),
        }  # fmt: skip

    def _feed(self, request: Request[None, FeedQuery]) -> Answer:
        request.actor.require_service()
        query = request.query
        if query.after > 0 and not query.epoch and query.after < 2**62:
            raise Malformed("say which epoch the number is of", errors={"epoch": ["Missing."]})
        page = feed_page(self.log, self.settings.community_host, query.epoch, query.after, query.limit)
        return Answer(page)

    def _personal(self, request: Request[None, PersonalQuery]) -> Answer:
        request.actor.require_service("gateway")
        ids = [identity for identity in request.query.ids.split(",") if identity]
        return Answer(personal_page(self.log, self.vault, ids, request.query.after))
