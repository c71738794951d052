"""A process manager's state as a frozen dataclass, kept as JSON in the manager's document.

A dataclass with a default for every field stands for ``{}`` too. Fields are stored under their own names: lists for tuples,
objects for mappings and nested dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from cattrs import Converter

S = TypeVar("S")
People = tuple[str, ...]
"""Ids of persons and guests, in the order in which they were heard of."""

_CONVERTER = Converter(unstruct_collection_overrides={tuple: list})
# Thousands of ids are read for one fact: cattrs would look at each of them.
_CONVERTER.register_structure_hook_func(lambda wanted: wanted == People, lambda ids, _: tuple(ids))


class StoredState(Generic[S]):
    """Reads and writes the documents of one state class.

    ``sparse``: a field that holds its default is left out, unless the document had it already.
    """

    def __init__(self, state: type[S], *, sparse: bool = True) -> None:
        self._state = state
        self._left_out: Mapping[str, Any] = _CONVERTER.unstructure(state()) if sparse else {}

    def read(self, document: Mapping[str, Any]) -> S:
        """The state that a document holds; a missing field has its default. Raises cattrs' errors if it does not fit."""
        return _CONVERTER.structure(document, self._state)

    def write(self, state: S, before: Mapping[str, Any]) -> dict[str, Any]:
        """The document of ``state``. ``before`` is the document it was read from; what we do not know in it stays."""
        document: dict[str, Any] = _CONVERTER.unstructure(state)
        kept = {
            name: value
            for name, value in document.items()
            if name in before or name not in self._left_out or value != self._left_out[name]
        }
        return {**before, **kept}


def added(people: People, *more: str | None) -> People:
    """The people, then those of ``more`` who are not among them yet. None stands for nobody."""
    return (*people, *dict.fromkeys(person for person in more if person and person not in people))


def removed(people: People, person: str) -> People:
    """The people without one of them."""
    return tuple(other for other in people if other != person)
