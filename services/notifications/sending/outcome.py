"""The outcomes of an attempt to send a delivery. The sender decides an outcome, and one function records the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The server of ``channel`` has taken the letter."""

    channel: str


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Send the delivery later. ``retry_at`` is machine time.

    ``attempts`` corrects the number of attempts: +1 for an attempt that never began, -1 for an uncounted attempt.
    """

    retry_at: datetime
    reason: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Quiet hours hold the delivery back until ``until``, in domain time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Rerouted:
    """``channel`` has refused the delivery for good, and another channel is tried. ``address_refused``: the person's address is wrong."""

    channel: str
    reason: str
    address_refused: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The delivery is not sent any more. ``address_refused_by`` is the channel on which the person's address is wrong."""

    state: str
    reason: str
    address_refused_by: str | None = None


@dataclass(frozen=True, slots=True)
class NotAttempted:
    """Nothing is recorded: the channel rests, or another process is sending the delivery."""


Outcome = Sent | RetryLater | HeldBack | Rerouted | Ended | NotAttempted
