"""Two ends of the bus in one test: a source with log, relay and feed, and a consumer with inbox and subscription."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pymongo.database import Database

from services.kernel.bus.catch_up import CatchUp
from services.kernel.bus.feed import feed_page
from services.kernel.bus.inbox import Inbox, Strays
from services.kernel.bus.relay import Relay
from services.kernel.bus.subscription import SilenceWatch, Subscription, queue_name
from services.kernel.declare.policy import ActorSignature
from services.kernel.log.mongo_log import MongoLog
from services.kernel.readers.reader import Checkpoints
from tests.support.sample_domain import REGISTRY, append


class SourceEndpoint:
    """A service that tells facts: ``tell`` appends, ``relay.step`` publishes, ``url`` answers its feed."""

    def __init__(self, name: str, database: Database[dict[str, Any]], amqp: str | None = None) -> None:
        self.name = name
        self.database = database
        self._amqp = amqp
        self.log = MongoLog(name, database, REGISTRY)
        self.log.prepare()
        self.relay = self._new_relay()
        self.asked = 0
        self.feed_open = True
        station = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                station.asked += 1
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                page = feed_page(station.log, "x", query.get("epoch", ""), int(query["after"]), int(query["limit"]))
                body = json.dumps(page).encode()
                self.send_response(200 if station.feed_open else 503)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def tell(self, count: int, word: str = "t") -> None:
        """Append so many commits of one fact each. Facts of another word are other facts, also under the same numbers."""
        for _ in range(count):
            n = self.log.last_fact()
            self.log.append(append(f"shelf-{n}", 0, f"{word}{n + 1}"))

    def backup(self) -> dict[str, list[dict[str, Any]]]:
        """A copy of the database."""
        return {name: list(self.database[name].find()) for name in self.database.list_collection_names()}

    def restore(self, backup: dict[str, list[dict[str, Any]]], *, begin: bool = True) -> None:
        """Put a copy back, and start again; with ``begin``, the operator begins an epoch in between."""
        for name in self.database.list_collection_names():
            self.database[name].delete_many({})
        for name, documents in backup.items():
            if documents:
                self.database[name].insert_many(documents)
        self.restart()
        if begin:
            self.log.begin_epoch()
            self.restart()

    def restart(self) -> None:
        """Forget everything that is in memory."""
        self.log = MongoLog(self.name, self.database, REGISTRY)
        self.log.prepare()
        if self.relay is not None:
            self.relay.close()
            self.relay = self._new_relay()

    def _new_relay(self) -> Relay | None:
        queues = [queue_name(consumer, self.name) for consumer in ("notifications", "mentoring")]
        return Relay(self.log, Checkpoints(self.database), self._amqp, "x", queues=queues) if self._amqp else None

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        if self.relay is not None:
            self.relay.close()


class ConsumerEndpoint:
    """A service that listens to some sources."""

    def __init__(
        self, name: str, database: Database[dict[str, Any]], sources: list[SourceEndpoint], amqp: str | None = None
    ) -> None:
        self.inbox = Inbox(name, database)
        self.inbox.prepare()
        self.strays = Strays(name, database)
        urls = {source.name: source.url for source in sources}
        self.catch_up = CatchUp(name, self.inbox, urls, ActorSignature("k"))
        self.subscriptions = [
            Subscription(name, source.name, amqp, inbox=self.inbox, strays=self.strays, catch_up=self.catch_up)
            for source in sources
            if amqp
        ]
        self.watches = [SilenceWatch(source.name, self.catch_up, lambda: 0.0) for source in sources]
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, *, watching: bool = False) -> None:
        """Listen; with ``watching``, ask the feeds in silence too."""
        runs = [subscription.run for subscription in self.subscriptions]
        runs += [watch.run for watch in self.watches] if watching else []
        for run in runs:
            thread = threading.Thread(target=run, args=(self._stop,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def titles(self) -> list[str]:
        """The titles of the facts in the inbox, in its order."""
        return [fact.data["title"] for fact in self.inbox.read(0, 10_000)]

    def heard(self) -> list[int]:
        """The numbers of the facts in the inbox, in its order."""
        return [fact.n for fact in self.inbox.read(0, 10_000)]

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
