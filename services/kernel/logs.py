"""Logs: one JSON object a line, with the correlation where there is one, never a payload."""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """A record as JSON: time, level, logger, message, what was passed as ``extra``, and a traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: str(value) for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure() -> None:
    """Log to standard error, at ``JEJARING_LOG_LEVEL`` (default ``info``)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=os.environ.get("JEJARING_LOG_LEVEL", "info").upper(), handlers=[handler], force=True)
    for noisy in ("nameko.web.server", "amqp", "kombu", "pymongo", "urllib3", "nameko"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
