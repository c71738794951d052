"""What the clients asked and were told: one line of JSON for each request that is begun, and one for each that ended.

    {"op": 7, "command": "register", "caller": "<person>", "service": "events", "method": "POST", "path": "/v1/…",
     "key": "…", "body": {…}, "sent": 12.1}
    {"op": 7, "ended": 12.4, "outcome": "ok", "status": 201, "rule": null, "position": "events@31", "answer": {…},
     "again": [0, 503]}

``again`` are the answers after which the request was repeated, 0 for a lost connection.
``outcome`` is ok, refused (422), rejected (another 4xx), or unknown: the client gave up without an answer. A request without
a second line is unknown too. Times are seconds since the history began. A line is written to the file before the request is sent,
and before the client goes on.
"""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any


class History:
    """Appends to one file. Safe for several threads."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._begun = time.monotonic()
        self._ops = 0
        self.answered = 0

    def begin(self, **asked: Any) -> int:
        """Record a request before it is sent; returns its number."""
        with self._lock:
            self._ops += 1
            self._write({"op": self._ops, **asked, "sent": self.now()})
            return self._ops

    def end(self, op: int, outcome: str, **told: Any) -> None:
        """Record the outcome of a request."""
        with self._lock:
            self._write({"op": op, "ended": self.now(), "outcome": outcome, **told})
            self.answered += outcome != "unknown"

    def now(self) -> float:
        """Seconds since the history began."""
        return round(time.monotonic() - self._begun, 3)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
        self._file.flush()
