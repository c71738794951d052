"""The proxy outlives the server behind it."""

from __future__ import annotations

import socket
import threading

from tests.support.proxy import Proxy


def _ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        try:
            client.sendall(b"question")
            return client.recv(100)
        except ConnectionError:
            return b""


def test_while_the_server_is_down_a_client_is_cut_off_and_after_its_start_served_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    proxy = Proxy("127.0.0.1", port)
    try:
        assert _ask(proxy.port) == b""
        with socket.create_server(("127.0.0.1", port)) as server:

            def serve() -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(100)
                    connection.sendall(b"answer")

            serving = threading.Thread(target=serve, daemon=True)
            serving.start()
            assert _ask(proxy.port) == b"answer"
            serving.join(5)
    finally:
        proxy.close()
