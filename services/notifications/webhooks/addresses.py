"""Judges the network addresses of a webhook: only public addresses in plain form are allowed.

A name is resolved once, all addresses behind the name are judged, and the connection goes to a judged address: a later answer of
the DNS changes nothing. (OWASP API7; the SSRF section of Standard Webhooks)
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
_WRAPPING = tuple(
    ipaddress.ip_network(text)
    for text in (
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64 of a local network
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local, given up and still routed
    )
)
"""Forms in which an address hides another address, or means a different host in each network."""
_SPECIAL = tuple(ipaddress.ip_network(text) for text in ("192.88.99.0/24", "192.0.0.0/24"))
"""Anycast of 6to4, and addresses of protocols: ``ipaddress`` calls them global, but no server has them."""


class ForbiddenAddress(Exception):
    """The host's name leads to an address that is not allowed."""


class UnknownHost(Exception):
    """The host's name leads to no address at the moment."""


def is_public(address: Address) -> bool:
    """Whether the address is a public server's, and not reachable from this network alone."""
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    return not any(address.version == network.version and address in network for network in (*_WRAPPING, *_SPECIAL))


def system_resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a name, as the system knows them. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def pinned(host: str, port: int, allowed: Collection[str], resolve: Resolve = system_resolve) -> Sequence[str]:
    """The addresses to connect to, in the resolver's order. ``allowed`` are addresses of a demonstration.

    Raises ``UnknownHost``, and ``ForbiddenAddress`` if one address is not public: a name with a public and a private address is
    not trusted.
    """
    try:
        found = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise UnknownHost(host) from error
    if not found:
        raise UnknownHost(host)
    for text in found:
        try:
            public = text in allowed or is_public(ipaddress.ip_address(text.partition("%")[0]))
        except ValueError as error:
            raise ForbiddenAddress("not an address") from error
        if not public or ("%" in text and text not in allowed):
            raise ForbiddenAddress("not a public address")
    return found
