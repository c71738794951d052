"""A service's OpenAPI 3.1 fragment, generated from its routes; the gateway merges the fragments and forwards by
them.
"""

from __future__ import annotations

import inspect
import json
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from services.kernel.declare.route import Route
from services.kernel.declare.service import Definition

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "rule": {"type": "string"},
        "errors": {"type": "object"},
    },
}


def fragment(definition: Definition) -> dict[str, Any]:
    """The fragment of one service: its public routes, marked ``x-jejaring-public``, and their schemas.

    Raises ``UserWarning`` for two different shapes with the same name, because OpenAPI would have to rename one of
    them.
    """
    spec = APISpec(
        title=f"Jejaring: {definition.name}",
        version="1",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_schema_name)],
    )
    spec.components.schema("Problem", PROBLEM)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Multiple schemas resolved to the name")
        for route in definition.routes:
            if route.public:
                spec.path(route.path, operations={route.method.lower(): _operation(definition.name, route)})
    document: dict[str, Any] = json.loads(json.dumps(spec.to_dict(), sort_keys=True))
    return document


def fragment_text(definition: Definition) -> str:
    """The fragment as the text of its file: sorted, indented, one newline at the end."""
    return json.dumps(fragment(definition), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def operation_description(handler: Callable[..., Any]) -> dict[str, str]:
    """The ``description`` of an operation: the paragraphs of the handler's docstring after the first, which is the
    summary. Empty for a docstring of one paragraph.
    """
    paragraphs = (inspect.getdoc(handler) or "").split("\n\n")[1:]
    text = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    return {"description": text} if text else {}


def _operation(service: str, route: Route) -> dict[str, Any]:
    success = str(next(iter(route.statuses), 200))
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        **operation_description(route.handler),
        "tags": [service],
        "x-jejaring-public": True,
        "x-jejaring-service": service,
        "x-jejaring-limit": route.limit,
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_headers(route)],
        "responses": {
            success: _response(route.answer),
            "default": {
                "description": "A problem (RFC 9457)",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if route.raw:
        operation["requestBody"] = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
    elif route.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": route.body}}}
    return operation


def _response(answer: Schema | None) -> dict[str, Any]:
    if answer is None:
        return {"description": "Done"}
    return {"description": "Done", "content": {"application/json": {"schema": answer}}}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query_parameters(route: Route) -> list[Mapping[str, Any]]:
    return [] if route.query is None else [{"in": "query", "schema": route.query}]


def _headers(route: Route) -> list[dict[str, Any]]:
    names = ["Idempotency-Key", "If-Match"] if route.writes else ["Wait-For"]
    return [
        {"in": "header", "name": name, "required": name == "Idempotency-Key", "schema": {"type": "string"}}
        for name in names
    ]


def _schema_name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__).removesuffix("Schema") or str(kind.__name__)
