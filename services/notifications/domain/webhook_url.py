"""Judges the URL of a webhook. The addresses behind the host's name are judged at each connection (``webhooks/addresses.py``)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from services.kernel.base.problem import Refused

MAX_URL_CHARACTERS = 500
HTTPS, HTTP = 443, 80
UNPRIVILEGED, HIGHEST = 1024, 65535
_ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!$-\[\]^_`a-z{|}~]*)?(?P<query>\?[!$-\[\]^_`a-z{|}~]*)?",
    re.IGNORECASE | re.ASCII,
)
"""Knows no user, no fragment and no escapes in a host. URLs with these are refused, so no two readers of a URL can find different
hosts."""
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?![0-9])(?!0x){_LABEL}")
"""The last label of a host's name is no number in any spelling: ``127.1``, ``0x7f.1`` and ``2130706433`` are addresses."""


@dataclass(frozen=True, slots=True)
class Target:
    """Host, port and path of a request. ``host`` is a name, or an allowed address."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port for the ``Host`` header."""
        return self.host if self.port == (HTTPS if self.secure else HTTP) else f"{self.host}:{self.port}"


def target_of(url: str, allowed: Collection[str] = ()) -> Target:
    """The target of a webhook's URL. ``allowed`` are hosts of a demonstration, reachable without TLS.

    Raises ``Refused`` ``webhook-address`` unless the URL is https to a host's name, on port 443 or from 1024 on, without user,
    password and fragment.
    """
    deps = _ADDRESS.fullmatch(url)
    if len(url) > MAX_URL_CHARACTERS or deps is None:
        raise _refusal("it cannot be read")
    scheme, host = deps["scheme"].lower(), deps["host"].lower()
    port = None if deps["port"] is None else int(deps["port"])
    if port is not None and not 0 < port <= HIGHEST:
        raise _refusal("there is no such port")
    path = (deps["path"] or "/") + (deps["query"] or "")
    if host in allowed and scheme in ("http", "https"):
        secure = scheme == "https"
        return Target(secure, host, port or (HTTPS if secure else HTTP), path)
    if scheme != "https":
        raise _refusal("it must begin with https://")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _refusal("the host must be a name as the DNS has it")
    if port is not None and port != HTTPS and port < UNPRIVILEGED:
        raise _refusal("the port must be 443, or 1024 and above")
    return Target(True, host, HTTPS if port is None else port, path)


def _refusal(why: str) -> Refused:
    return Refused("webhook-address", f"This address cannot receive webhooks: {why}")
