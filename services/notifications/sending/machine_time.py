"""Machine time, by which retries and pauses go. A demonstration moves domain time, and no retry notices."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class MachineTime:
    """``now`` is for moments that are stored, ``monotonic`` (seconds) for those that are not."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
