"""The public surface: what the services' own OpenAPI fragments say they offer. A route is written once, in its service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.kernel.problem import NotAllowed, NotFound
from services.kernel.settings import SettingsError

BODY_BYTES = 256_000
METHODS = ("get", "put", "post", "patch", "delete")
OWN_PATHS: Mapping[str, Sequence[str]] = {
    "/v1/ask": ("GET", "POST"),
    "/v1/me/dashboard": ("GET",),
    "/v1/me/export": ("GET",),
    "/v1/activities/{activity}/walk-ins": ("POST",),
    "/v1/activities/{activity}/walk-ins/import": ("POST",),
    "/v1/activities/{activity}/guest-registrations": ("POST",),
    "/v1/reports/evidence/{library}": ("GET", "POST"),
}
"""Compositions, with the methods of each: the gateway answers these itself, and no service may claim them."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path of one service. ``path`` is the template; ``limit`` the most bytes that its body may have."""

    service: str
    method: str
    path: str
    public: bool
    limit: int = BODY_BYTES


class Surface:
    """The operations of all services, to be found by method and path.

    Raises ``SettingsError`` where two services own the same path: which of them would answer would be chance.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = tuple(operations)
        _refuse_two_owners(self.operations)
        ordered = sorted(self.operations, key=lambda operation: _literal_first(operation.path))
        self._patterns = [(re.compile(_pattern(operation.path)), operation) for operation in ordered]

    def match(self, method: str, path: str) -> Operation:
        """The public operation that answers; ``HEAD`` is answered by ``GET``. ``path`` is percent-decoded.

        Raises ``NotFound`` for an unknown or unpublished path, ``NotAllowed`` for another method of a public one.
        """
        wanted = "GET" if method == "HEAD" else method
        if any(segment in {".", ".."} for segment in path.split("/")):
            raise NotFound
        found = [operation for pattern, operation in self._patterns if pattern.fullmatch(path) and operation.public]
        for operation in found:
            if operation.method == wanted:
                return operation
        if found:
            raise NotAllowed(allowed=sorted({operation.method for operation in found}))
        own = [goes for template, goes in OWN_PATHS.items() if re.fullmatch(_pattern(template), path)]
        if own and wanted not in own[0]:
            raise NotAllowed(allowed=own[0])
        raise NotFound


def read_fragments(rooms: Path, names: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """Each service's OpenAPI document, ``<rooms>/<service>/openapi.json``. Raises ``SettingsError``, naming the file."""
    fragments = {}
    for name in names:
        path = rooms / name / "openapi.json"
        try:
            fragments[name] = json.loads(path.read_text("utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(f"there is no {path}: the gateway cannot know what {name} offers") from error
        except ValueError as error:
            raise SettingsError(f"{path} is not JSON: {error}") from error
    return fragments


def surface_of(fragments: Mapping[str, Mapping[str, Any]]) -> Surface:
    """The surface that the fragments describe; ``x-jejaring-public`` opens an operation, ``x-jejaring-limit`` is its bytes."""
    return Surface(operation for name, document in fragments.items() for operation in operations_of(name, document))


def operations_of(service: str, document: Mapping[str, Any]) -> Sequence[Operation]:
    """The operations of one fragment."""
    return [
        Operation(
            service=service,
            method=method.upper(),
            path=path,
            public=details.get("x-jejaring-public") is True,
            limit=int(details.get("x-jejaring-limit", BODY_BYTES)),
        )
        for path, methods in document.get("paths", {}).items()
        for method, details in methods.items()
        if method in METHODS
    ]


def _refuse_two_owners(operations: Iterable[Operation]) -> None:
    owners = {_nameless(path): "the gateway" for path in OWN_PATHS}
    for operation in operations:
        # What is not public is reached at the service's own address; every service has its own /healthz.
        if not operation.public:
            continue
        owner = owners.setdefault(_nameless(operation.path), operation.service)
        if owner != operation.service:
            raise SettingsError(f"{operation.path} is claimed by {operation.service} and by {owner}")


def _nameless(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _literal_first(path: str) -> tuple[bool, ...]:
    # /v1/members/import before /v1/members/{member}, whichever service or fragment comes first.
    return tuple(segment.startswith("{") for segment in path.split("/"))


def _pattern(path: str) -> str:
    return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
