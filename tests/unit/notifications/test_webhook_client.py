"""One request to one address: pinned, in its time, whatever the other side does."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.notifications.domain.webhook_url import Target, target_of
from services.notifications.webhooks.webhook_client import NoReply, WebhookClient
from tests.support.certificate import certificate
from tests.support.endpoint import an_endpoint

HERE = ("127.0.0.1",)
HEADERS = {"Webhook-Id": "1"}


def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def reason(client: WebhookClient, target: Target) -> str:
    with pytest.raises(NoReply) as none:
        client.post(target, HEADERS, b"{}")
    return none.value.reason


@contextmanager
def a_server(behaves: object) -> Iterator[int]:
    """A server on a port of its own; ``behaves`` is called with each connection."""
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=behaves, args=(connection, stop), daemon=True).start()  # type: ignore[arg-type]

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        stop.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_the_address_that_was_judged_is_connected_to_under_the_hosts_own_name(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "kampus.example")
    with an_endpoint(server) as endpoint:
        port = int(endpoint.url.rpartition(":")[2].partition("/")[0])
        client = WebhookClient(HERE, resolve=here, trust=client)
        target = target_of(f"https://kampus.example:{port}/hook?a=1")
        assert client.post(target, HEADERS, b"{}").status == 204
        assert endpoint.received[0].headers["host"] == f"kampus.example:{port}"
        assert endpoint.received[0].path == "/hook?a=1"
        assert reason(client, target_of(f"https://other.example:{port}/")) == "tls"
        assert reason(WebhookClient(HERE, resolve=here), target) == "tls", "nobody vouches for it"
        assert len(endpoint.received) == 1


def test_a_name_is_resolved_once_for_a_request() -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with an_endpoint() as endpoint:
        port = int(endpoint.url.rpartition(":")[2].partition("/")[0])
        target = Target(False, "kampus.example", port, "/hook")
        assert WebhookClient(HERE, resolve=rebinding).post(target, HEADERS, b"{}").status == 204
    assert asked == ["kampus.example"]


def test_a_private_address_is_never_connected_to() -> None:
    with an_endpoint() as endpoint:
        port = int(endpoint.url.rpartition(":")[2].partition("/")[0])
        for addresses in (["127.0.0.1"], ["::1"], ["8.8.8.8", "127.0.0.1"]):
            client = WebhookClient((), resolve=lambda _host, _port, found=addresses: found)  # type: ignore[misc]
            assert reason(client, Target(False, "kampus.example", port, "/")) == "forbidden-address"
        assert not endpoint.received


def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with an_endpoint() as endpoint:
        assert WebhookClient(HERE).post(target_of(endpoint.url, HERE), HEADERS, b"{}").status == 204


def test_a_second_address_is_tried_where_the_first_is_not_reached() -> None:
    with an_endpoint() as endpoint:
        port = int(endpoint.url.rpartition(":")[2].partition("/")[0])
        client = WebhookClient(("127.0.0.1", "127.0.0.9"), resolve=lambda *_: ["127.0.0.9", "127.0.0.1"])
        assert client.post(Target(False, "kampus.example", port, "/"), HEADERS, b"{}").status == 204


def test_unreachable_and_unknown_hosts_have_reasons_of_their_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert reason(WebhookClient(HERE), Target(False, "127.0.0.1", port, "/")) == "not-reached"

    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    assert reason(WebhookClient(HERE, resolve=unknown), Target(True, "kampus.example", 443, "/")) == "unknown-host"


def drip(connection: socket.socket, stop: threading.Event) -> None:
    """Say something every now and then and never come to an end."""
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not stop.wait(0.05):
            connection.sendall(b"x")
    except OSError:
        return


def keep_silent(connection: socket.socket, stop: threading.Event) -> None:
    stop.wait(5)
    connection.close()


def hang_up(connection: socket.socket, _stop: threading.Event) -> None:
    connection.recv(10)
    connection.close()


def talk_nonsense(connection: socket.socket, _stop: threading.Event) -> None:
    connection.recv(10_000)
    connection.sendall(b"\x00\x01\x02 nonsense\r\n\r\n")
    connection.close()


@pytest.mark.parametrize(
    ("behaves", "word"),
    [(drip, "timeout"), (keep_silent, "timeout"), (hang_up, "broken-off"), (talk_nonsense, "broken-off")],
)
def test_a_request_ends_at_its_deadline(behaves: object, word: str) -> None:
    with a_server(behaves) as port:
        begun = time.monotonic()
        assert reason(WebhookClient(HERE, seconds=0.4), Target(False, "127.0.0.1", port, "/")) == word
        assert time.monotonic() - begun < 1.5


def test_an_endless_answer_is_read_up_to_the_limit() -> None:
    def flood(connection: socket.socket, stop: threading.Event) -> None:
        try:
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not stop.is_set():
                connection.sendall(b"x" * 10_000)
        except OSError:
            return

    with a_server(flood) as port:
        assert (
            WebhookClient(HERE, seconds=3.0).post(Target(False, "127.0.0.1", port, "/"), HEADERS, b"{}").status == 200
        )
