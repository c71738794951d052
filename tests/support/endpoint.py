"""A partner's receiver, on a loopback port of its own: verifies what comes, and answers as it is told to."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass(frozen=True)
class Received:
    """One request; header names are lower case."""

    headers: Mapping[str, str]
    body: bytes
    path: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def number(self) -> int:
        return int(self.headers["deliveryseq"])

    def verified(self, secret: str) -> Any:
        """The document in it. Raises ``WebhookVerificationError``."""
        return Webhook(secret).verify(self.body, dict(self.headers))


@dataclass
class Endpoint:
    """``says`` is the status of the answers to come, ``also`` their headers; ``slow`` is how long each takes."""

    says: int = 204
    also: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    body: bytes = b""
    received: list[Received] = field(default_factory=list)
    url: str = ""

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.received]


@contextmanager
def an_endpoint(tls: Any = None) -> Iterator[Endpoint]:
    """An endpoint for as long as the block lasts; ``tls`` is a server's SSL context."""
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            endpoint.received.append(Received(headers, body, self.path))
            if endpoint.slow:
                time.sleep(endpoint.slow)
            self.send_response(endpoint.says)
            for name, value in endpoint.also.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(endpoint.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    endpoint.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
