"""Makes one request to one address: to a pinned address, within a deadline, without keeping the answer's body.

``httpcore`` is used directly: httpcore follows no redirect and knows no proxy, and its connections can be bound to a judged
address and to a deadline. With a timeout for each read, a dripping answer would last for ever.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpcore

from services.notifications.domain.webhook_url import Target
from services.notifications.webhooks.addresses import ForbiddenAddress, Resolve, UnknownHost, pinned, system_resolve

SECONDS = 15.0
CONNECT_SECONDS = 5.0
BODY_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class Reply:
    """An endpoint's answer: its status, and ``Retry-After`` as it came."""

    status: int
    retry_after: str | None = None


class NoReply(Exception):
    """The endpoint has not answered; ``reason`` is a word for the log of attempts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WebhookClient:
    """Sends webhooks. ``allowed`` are addresses that only a demonstration may reach; ``trust`` replaces the public certificate
    authorities in tests.
    """

    def __init__(
        self,
        allowed: Collection[str] = (),
        *,
        resolve: Resolve = system_resolve,
        trust: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._trust = trust
        self._seconds = seconds
        self._monotonic = monotonic

    def post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send one request and read up to ``BODY_BYTES`` of the answer. Raises ``NoReply``."""
        deadline = Deadline(self._monotonic() + self._seconds, self._monotonic)
        try:
            addresses = pinned(target.host, target.port, self._allowed, self._resolve)
            return self._send(target, headers, body, PinnedNetwork(addresses, deadline))
        except ForbiddenAddress as error:
            raise NoReply("forbidden-address") from error
        except UnknownHost as error:
            raise NoReply("unknown-host") from error
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise NoReply("timeout") from error
        except (ssl.SSLError, httpcore.ConnectError) as error:
            raise NoReply("tls" if _is_tls(error) else "not-reached") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            raise NoReply("broken-off") from error

    def _send(self, target: Target, headers: Mapping[str, str], body: bytes, network: PinnedNetwork) -> Reply:
        url = httpcore.URL(
            scheme=b"https" if target.secure else b"http",
            host=target.host.encode(),
            port=target.port,
            target=target.path.encode(),
        )
        sent = {"Host": target.authority, "Content-Length": str(len(body)), "Connection": "close", **headers}
        with (
            httpcore.ConnectionPool(self._context(target), http2=False, retries=0, network_backend=network) as pool,
            pool.stream("POST", url, headers=list(sent.items()), content=body) as answer,
        ):
            said = {name.lower(): value for name, value in answer.headers}
            _read_some(answer)
            retry_after = said.get(b"retry-after")
            return Reply(answer.status, None if retry_after is None else retry_after.decode("latin-1")[:100])

    def _context(self, target: Target) -> ssl.SSLContext | None:
        if not target.secure:
            return None
        return self._trust or ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of machine time at which a request ends."""

    at: float
    monotonic: Callable[[], float]

    def left(self, wished: float | None = None) -> float:
        """The seconds until the deadline, at most ``wished``. Raises ``TimeoutError`` after the deadline."""
        seconds = self.at - self.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds if wished is None else min(seconds, wished)


class PinnedNetwork(httpcore.NetworkBackend):
    """Connects to the given addresses and to no other, for any host."""

    def __init__(self, addresses: Collection[str], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the host was resolved and judged already
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline rules
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._addresses:
            seconds = self._deadline.left(CONNECT_SECONDS)
            try:
                stream = self._network.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            return BoundStream(stream, self._deadline)
        raise failed


class BoundStream(httpcore.NetworkStream):
    """A connection with one deadline for all operations."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline rules
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline rules
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline rules
    ) -> httpcore.NetworkStream:
        return BoundStream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _read_some(answer: httpcore.Response) -> None:
    """Read a short body to its end, so that the connection ends well; the body is not kept."""
    read = 0
    for chunk in answer.iter_stream():
        read += len(chunk)
        if read >= BODY_BYTES:
            return


def _is_tls(error: BaseException) -> bool:
    return isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error)
