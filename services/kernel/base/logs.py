"""Logs: one JSON object per line, with the correlation id if known, never a payload."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Writes a record as JSON: time, level, logger, message, the values of ``extra``, and the places of an error."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: str(value) for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["traceback"] = error_places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def error_places(error: BaseException | None) -> str:
    """The type and code places of an error and of its causes, newest first.

    The error's message is left out, because a message may hold personal data: a ``KeyError`` shows the caller's input,
    a failed row shows a person's fields.
    """
    if error is None:
        return "nowhere"
    frames = traceback.extract_tb(error.__traceback__)
    places = ", ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    told = f"{type(error).__module__}.{type(error).__qualname__} at {places or 'nowhere'}"
    origin = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{told}; from {error_places(origin)}" if origin else told


def configure() -> None:
    """Log to standard error, at ``JEJARING_LOG_LEVEL`` (default ``info``)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=os.environ.get("JEJARING_LOG_LEVEL", "info").upper(), handlers=[handler], force=True)
    for noisy in ("nameko.web.server", "amqp", "kombu", "pymongo", "urllib3", "nameko"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
