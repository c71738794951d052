"""How far one caller has seen each service's log, so that people read their own writes.

An answer carries ``Position: members@1042``. A request with ``Wait-For: members@1042`` is answered from a state at
least that new. The newest position of each service is kept for ``KEPT_SECONDS``. By then every reader has caught up,
and a service that was restored from a backup is not asked for positions that it lost.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

KEPT_SECONDS = 300
MAX_DIGITS = 18
"""The maximum length of a position. Longer numbers are never positions, and Python refuses to parse numbers with
thousands of digits.
"""


def positions_in(header: str | None) -> dict[str, int]:
    """The positions in a ``Position`` or ``Wait-For`` header, the newest of each service. Invalid entries are ignored."""
    found: dict[str, int] = {}
    for token in (header or "").split(","):
        service, at, number = token.strip().partition("@")
        if at and service and number.isdecimal() and len(number) <= MAX_DIGITS:
            found[service] = max(found.get(service, 0), int(number))
    return found


@dataclass(frozen=True)
class Seen:
    """Service → (position, unix time at which the position was seen). Immutable; ``updated_with`` returns a newer
    object.
    """

    newest: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def updated_with(self, positions: Mapping[str, int], now: float | None = None) -> Seen:
        """These positions and the newly seen ones. A position never moves back."""
        at = int(time.time() if now is None else now)
        fresh = {
            service: (position, at)
            for service, position in positions.items()
            if position > self.newest.get(service, (-1, 0))[0]
        }
        return Seen({**self.newest, **fresh}) if fresh else self

    def position_of(self, service: str, now: float | None = None) -> int | None:
        """The position to wait for; None when no position of the service was seen recently."""
        position, at = self.newest.get(service, (0, 0))
        present = time.time() if now is None else now
        return position if present - at <= KEPT_SECONDS and position else None

    def recent(self, now: float | None = None) -> Seen:
        """The same without expired positions."""
        kept = {service: entry for service, entry in self.newest.items() if self.position_of(service, now) is not None}
        return self if len(kept) == len(self.newest) else Seen(kept)

    def as_list(self) -> list[list[str | int]]:
        """The form that a session stores."""
        return [[service, position, at] for service, (position, at) in sorted(self.newest.items())]


def seen_from(entries: Iterable[tuple[str, int, int]]) -> Seen:
    """The inverse of ``as_list``."""
    return Seen({service: (position, at) for service, position, at in entries})
