"""A TCP proxy between a client and a server, to lose what a network loses."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable


class Proxy:
    """Forwards to ``(host, port)``. ``lose_replies_of(marker)`` forwards the next request that holds the marker, and
    cuts the connection instead of bringing its answer: the server has done it, and nobody was told."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._marker: bytes | None = None
        self.lost = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_replies_of(self, marker: bytes) -> None:
        """Lose the answer to the next request that holds ``marker``; once."""
        self._marker = marker

    def close(self) -> None:
        """Cut everything."""
        self._listener.close()
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self._target)
                except OSError:  # the server is down: the client is told, as without a proxy
                    client.close()
                    continue
                cut = threading.Event()
                self._open |= {client, server}
                self._pump(client, server, lambda data, cut=cut: self._seen(data, cut))
                self._pump(server, client, lambda _data, cut=cut: not cut.is_set())

    def _seen(self, data: bytes, cut: threading.Event) -> bool:
        if self._marker is not None and self._marker in data:
            self._marker = None
            self.lost += 1
            cut.set()
        return True

    def _pump(self, source: socket.socket, target: socket.socket, passes: Callable[[bytes], bool]) -> None:
        def run() -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    if not passes(data):
                        break
                    target.sendall(data)
            for one in (source, target):
                self._open.discard(one)
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                with contextlib.suppress(OSError):
                    one.close()

        threading.Thread(target=run, daemon=True).start()
