"""Limits of rates and of waiting requests. Rates: a token bucket for each address, in memory, for at most ``ADDRESSES`` addresses.

All staff of a school send from one address, so the buckets are large: they stop a machine, not a class. Members also
limits login codes per contact; that limit protects a person.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from services.kernel.base.problem import TooMany

ADDRESSES = 20_000
HOST_BITS = 64
"""The host part of an IPv6 address. Whoever has one address has the whole network (RFC 4291 §2.5.1), so the network is
counted.
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """``burst`` requests at once, and ``per_second`` in the long run."""

    burst: int
    per_second: float


LOGIN = Allowance(burst=300, per_second=2.0)
ANONYMOUS_WRITES = Allowance(burst=300, per_second=2.0)
VERIFICATIONS = Allowance(burst=120, per_second=1.0)
"""Checks of certificates' codes: enough for a printed list, too few to guess codes."""
GUESSES = Allowance(burst=10, per_second=1 / 60)
"""Wrong code words of one caller at one activity: enough for misspellings, too few to try all four digits."""


PERSON_WAITS = 16
STRANGER_WAITS = 4
ALL_STRANGERS_WAITS = 16
"""How many requests with a ``Wait-For`` of the caller's own may run at a time: of one known caller, of one stranger's
address, of all strangers. A service has room for 64 waiting reads.
"""


class Limits:
    """Counts requests. ``monotonic`` is machine time."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._buckets: OrderedDict[tuple[Allowance, str], tuple[float, float]] = OrderedDict()

    def refund(self, allowance: Allowance, address: str) -> None:
        """Take back the last count of this address, because the request did not belong to the counted kind."""
        name = (allowance, counted_address(address))
        if name in self._buckets:
            left, at = self._buckets[name]
            self._buckets[name] = (min(float(allowance.burst), left + 1), at)

    def count(self, allowance: Allowance, address: str) -> None:
        """Count one request from the address. Raises ``TooMany``, with the seconds to wait, when the bucket is empty."""
        now = self._monotonic()
        name = (allowance, counted_address(address))
        left, at = self._buckets.pop(name, (float(allowance.burst), now))
        left = min(float(allowance.burst), left + (now - at) * allowance.per_second)
        allowed = left >= 1
        self._buckets[name] = (left - 1 if allowed else left, now)
        while len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooMany(retry_after=math.ceil((1 - left) / allowance.per_second))


class WaitingReads:
    """Counts the requests that may wait for a position which the caller named."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._strangers = 0

    @contextmanager
    def one(self, caller: str, *, stranger: bool) -> Iterator[None]:
        """Count one request while the block runs. ``caller`` is a known caller's id, or a stranger's address.

        Raises ``TooMany``.
        """
        name = f"address {counted_address(caller)}" if stranger else f"caller {caller}"
        most = STRANGER_WAITS if stranger else PERSON_WAITS
        if self._running[name] >= most or (stranger and self._strangers >= ALL_STRANGERS_WAITS):
            raise TooMany("too many of your requests are waiting for a position", retry_after=1)
        self._running[name] += 1
        self._strangers += stranger
        try:
            yield
        finally:
            self._strangers -= stranger
            self._running[name] -= 1
            if not self._running[name]:
                del self._running[name]


def counted_address(address: str) -> str:
    """The name under which an address is counted: an IPv4 address itself, also inside IPv6; the /64 network of another
    IPv6 address; any other name unchanged.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(found) >> HOST_BITS << HOST_BITS))


def allowance_for(method: str, path: str, *, stranger: bool) -> Allowance | None:
    """The bucket of a request; None for a request that is not counted."""
    if method in {"GET", "HEAD"}:
        return VERIFICATIONS if path.startswith("/v1/certificates/") else None
    if path.startswith("/v1/login"):
        return LOGIN
    return ANONYMOUS_WRITES if stranger else None
