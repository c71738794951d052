"""Runs the receiver, until SIGTERM or Ctrl-C."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import click

from deploy import ports
from deploy.demo.receiver.store import Store
from deploy.errors import CommandError, from_os_error

LARGEST = 100_000


def handler(store: Store) -> type[BaseHTTPRequestHandler]:
    """POST delivers to a partner's address; GET shows the deliveries; PUT sets the address's behaviour."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(store.take(self._name, self._body(), headers))

        def do_GET(self) -> None:
            self._answer(200, store.inbox(self._name))

        def do_PUT(self) -> None:
            store.settle(self._name, json.loads(self._body()))
            self._answer(200, store.inbox(self._name))

        @property
        def _name(self) -> str:
            return self.path.strip("/")

        def _body(self) -> bytes:
            return self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LARGEST))

        def _answer(self, status: int, document: Any = None) -> None:
            body = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Log nothing: the deliveries are on the disk."""

    return Handler


@click.command()
@click.option("--directory", type=click.Path(path_type=Path), required=True)
@click.option("--port", type=int, required=True)
def main(directory: Path, port: int) -> None:
    """Receive webhooks on one port of the loopback."""
    try:
        ports.claim(port, "receiver", "--port.")
        ThreadingHTTPServer((ports.HOST, port), handler(Store(directory))).serve_forever()
    except OSError as error:
        sys.exit(str(from_os_error(error, f"keeping deliveries in {directory}")))
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
