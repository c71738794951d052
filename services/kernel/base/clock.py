"""The two clocks.

*Domain time* is the time of the community: deadlines, quiet hours, every time that a person sees. *Machine time* is
``time.monotonic``: leases, timeouts, retries. The two are never mixed. A demonstration moves domain time by weeks, and
no lease expires.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Domain time."""

    def now(self) -> datetime:
        """The present moment, in UTC, to the microsecond."""
        ...


class SystemClock:
    """Domain time of a real community: the machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


CHECK_SECONDS = 0.02


class FixedClock:
    """Domain time of a unit test: stands still until the test moves the clock."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def advance(self, by: timedelta) -> None:
        self._at += by


class DemoClock:
    """Domain time shared by the processes of a demonstration: the machine's time plus the offset in a file.

    The file holds ``{"offset": seconds}``. A process reads the file again when the file changes (checked at most every
    ``CHECK_SECONDS``). A writer replaces the whole file, so a reader never sees half a file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = timedelta()
        self._changed: tuple[int, int] | None = None
        self._checked = float("-inf")

    def now(self) -> datetime:
        self._refresh()
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move domain time forward for every process that shares the file. Returns the new time as soon as all these
        processes show the new time.

        Raises ``ValueError`` for a step backwards: recorded times would then lie in the future.
        """
        if by < timedelta():
            raise ValueError("domain time only moves forward")
        self._checked = float("-inf")
        self._refresh()
        offset = self._offset + by
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        draft.write_text(json.dumps({"offset": offset.total_seconds()}))
        draft.replace(self._path)
        # Another process may have checked the file a moment ago: until its next check it shows the old time.
        time.sleep(CHECK_SECONDS)
        self._checked = float("-inf")
        return self.now()

    def _refresh(self) -> None:
        if time.monotonic() - self._checked < CHECK_SECONDS:
            return
        self._checked = time.monotonic()
        try:
            stat = self._path.stat()
            changed = (stat.st_mtime_ns, stat.st_ino)
            if changed != self._changed:
                self._offset = timedelta(seconds=json.loads(self._path.read_text())["offset"])
                self._changed = changed
        except FileNotFoundError:
            self._offset = timedelta()


def clock_from(setting: str) -> Clock:
    """The clock that a setting names: ``system``, or ``demo:/path/of/clock.json``.

    Raises ``ValueError`` for any other text.
    """
    if setting == "system":
        return SystemClock()
    kind, _, path = setting.partition(":")
    if kind == "demo" and path:
        return DemoClock(Path(path))
    raise ValueError(f"unknown clock {setting!r}: use 'system' or 'demo:PATH'")
