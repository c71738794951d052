"""Where a webhook may go, as far as its address says so. What the name resolves to is judged at each connection."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from services.kernel.base.problem import Refused

LONGEST = 500
HTTPS, HTTP = 443, 80
UNPRIVILEGED, HIGHEST = 1024, 65535
_ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!$-\[\]^_`a-z{|}~]*)?(?P<query>\?[!$-\[\]^_`a-z{|}~]*)?",
    re.IGNORECASE | re.ASCII,
)
"""Read by one pattern that knows no user, no fragment and no escapes in a host: what it does not know is refused, so no two
readers can find different hosts in it."""
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?![0-9])(?!0x){_LABEL}")
"""A host's name ends in a label that is no number in any spelling: ``127.1``, ``0x7f.1`` and ``2130706433`` are addresses."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect to and what to ask for there. ``host`` is a name, or one of the addresses that are allowed."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the ``Host`` header has them."""
        return self.host if self.port == (HTTPS if self.secure else HTTP) else f"{self.host}:{self.port}"


def target_of(url: str, allowed: Collection[str] = ()) -> Target:
    """The parts of a webhook's address. ``allowed`` are hosts of a demonstration, reachable without TLS.

    Raises ``Refused`` ``webhook-address``: anything but https to a host's name, on port 443 or one from 1024 on,
    without a user, a password or a fragment.
    """
    parts = _ADDRESS.fullmatch(url)
    if len(url) > LONGEST or parts is None:
        raise _refusal("it cannot be read")
    scheme, host = parts["scheme"].lower(), parts["host"].lower()
    port = None if parts["port"] is None else int(parts["port"])
    if port is not None and not 0 < port <= HIGHEST:
        raise _refusal("there is no such port")
    path = (parts["path"] or "/") + (parts["query"] or "")
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
    return Refused("webhook-address", f"this is no address for a webhook: {why}")
