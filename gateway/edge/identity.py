"""Finds the actor behind a token: members knows login tokens, notifications knows partners' keys.

A known actor is used for ``FRESH_SECONDS`` without asking again, unless the service that issued the token has taken a
write since. So a new office counts at the next request, and a revoked key stops working at once. While the service is
down, the last known actor is used for ``LAST_SECONDS``, for reads only: permissions could have changed, so writes are
refused.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.edge.positions import Seen
from gateway.edge.transport import Transport
from services.kernel.base.ids import new_id
from services.kernel.base.problem import TokenEnded, Unavailable
from services.kernel.declare.policy import Actor, actor_from, service_actor

log = logging.getLogger(__name__)

FRESH_SECONDS = 60
LAST_SECONDS = 600
KNOWN_CALLERS = 10_000
ASK_SECONDS = 3.0
"""Members waits at most 2 s until its view shows the newest write."""
GATEWAY = service_actor("gateway")
PARTNER_KEY = "jpk_"
_IDENTITY_PATHS = {"members": "/internal/identity", "notifications": "/internal/partner-identity"}


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor
    language: str | None
    at: float
    writes: int


@dataclass(frozen=True, slots=True)
class Identity:
    """An actor and the person's preferred language. ``confirmed`` is False when the issuing service could not be asked
    in time.
    """

    actor: Actor
    language: str | None = None
    confirmed: bool = True


class Identities:
    """The actors of recently seen tokens, by the token's hash; at most ``KNOWN_CALLERS``. ``monotonic`` is machine
    time.
    """

    def __init__(self, transport: Transport, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._monotonic = monotonic
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._writes = dict.fromkeys(_IDENTITY_PATHS, 0)
        self._seen = Seen()

    async def identity_of(self, token: str) -> Identity:
        """The identity behind a token.

        Raises ``TokenEnded`` for a forged, expired or revoked token, when the issuing service says so in these words;
        ``Unavailable`` when the issuing service is down, or refuses for any other reason, and the token was not seen
        recently.
        """
        name = hashlib.sha256(token.encode()).hexdigest()
        known = self._known.get(name)
        age = self._monotonic() - known.at if known else 0.0
        if known and age < FRESH_SECONDS and known.writes == self._writes[_issuer_of(token)]:
            return Identity(known.actor, known.language)
        try:
            found = await self._ask(token)
        except TokenEnded:
            self._known.pop(name, None)
            raise
        except Unavailable:
            if known and age < LAST_SECONDS:
                return Identity(known.actor, known.language, confirmed=False)
            raise
        self._remember(name, found)
        return Identity(found.actor, found.language)

    def members_wrote(self, position: int) -> None:
        """Members recorded a write at ``position``: all known identities of members are outdated."""
        self._writes["members"] += 1
        self._seen = self._seen.updated_with({"members": position})

    def partners_changed(self) -> None:
        """Notifications changed a partner: all known identities of partners are outdated."""
        self._writes["notifications"] += 1

    def forget(self, token: str) -> None:
        """Forget the identity of a token that was given up."""
        self._known.pop(hashlib.sha256(token.encode()).hexdigest(), None)

    async def _ask(self, token: str) -> _Known:
        service = _issuer_of(token)
        at, writes = self._monotonic(), self._writes[service]
        headers = {"Content-Type": "application/json", "Idempotency-Key": new_id()}
        if newest := self._seen.position_of(service):
            headers["Wait-For"] = f"{service}@{newest}"
        reply = await self._transport.send(
            service,
            "POST",
            _IDENTITY_PATHS[service],
            GATEWAY,
            headers=headers,
            body=json.dumps({"token": token}).encode(),
            seconds=ASK_SECONDS,
        )
        if reply.status == 401 and reply.is_problem(TokenEnded):
            raise TokenEnded("The token is unknown, expired or revoked.")
        if reply.status != 200:
            log.warning("%s answers %d to who a token is", service, reply.status)
            raise Unavailable("who you are cannot be established at the moment", service=service)
        document: dict[str, Any] = reply.document
        return _Known(actor_from(document), document.get("language"), at, writes)

    def _remember(self, name: str, known: _Known) -> None:
        self._known[name] = known
        self._known.move_to_end(name)
        while len(self._known) > KNOWN_CALLERS:
            self._known.popitem(last=False)


def _issuer_of(token: str) -> str:
    """The service that issued a token."""
    return "notifications" if token.startswith(PARTNER_KEY) else "members"
