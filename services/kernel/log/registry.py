"""Event name and version ⇄ dataclass.

Stored events are never rewritten. Upcasters lift the data of an old release, as a plain dict, one version at a time,
until the data has the fields of today's class.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from cattrs import Converter
from cattrs.errors import BaseValidationError

from services.kernel.base.message import Event

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class Unreadable(Exception):
    """This release does not know the event's name or version, or the event's data does not fit its class."""


class Registry:
    """The events of one service."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Event]] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}
        self._converter = Converter(forbid_extra_keys=True, prefer_attrib_converters=True)
        self._converter.register_unstructure_hook(datetime, lambda value: value.isoformat())
        self._converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
        self._converter.register_unstructure_hook(date, lambda value: value.isoformat())
        self._converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))

    def register(self, *classes: type[Event]) -> None:
        """Make event classes known under their names.

        Raises ``ValueError`` if a name is taken, or if a class is not a frozen dataclass.
        """
        for event_class in classes:
            name = event_class.__name__
            if self._classes.get(name, event_class) is not event_class:
                raise ValueError(f"two event classes are named {name}")
            parameters = getattr(event_class, "__dataclass_params__", None)
            if not dataclasses.is_dataclass(event_class) or parameters is None or not parameters.frozen:
                raise ValueError(f"{name} is not a frozen dataclass")
            self._classes[name] = event_class

    def upcaster(self, name: str, schema: int) -> Callable[[Upcaster], Upcaster]:
        """Decorate the function that lifts the data of ``name`` from version ``schema`` to the next version."""

        def remember(lift: Upcaster) -> Upcaster:
            if (name, schema) in self._upcasters:
                raise ValueError(f"{name} v{schema} has an upcaster already")
            self._upcasters[name, schema] = lift
            return lift

        return remember

    def names(self) -> frozenset[str]:
        """The names of all known events."""
        return frozenset(self._classes)

    def dump(self, event: Event) -> tuple[str, int, dict[str, Any]]:
        """Name, version and JSON data of an event. Raises ``Unreadable`` for an unregistered class."""
        name = type(event).__name__
        if self._classes.get(name) is not type(event):
            raise Unreadable(f"{name} is not registered")
        return name, event.schema, self._converter.unstructure(event)

    def load(self, name: str, schema: int, data: Mapping[str, Any]) -> Event:
        """The stored event, lifted to today's version.

        Raises ``Unreadable`` if the name is unknown, the version is newer than this release's, an upcaster is missing,
        or the data does not fit.
        """
        event_class = self._classes.get(name)
        if event_class is None:
            raise Unreadable(f"unknown event {name}")
        if schema > event_class.schema:
            raise Unreadable(f"{name} v{schema} is newer than v{event_class.schema}, which is known here")
        lifted = dict(data)
        for version in range(schema, event_class.schema):
            lift = self._upcasters.get((name, version))
            if lift is None:
                raise Unreadable(f"no upcaster for {name} v{version}")
            lifted = lift(lifted)
        try:
            return self._converter.structure(lifted, event_class)
        except (BaseValidationError, ValueError, TypeError, KeyError) as error:
            raise Unreadable(f"{name} v{schema} does not fit its class") from error
