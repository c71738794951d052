"""What became of one attempt to send a delivery. The sender decides an outcome, and one function records it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The server of ``channel`` has taken the letter."""

    channel: str


@dataclass(frozen=True, slots=True)
class Again:
    """Send it later. ``retry_at`` is machine time.

    ``attempts`` corrects the number of attempts: +1 for an attempt that never came to ``begin``, -1 for an attempt that
    does not count.
    """

    retry_at: datetime
    reason: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Quiet hours hold it back until ``until``, in domain time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Rerouted:
    """``channel`` has refused it for good, so another channel is tried. ``address_refused``: the person's address there is wrong."""

    channel: str
    reason: str
    address_refused: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """It is not sent any more. ``address_refused_by`` is the channel on which the person's address is wrong, if that is why."""

    state: str
    reason: str
    address_refused_by: str | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """Nothing is recorded: its channel rests, or another process is sending it."""


Outcome = Sent | Again | Held | Rerouted | Ended | Waits
