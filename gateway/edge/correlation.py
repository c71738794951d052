"""One id for everything that a request causes, in the logs and commits of all services."""

from __future__ import annotations

import re

from starlette.requests import Request

from services.kernel.base.ids import new_id

HEADER = "Correlation-Id"
_FITS_A_LOG_LINE = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def correlation_of(request: Request) -> str:
    """The caller's ``Correlation-Id``; a new id when the header is missing or would not fit a log line."""
    given: str = getattr(request.state, "correlation", "") or request.headers.get(HEADER, "")
    request.state.correlation = given if _FITS_A_LOG_LINE.fullmatch(given) else new_id()
    return str(request.state.correlation)
