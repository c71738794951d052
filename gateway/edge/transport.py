"""One signed HTTP call to one service. A service that is down raises ``Unavailable``, never an empty answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from services.kernel.base.problem import ActorNotAccepted, Problem, Unavailable
from services.kernel.declare.policy import Actor, ActorSignature

log = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
"""Longer than one second: a full listen queue drops the first packet, and the system repeats the packet after 1 s.
Fifty people at once must not look like an outage.
"""
ANSWER_SECONDS = 15.0
"""A service answers within 5 s or returns 503 itself; waiting for a position and for a conflict may add 2 s each."""
CONNECTIONS = 256


@dataclass(frozen=True, slots=True)
class Reply:
    """A service's answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The JSON of the body; an empty object without a body. Raises ``Unavailable`` for a body that is not JSON."""
        try:
            return json.loads(self.body) if self.body else {}
        except ValueError as error:
            raise Unavailable("a service's answer could not be read") from error

    def is_problem(self, kind: type[Problem]) -> bool:
        """Whether the answer is a problem document of this kind."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return False
        document = self.document
        return isinstance(document, dict) and document.get("type") == kind().type


class Transport:
    """Connections to the services. ``urls`` maps a service's name to its base address.

    A broken call is sent once more over a new connection. That is safe: reads change nothing, and every write carries
    an ``Idempotency-Key``, so a repetition gets the first answer. The repetition hides the moment at which a service
    closes an idle connection that is just being used.
    """

    def __init__(self, urls: Mapping[str, str], signature: ActorSignature) -> None:
        self.urls = dict(urls)
        self._signature = signature
        secure = any(url.startswith("https://") for url in self.urls.values())
        self._client = httpx.AsyncClient(
            verify=secure,  # without an https address no certificate authorities need to be loaded
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, pool=ANSWER_SECONDS),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=64, keepalive_expiry=5.0),
            follow_redirects=False,
            trust_env=False,  # a proxy in the environment is not meant for calls between the services
        )

    async def send(
        self,
        service: str,
        method: str,
        path: str,
        actor: Actor,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        seconds: float = ANSWER_SECONDS,
    ) -> Reply:
        """Call one service. ``path`` is percent-encoded; ``seconds`` is the timeout of the answer.

        Raises ``Unavailable`` with ``service`` when no answer arrives. The write may or may not have taken effect then;
        repeating the write with the same key is safe. Also raises ``Unavailable`` when the service does not accept our
        signature: the caller cannot mend that with a login.
        """
        address = f"{self.urls[service]}{path}{'?' + query if query else ''}"
        given = {**(headers or {}), ActorSignature.HEADER: self._signature.sign(actor)}
        # Latin-1, as received (RFC 9110 §5.5): an accent in a caller's header must not fail the call, because other
        # callers may share the answer.
        sent = {name.encode("ascii"): value.encode("latin-1", "backslashreplace") for name, value in given.items()}
        timeout = httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))
        for last in (False, True):
            try:
                answer = await self._client.request(method, address, headers=sent, content=body, timeout=timeout)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
                if last:
                    raise self._down(service, error) from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._down(service, error) from error
            else:
                reply = Reply(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content)
                return self._accepted(service, reply)
        raise AssertionError("the loop returns or raises")

    async def close(self) -> None:
        await self._client.aclose()

    @staticmethod
    def _accepted(service: str, reply: Reply) -> Reply:
        if reply.status == 401 and reply.is_problem(ActorNotAccepted):
            why = str(reply.document.get("detail", ""))
            log.error("%s does not accept the gateway's signature; compare clocks and keys: %s", service, why)
            raise Unavailable(f"{service} cannot be asked at the moment; ask again with the same key", service=service)
        return reply

    @staticmethod
    def _down(service: str, error: Exception) -> Unavailable:
        log.warning("%s gives no answer: %s", service, type(error).__name__)
        return Unavailable(f"{service} gives no answer at the moment; ask again with the same key", service=service)
