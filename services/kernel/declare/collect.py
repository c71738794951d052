"""Collects what the modules of a package declare, so that a new module is named nowhere else.

Modules are read in the order of their names, and what a module declares in the order in which it stands there. A name that two
modules give to different things is refused by ``Routes`` for operations and here for views and process managers.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any, TypeVar

from services.kernel.declare.process import ProcessManager
from services.kernel.declare.route import Routes
from services.kernel.declare.view import View

Kind = TypeVar("Kind")


def routes_in(package: str) -> Routes:
    """The routes of all modules of a package: each module's ``routes``. Raises ``ValueError`` for two of one name."""
    return Routes(*(module.routes for module in _modules(package) if hasattr(module, "routes")))


def views_in(package: str) -> tuple[View[Any], ...]:
    """The views that the modules of a package declare. Raises ``ValueError`` for two of one name."""
    return _declared(package, View)


def managers_in(package: str) -> tuple[ProcessManager[Any], ...]:
    """The process managers that the modules of a package declare. Raises ``ValueError`` for two of one name."""
    return _declared(package, ProcessManager)


def _declared(package: str, kind: type[Kind]) -> tuple[Kind, ...]:
    found: dict[str, Kind] = {}
    for module in _modules(package):
        for value in vars(module).values():
            if isinstance(value, kind):
                name = str(value.name)  # type: ignore[attr-defined]
                if found.setdefault(name, value) is not value:
                    raise ValueError(f"{package} declares {name} twice")
    return tuple(found.values())


def _modules(package: str) -> Iterator[ModuleType]:
    paths = importlib.import_module(package).__path__
    for name in sorted(found.name for found in pkgutil.iter_modules(paths)):
        yield importlib.import_module(f"{package}.{name}")
