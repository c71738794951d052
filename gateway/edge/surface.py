"""The public surface: the operations in the services' OpenAPI fragments. A route is written once, in its service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.kernel.base.problem import NotAllowed, NotFound
from services.kernel.base.settings import SettingsError
from services.kernel.declare.route import BODY_BYTES
from services.kernel.http.http_request import path_pattern

METHODS = ("get", "put", "post", "patch", "delete")
GATEWAY = "gateway"
"""The owner of the operations that the gateway answers itself."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path of a service or of ``GATEWAY``. ``path`` is the template; ``limit`` is the body limit in
    bytes.
    """

    service: str
    method: str
    path: str
    public: bool
    limit: int = BODY_BYTES


class Surface:
    """The operations of all services and of the gateway, found by method and path.

    Raises ``SettingsError`` when two owners claim the same path, because chance would decide which one answers.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = tuple(operations)
        _refuse_two_owners(self.operations)
        ordered = sorted(self.operations, key=lambda operation: _literal_first(operation.path))
        self._patterns = [(path_pattern(operation.path), operation) for operation in ordered]

    def match(self, method: str, path: str) -> Operation:
        """The public operation that answers. ``GET`` operations also answer ``HEAD``. ``path`` is percent-decoded.

        Raises ``NotFound`` for an unknown or internal path and for the gateway's own operations, which are never
        forwarded; ``NotAllowed`` for another method of a public path.
        """
        wanted = "GET" if method == "HEAD" else method
        if any(segment in {".", ".."} for segment in path.split("/")):
            raise NotFound
        found = [operation for pattern, operation in self._patterns if pattern.fullmatch(path) and operation.public]
        for operation in found:
            if operation.method == wanted and operation.service != GATEWAY:
                return operation
        allowed = sorted({operation.method for operation in found})
        if found and wanted not in allowed:
            raise NotAllowed(allowed=allowed)
        raise NotFound


def read_fragments(rooms: Path, names: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """Each service's OpenAPI document, ``<rooms>/<service>/openapi.json``. Raises ``SettingsError`` that names the
    file.
    """
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


def surface_of(fragments: Mapping[str, Mapping[str, Any]], own: Iterable[Operation] = ()) -> Surface:
    """The surface of the gateway's ``own`` operations and of the operations in the services' fragments.

    In a fragment ``x-jejaring-public`` makes an operation public, and ``x-jejaring-limit`` is its body limit in bytes.
    """
    services = (operation for name, document in fragments.items() for operation in operations_of(name, document))
    return Surface([*own, *services])


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
    owners: dict[str, str] = {}
    for operation in operations:
        # Internal operations are called at the service's own address; every service has its own /healthz.
        if not operation.public:
            continue
        claimant = "the gateway" if operation.service == GATEWAY else operation.service
        owner = owners.setdefault(_nameless(operation.path), claimant)
        if owner != claimant:
            raise SettingsError(f"{operation.path} is claimed by {claimant} and by {owner}")


def _nameless(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _literal_first(path: str) -> tuple[bool, ...]:
    # /v1/members/import must match before /v1/members/{member}, in any order of the fragments.
    return tuple(segment.startswith("{") for segment in path.split("/"))
