"""What every operation that the gateway answers itself does alike: the key, a body in JSON, and an answer in JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from gateway.caller import Caller, Callers
from gateway.correlation import correlation_of
from gateway.forwarding import read_body
from gateway.surface import BODY_BYTES
from services.kernel.problem import Malformed

KEY_CHARACTERS = 255


def idempotency_key(request: Request) -> str:
    """The request's ``Idempotency-Key``. Raises ``Malformed`` without a usable one."""
    key = request.headers.get("idempotency-key", "")
    if not key or len(key) > KEY_CHARACTERS:
        raise Malformed(f"send an Idempotency-Key of 1 to {KEY_CHARACTERS} characters")
    return key


async def read_object(request: Request) -> dict[str, Any]:
    """The body, a JSON object; an empty one where nothing was sent. Raises ``Malformed``, ``TooLarge``."""
    body = await read_body(request, BODY_BYTES)
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    if not isinstance(document, dict):
        raise Malformed("the body is not a JSON object")
    return document


async def read_texts(request: Request, fields: Collection[str]) -> dict[str, str]:
    """The body, an object of texts under no other names than these. Raises ``Malformed`` naming what is wrong."""
    document = await read_object(request)
    errors = {name: ["Unknown field."] for name in document if name not in fields}
    errors |= {name: ["Not a valid string."] for name in document if not isinstance(document[name], str)}
    if errors:
        raise Malformed(errors=errors)
    return document


def answered(
    callers: Callers,
    request: Request,
    caller: Caller,
    document: Mapping[str, Any],
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer to a caller, kept by nobody on the way; what the caller has seen by now goes with it."""
    common = {"Cache-Control": "no-store", "Correlation-Id": correlation_of(request)}
    response = JSONResponse(document, status, common | dict(headers or {}))
    callers.remember(request, response, caller)
    return response
