"""Reads the parts of an HTTP request, by the same rules at the gateway and in every service."""

from __future__ import annotations

import json
import re
from typing import Any

from marshmallow import Schema, ValidationError

from services.kernel.base.problem import Malformed

KEY_CHARACTERS = 255


def idempotency_key(given: str | None) -> str:
    """The value of ``Idempotency-Key``. Raises ``Malformed`` for a missing, empty or too long value."""
    if not given or len(given) > KEY_CHARACTERS:
        raise Malformed(f"send an Idempotency-Key of 1 to {KEY_CHARACTERS} characters")
    return given


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; an empty object for an empty body. Raises ``Malformed`` for any other body."""
    if not body:
        return {}
    try:
        document = json.loads(body)
        # JSON can hold half a character, NaN and endless nesting. Such a document could not be stored or sent on.
        json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    if not isinstance(document, dict):
        raise Malformed("the body is not a JSON object")
    return document


def loaded(schema: Schema, document: dict[str, Any]) -> Any:
    """The document, loaded with ``schema``. Raises ``Malformed`` with the errors by field."""
    try:
        return schema.load(document)
    except ValidationError as error:
        raise Malformed(errors=error.messages) from error


def path_pattern(template: str) -> re.Pattern[str]:
    """The pattern for a template such as ``/v1/topics/{topic}``; each parameter is a named group without a slash."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)))
