"""``/openapi.json``: the services' fragments as one OpenAPI 3.1 document, public operations only; and ``/docs`` to read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateway import questions
from gateway.surface import METHODS

VERSION = "3.1.0"
SECTIONS = ("schemas", "responses", "parameters", "requestBodies", "headers")


def merged(fragments: Mapping[str, Mapping[str, Any]], community: str) -> dict[str, Any]:
    """One document from all fragments. Components of one name and different content keep both, under longer names."""
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
    paths |= {**_own_paths(), **questions.paths()}
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
    """Reference → new reference, for each component whose name an earlier fragment gave to something else."""
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


def _own_paths() -> dict[str, Any]:
    anything = {"content": {"application/json": {"schema": {"type": "object"}}}}
    text = {"type": "string"}
    guest = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"name": text, "email": text, "phone": text},
    }
    return {
        "/v1/me/dashboard": {
            "get": {
                "tags": ["gateway"],
                "operationId": "dashboard",
                "summary": "Oneself, one's participation and one's messages; a part that is down is null with a warning",
                "responses": {
                    "200": {"description": "The dashboard", **anything},
                    "401": {"description": "Log in first"},
                },
            }
        },
        "/v1/activities/{activity}/walk-ins": {
            "post": {
                "tags": ["gateway"],
                "operationId": "walk-in",
                "summary": "Somebody came who is nobody's member: presence and, where given, name and contact",
                "parameters": [
                    {"name": "activity", "in": "path", "required": True, "schema": text},
                    {"name": "Idempotency-Key", "in": "header", "required": True, "schema": text},
                ],
                "requestBody": {"content": {"application/json": {"schema": guest}}},
                "responses": {"201": {"description": "The guest's id; warnings say what is missing", **anything}},
            }
        },
        "/v1/activities/{activity}/walk-ins/import": {
            "post": {
                "tags": ["gateway"],
                "operationId": "import-walk-ins",
                "summary": "A paper list of who was there, as CSV with name, email and phone; sent again it adds nobody",
                "parameters": [
                    {"name": "activity", "in": "path", "required": True, "schema": text},
                    {"name": "Idempotency-Key", "in": "header", "required": True, "schema": text},
                ],
                "requestBody": {"content": {"text/csv": {"schema": text}}},
                "responses": {"200": {"description": "How many were recorded, and what is wrong by row", **anything}},
            }
        },
        "/v1/activities/{activity}/guest-registrations": {
            "post": {
                "tags": ["gateway"],
                "operationId": "register-guest",
                "summary": "A seat, or a place in line, for whoever is nobody's member, where the activity is open",
                "parameters": [
                    {"name": "activity", "in": "path", "required": True, "schema": text},
                    {"name": "Idempotency-Key", "in": "header", "required": True, "schema": text},
                ],
                "requestBody": {"content": {"application/json": {"schema": {**guest, "required": ["name"]}}}},
                "responses": {
                    "201": {"description": "The guest's id and seat; warnings say what is missing", **anything},
                    "422": {"description": "It is for members, or closed"},
                },
            }
        },
    }


def operations_by_tag(document: Mapping[str, Any]) -> list[tuple[str, list[dict[str, str]]]]:
    """What ``/docs`` lists: per service the operations, in the order of their paths."""
    groups: dict[str, list[dict[str, str]]] = {}
    for path, methods in document["paths"].items():
        for method, details in methods.items():
            if method in METHODS:
                shown = {"method": method.upper(), "path": path, "summary": details.get("summary", "")}
                groups.setdefault(details["tags"][0], []).append(shown)
    return sorted(groups.items())
