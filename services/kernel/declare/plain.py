"""Dataclasses as plain values and back: documents of views, answers, states of managers, data of facts.

| form | a ``datetime`` is | fields at their default | read with |
|---|---|---|---|
| ``DOCUMENT`` of a view | a date of the database | written | trust |
| ``ANSWER`` | ``2026-03-14T08:30:00Z`` | written | |
| ``STATE`` of a manager | ISO text | left out | trust |
| ``FACT`` of another service | ISO text | | every type checked |

A field that is ``UNSET`` is always left out. Reading ignores unknown fields and gives a missing field its default; a
missing field without a default raises ``Misfit``. *Trust* means: our own code wrote the value, so its type is not
checked.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from cattrs.fns import identity
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from services.kernel.base.times import moment, read
from services.kernel.declare.schema import UNSET, Key, Unset, hints_of, parsed

Shape = TypeVar("Shape")
PRIMITIVES = (str, int, float, bool)


class Misfit(ValueError):
    """The values do not fit the dataclass; the text names the dataclass and the field."""


class Form:
    """One way to write dataclasses as plain values."""

    def __init__(
        self,
        time: Callable[[datetime], Any],
        *,
        omit_defaults: bool = False,
        checked: bool = False,
    ) -> None:
        self._omit_defaults = omit_defaults
        self._converter = Converter(detailed_validation=checked, unstruct_collection_overrides={tuple: list})
        self._write_hooks(time)
        self._read_hooks(checked)

    def write(self, value: Any) -> Any:
        """A dataclass, or a value that holds dataclasses, as plain values."""
        return self._converter.unstructure(value)

    def read(self, shape: type[Shape], value: Mapping[str, Any]) -> Shape:
        """The dataclass that plain values describe. Raises ``Misfit``."""
        return self.reader(shape)(value)

    def reader(self, shape: type[Shape], first: str | None = None) -> Callable[[Mapping[str, Any]], Shape]:
        """Make a reader of one class, faster than ``read``; ``first`` is the stored name of the first field."""
        hook = self._reading(shape, first)

        def read_one(value: Mapping[str, Any]) -> Shape:
            try:
                read: Shape = hook(value, shape)
            except (BaseValidationError, KeyError, TypeError, ValueError, AttributeError) as error:
                raise Misfit(f"{shape.__name__}: {', '.join(transform_error(error))}") from error
            return read

        return read_one

    def _reading(self, shape: Any, first: str | None = None) -> Callable[[Mapping[str, Any], Any], Any]:
        names = dict(_names(shape))
        if first is not None:
            names[dataclasses.fields(shape)[0].name] = first
        how: Any = {name: override(rename=key) for name, key in names.items()}
        return make_dict_structure_fn(shape, self._converter, **how)

    def _write_hooks(self, time: Callable[[datetime], Any]) -> None:
        converter = self._converter
        converter.register_unstructure_hook(datetime, time)
        converter.register_unstructure_hook(date, lambda value: value.isoformat())
        converter.register_unstructure_hook_factory(dataclasses.is_dataclass, self._writing)
        converter.register_unstructure_hook_func(_may_be_unset, converter.unstructure)
        converter.register_unstructure_hook_factory(_is_primitive_or_null, lambda _: identity)

    def _writing(self, shape: Any) -> Callable[[Any], dict[str, Any]]:
        defaults = {member.name: member.default for member in dataclasses.fields(get_origin(shape) or shape)}
        how: Any = {
            name: override(omit_if_default=default is UNSET or self._omit_defaults, rename=_names(shape).get(name))
            for name, default in defaults.items()
        }
        return make_dict_unstructure_fn(shape, self._converter, **how)

    def _read_hooks(self, checked: bool) -> None:
        converter = self._converter
        for kind in PRIMITIVES:
            converter.register_structure_hook(kind, _checked(kind) if checked else _as_it_is)
        if not checked:
            converter.register_structure_hook_factory(_is_bare, lambda _: _as_it_is)
            converter.register_structure_hook_factory(_holds_bare, lambda _: lambda value, _: tuple(value))
        converter.register_structure_hook(
            datetime, lambda value, _: value if isinstance(value, datetime) else read(value)
        )
        converter.register_structure_hook(date, lambda value, _: date.fromisoformat(value))
        converter.register_structure_hook_factory(dataclasses.is_dataclass, self._reading)
        converter.register_structure_hook_factory(_may_be_unset, self._reading_set)

    def _reading_set(self, annotation: Any) -> Callable[[Any, Any], Any]:
        """The reader for ``X | Unset``: a value that was found is of type ``X``."""
        found = parsed(annotation)
        kind = found.type | None if found.nullable else found.type
        return lambda value, _: self._converter.structure(value, kind)


@cache
def _names(shape: Any) -> Mapping[str, str]:
    """Field → outside name, for fields with an outside name."""
    return {
        name: mark.name
        for name, hint in hints_of(shape).items()
        for mark in parsed(hint).marks
        if isinstance(mark, Key)
    }


def _may_be_unset(annotation: Any) -> bool:
    return Unset in get_args(annotation)


def _is_primitive_or_null(annotation: Any) -> bool:
    return get_origin(annotation) in {Union, types.UnionType} and set(get_args(annotation)) <= {
        *PRIMITIVES,
        types.NoneType,
    }


def _is_bare(annotation: Any) -> bool:
    """Whether a value of this type needs no change: a primitive, or a mapping of primitives."""
    if annotation in {*PRIMITIVES, Any, types.NoneType} or get_origin(annotation) is Literal:
        return True
    if get_origin(annotation) in {Annotated, Mapping, Union, types.UnionType}:
        return all(each is Unset or _is_bare(each) for each in _types_in(annotation))
    return False


def _holds_bare(annotation: Any) -> bool:
    return get_origin(annotation) is tuple and _is_bare(get_args(annotation)[0])


def _types_in(annotation: Any) -> tuple[Any, ...]:
    return (annotation.__origin__,) if get_origin(annotation) is Annotated else get_args(annotation)


def _as_it_is(value: Any, _kind: Any) -> Any:
    return value


def _checked(kind: type) -> Callable[[Any, Any], Any]:
    allowed = (int, float) if kind is float else (kind,)

    def check(value: Any, _kind: Any) -> Any:
        if type(value) not in allowed:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return check


DOCUMENT = Form(lambda at: at)
ANSWER = Form(moment)
STATE = Form(datetime.isoformat, omit_defaults=True)
FACT = Form(datetime.isoformat, checked=True)
