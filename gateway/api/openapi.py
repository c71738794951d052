"""``/openapi.json``: the public operations of all services as one OpenAPI 3.1 document; and the list that ``/docs``
shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from gateway.api.own_api import OWN_ROUTES
from gateway.api.route import Route
from gateway.edge.surface import GATEWAY, METHODS
from services.kernel.http.openapi import operation_description

VERSION = "3.1.0"
SECTIONS = ("schemas", "responses", "parameters", "requestBodies", "headers")


def merged(fragments: Mapping[str, Mapping[str, Any]], community: str) -> dict[str, Any]:
    """One document from all fragments. When components of one name differ, the later ones get longer names."""
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    for service, fragment in fragments.items():
        renamed = _renamed(service, fragment, components)
        text = json.dumps({"paths": fragment.get("paths", {}), "components": fragment.get("components", {})})
        for old, new in renamed.items():
            text = text.replace(f'"{old}"', f'"{new}"')
        document = json.loads(text)
        for path, methods in document["paths"].items():
            if public := _public(methods, service):
                paths[path] = public
        for section in SECTIONS:
            for name, content in document["components"].get(section, {}).items():
                own = renamed.get(_reference(section, name), _reference(section, name)).rpartition("/")[2]
                components.setdefault(section, {})[own] = content
    paths |= own_paths(OWN_ROUTES)
    return {
        "openapi": VERSION,
        "info": {
            "title": community,
            "version": "1",
            "description": "Everything a member, a coordinator or a partner may do.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {**components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"token": []}],
    }


def _renamed(service: str, fragment: Mapping[str, Any], components: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Reference → new reference, for each component whose name an earlier fragment uses for something else."""
    return {
        _reference(section, name): _reference(section, f"{service.title()}{name}")
        for section in SECTIONS
        for name, content in fragment.get("components", {}).get(section, {}).items()
        if components.get(section, {}).get(name, content) != content
    }


def _reference(section: str, name: str) -> str:
    return f"#/components/{section}/{name}"


def _public(methods: Mapping[str, Any], service: str) -> dict[str, Any]:
    shared = {name: content for name, content in methods.items() if name not in METHODS}
    public = {
        method: {"tags": [service], **{k: v for k, v in details.items() if not k.startswith("x-jejaring-")}}
        for method, details in methods.items()
        if method in METHODS and details.get("x-jejaring-public") is True
    }
    return shared | public if public else {}


def own_paths(routes: Iterable[Route]) -> dict[str, Any]:
    """The gateway's own operations in OpenAPI, with their schemas inline instead of as named components."""
    spec = APISpec("", "1", VERSION, plugins=[MarshmallowPlugin(schema_name_resolver=lambda _schema: "")])
    for route in routes:
        spec.path(route.path, operations={route.method.lower(): _operation(route)})
    paths: dict[str, Any] = json.loads(json.dumps(spec.to_dict()["paths"]))
    return paths


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "tags": [GATEWAY],
        "operationId": route.name,
        "summary": route.summary,
        **operation_description(route.handler),
    }
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.raw:
        operation["requestBody"] = {"content": {"text/csv": {"schema": {"type": "string"}}}}
    elif route.body is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": route.body}}}
    responses: dict[str, Any] = {str(status): {"description": meaning} for status, meaning in route.statuses.items()}
    success = responses[str(next(iter(route.statuses)))]
    success["content"] = {"application/json": {"schema": route.answer or {"type": "object"}}}
    return {**operation, "responses": responses}


def _parameters(route: Route) -> list[dict[str, Any]]:
    places = [("path", name) for name in re.findall(r"\{(\w+)\}", route.path)]
    if route.writes:
        places.append(("header", "Idempotency-Key"))
    given = [{"name": name, "in": place, "required": True, "schema": {"type": "string"}} for place, name in places]
    return [*given, *([{"in": "query", "schema": route.query}] if route.query else [])]


def operations_by_tag(document: Mapping[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
    """The list for ``/docs``: the operations of each service, sorted by path."""
    groups: dict[str, list[dict[str, str]]] = {}
    for path, methods in document["paths"].items():
        for method, details in methods.items():
            if method in METHODS:
                shown = {"method": method.upper(), "path": path, "summary": details.get("summary", "")}
                groups.setdefault(details["tags"][0], []).append(shown)
    return sorted(groups.items())
