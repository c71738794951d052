"""Whether the documents of a view fit its row."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from services.kernel.declare.schema import Key, hints_of, parsed
from services.kernel.declare.view import Change, Expression, Remove, View


def misfits(view: View[Any], changes: Sequence[Change | Remove]) -> list[str]:
    """Every path that the row does not declare, and every value that is not of its type."""
    found = []
    for change in changes:
        if isinstance(change, Change):
            for path, value in change.set.items():
                found += _at(view.row, path.split("."), value, path)
    return found


def _at(annotation: Any, path: Sequence[str], value: Any, whole: str) -> Iterator[str]:
    """Follow a path into a type, and compare the value with what stands there."""
    found = parsed(annotation)
    kind, origin = found.type, get_origin(found.type)
    if kind is Any:
        return
    if not path:
        yield from _typed(annotation, value, whole)
    elif dataclasses.is_dataclass(kind):
        inner = _members(kind).get(path[0])
        if inner is None:
            yield f"{whole}: {kind.__name__} has no {path[0]}"
        else:
            yield from _at(inner, path[1:], value, whole)
    elif origin is Mapping:
        yield from _at(get_args(kind)[1], path[1:], value, whole)
    else:
        yield f"{whole}: {kind} has no fields"


def _typed(annotation: Any, value: Any, whole: str) -> Iterator[str]:
    found = parsed(annotation)
    kind, origin = found.type, get_origin(found.type)
    if isinstance(value, Expression) or (value is None and found.nullable) or kind is Any:
        return
    if dataclasses.is_dataclass(kind) and isinstance(value, Mapping):
        for name, each in value.items():
            yield from _at(kind, [name], each, f"{whole}.{name}")
        yield from (f"{whole}: no {name}" for name in _needed(kind) - set(value))
    elif origin is tuple and isinstance(value, list | tuple):
        for each in value:
            yield from _typed(get_args(kind)[0], each, f"{whole}[]")
    elif origin is Mapping and isinstance(value, Mapping):
        for name, each in value.items():
            yield from _typed(get_args(kind)[1], each, f"{whole}.{name}")
    elif origin is Literal:
        yield from [] if value in get_args(kind) else [f"{whole}: {value!r} is none of {get_args(kind)}"]
    elif not isinstance(kind, type) or not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        yield f"{whole}: {value!r} is no {kind}"


def _members(shape: Any) -> dict[str, Any]:
    hints = hints_of(shape)
    names = {each.name: next((m.name for m in parsed(hints[each.name]).marks if isinstance(m, Key)), each.name)
             for each in dataclasses.fields(shape)}  # fmt: skip
    return {outside: hints[name] for name, outside in names.items()}


def _needed(shape: Any) -> set[str]:
    return {
        name
        for name, each in zip(_members(shape), dataclasses.fields(shape), strict=True)
        if each.default is each.default_factory is dataclasses.MISSING
    }
