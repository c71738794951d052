"""Where a webhook may go, as far as its address says so. What the name resolves to is judged at each connection."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.kernel.problem import Refused

LONGEST = 500
HTTPS, HTTP = 443, 80
UNPRIVILEGED = 1024
_CHARACTERS = re.compile(r"[\x21-\x7e]+")
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
    if len(url) > LONGEST or not _CHARACTERS.fullmatch(url) or "\\" in url or "#" in url:
        raise _refusal("it is too long or holds characters that an address has not")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refusal("it cannot be read") from error
    host = parts.hostname or ""
    if "@" in parts.netloc:
        raise _refusal("it holds a user or a password")
    if parts.netloc.endswith(":") or "%" in parts.netloc:
        raise _refusal("it cannot be read")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if host in allowed and parts.scheme in ("http", "https"):
        secure = parts.scheme == "https"
        return Target(secure, host, port or (HTTPS if secure else HTTP), path)
    if parts.scheme != "https":
        raise _refusal("it must begin with https://")
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise _refusal("the host must be a name as the DNS has it")
    if port is not None and port != HTTPS and port < UNPRIVILEGED:
        raise _refusal("the port must be 443, or 1024 and above")
    return Target(True, host, HTTPS if port is None else port, path)


def _refusal(why: str) -> Refused:
    return Refused("webhook-address", f"this is no address for a webhook: {why}")
