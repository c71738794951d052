"""How far each service's log has been seen by one caller, so that people read what they wrote.

An answer carries ``Position: members@1042``; a request that carries ``Wait-For: members@1042`` is answered from a state
at least that new. The newest of each is kept for ``KEPT_SECONDS`` and no longer: by then every reader has caught up, and
a service restored from a backup must not be asked for ever for positions that it no longer has.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

KEPT_SECONDS = 300
MAX_DIGITS = 18
"""Of a position; what has more was never one, and Python reads no number of some thousands of digits."""


def positions_in(header: str | None) -> dict[str, int]:
    """The positions in a ``Position`` or ``Wait-For`` header, the newest of each service; what makes no sense is left out."""
    found: dict[str, int] = {}
    for token in (header or "").split(","):
        service, at, number = token.strip().partition("@")
        if at and service and number.isdecimal() and len(number) <= MAX_DIGITS:
            found[service] = max(found.get(service, 0), int(number))
    return found


@dataclass(frozen=True)
class Seen:
    """Service → (position, unix time at which it was seen). Immutable; ``updated_with`` answers a newer one."""

    newest: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def updated_with(self, positions: Mapping[str, int], now: float | None = None) -> Seen:
        """This and what was just seen. A position never moves back."""
        at = int(time.time() if now is None else now)
        fresh = {
            service: (position, at)
            for service, position in positions.items()
            if position > self.newest.get(service, (-1, 0))[0]
        }
        return Seen({**self.newest, **fresh}) if fresh else self

    def position_of(self, service: str, now: float | None = None) -> int | None:
        """The position to wait for; None where none was seen lately."""
        position, at = self.newest.get(service, (0, 0))
        present = time.time() if now is None else now
        return position if present - at <= KEPT_SECONDS and position else None

    def recent(self, now: float | None = None) -> Seen:
        """Without what is too old to matter."""
        kept = {service: entry for service, entry in self.newest.items() if self.position_of(service, now) is not None}
        return self if len(kept) == len(self.newest) else Seen(kept)

    def as_list(self) -> list[list[str | int]]:
        """The form kept in a session."""
        return [[service, position, at] for service, (position, at) in sorted(self.newest.items())]


def seen_from(entries: Iterable[tuple[str, int, int]]) -> Seen:
    """The inverse of ``as_list``."""
    return Seen({service: (position, at) for service, position, at in entries})
