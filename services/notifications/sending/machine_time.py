"""Machine time, for retries and pauses. A demonstration moves domain time and leaves machine time alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class MachineTime:
    """``now`` is for stored moments, ``monotonic`` (seconds) for moments in memory."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
