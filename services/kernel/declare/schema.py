"""Derives marshmallow's schema of a body, a query or an answer from a frozen dataclass.

The schema reads a request into the dataclass and refuses unknown fields. OpenAPI shows the schema under the dataclass's
name.

| annotation | field |
|---|---|
| ``str`` · ``int`` · ``bool`` · ``float`` | String · Integer · Boolean · Float; in a body only the field's own JSON type, in a query text |
| ``datetime`` · ``date`` | AwareDateTime (ISO, with an offset) · Date |
| ``X | None`` | null is a value |
| ``tuple[X, ...]`` · ``Mapping[str, X]`` | List · Dict |
| a dataclass | Nested |
| ``Literal["a", "b"]`` | one of these |
| ``Any`` · ``Mapping[str, Any]`` | any JSON: only if the shape is truly open |
| ``X | Unset`` with the default ``UNSET`` | a field that may be missing |

``Annotated[X, …]`` adds marshmallow's validators (or a tuple of them), ``Described``, ``Format``, ``Key`` or
``FieldOf``. A request's field is required unless the field has a default, which OpenAPI shows. An answer's field is
required unless its default is ``UNSET``. A rule over several fields stands in ``__post_init__``, which raises
marshmallow's ``ValidationError``.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import OneOf

Use: TypeAlias = Literal["body", "query", "answer"]
_FIRST_TIME, _LAST_TIME = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


class Unset(Enum):
    """The type of ``UNSET``."""

    UNSET = "unset"

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Final = Unset.UNSET
"""A missing field: not sent, or left out of an answer. Differs from null. Counts as false."""


@dataclass(frozen=True)
class Described:
    """The description of a property in OpenAPI."""

    text: str


@dataclass(frozen=True)
class Format:
    """The format of a text in OpenAPI: ``date-time`` for a dataclass field that holds a time as text."""

    name: str


@dataclass(frozen=True)
class Key:
    """The outside name of a field, if Python cannot use the name: ``Annotated[str, Key("from")]``."""

    name: str


@dataclass(frozen=True)
class FieldOf:
    """Makes the marshmallow field if the type does not say enough; the result is used unchanged."""

    make: Callable[[], fields.Field[Any]]


class Truth(fields.Boolean):
    """Accepts only true and false. Marshmallow's own field also accepts 1, "yes" and "on"."""

    def _deserialize(self, value: Any, *_where: Any, **_options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Tuple(fields.List[Any]):
    """A JSON array, read as a tuple."""

    def _deserialize(self, *given: Any, **options: Any) -> Any:
        return tuple(super()._deserialize(*given, **options))


def within_the_calendar(at: datetime) -> None:
    """Raises ``ValidationError`` for a time so near an end of the calendar that it cannot be converted to every
    zone.
    """
    if not _FIRST_TIME <= at <= _LAST_TIME:
        raise ValidationError("Not a time that anything happens at.")


def schema_of(shape: Any, use: Use = "body") -> type[Schema]:
    """The schema of a dataclass, or of a generic dataclass with its argument: ``Listing[PollShown]`` makes
    ``PollShownList``.

    A dataclass without defaults has the same schema for bodies and answers, so that OpenAPI shows one component. Raises
    ``TypeError`` for an annotation that has no JSON form.
    """
    return _derived(shape, "body" if use == "answer" and not _has_defaults(shape) else use)


@cache
def _derived(shape: Any, use: Use) -> type[Schema]:
    hints, members = hints_of(shape), {}
    for member in dataclasses.fields(get_origin(shape) or shape):
        try:
            members[member.name] = _field(hints[member.name], use, **_absence(member, use))
        except TypeError as error:
            raise TypeError(f"{name_of(shape)}.{member.name}: {error}") from error

    def read(_schema: Schema, data: Mapping[str, Any], **_options: Any) -> Any:
        return shape(**data)

    origin = {"__module__": shape.__module__, "__doc__": shape.__doc__}
    return types.new_class(
        name_of(shape), (Schema,), {}, lambda made: made.update(members, **origin, _read=post_load(read))
    )


def name_of(shape: Any) -> str:
    """The name of a dataclass in OpenAPI: its own name, or its ``component``. A generic dataclass adds its
    ``suffix``.
    """
    origin = get_origin(shape)
    if origin is None:
        return str(vars(shape).get("component", shape.__name__))
    return "".join(name_of(each) for each in get_args(shape)) + str(origin.suffix)


def hints_of(shape: Any) -> Mapping[str, Any]:
    """The annotations of a dataclass by field, with type variables replaced by the given arguments."""
    hints = get_type_hints(get_origin(shape) or shape, include_extras=True)
    generic = [shape, *getattr(shape, "__orig_bases__", ())]
    given = {
        variable: argument
        for each in generic
        if dataclasses.is_dataclass(get_origin(each))
        for variable, argument in zip(get_origin(each).__parameters__, get_args(each), strict=True)
    }
    return {name: _with(hint, given) for name, hint in hints.items()} if given else hints


@dataclass(frozen=True)
class Annotation:
    """An annotation taken apart: the bare type, the annotated extras, and whether the field may be null or missing."""

    type: Any
    marks: tuple[Any, ...] = ()
    nullable: bool = False
    may_miss: bool = False


def parsed(annotation: Any) -> Annotation:
    """Take an annotation apart. Raises ``TypeError`` for a union of several types."""
    if get_origin(annotation) is Annotated:
        inner = parsed(annotation.__origin__)
        return dataclasses.replace(inner, marks=(*inner.marks, *annotation.__metadata__))
    if get_origin(annotation) not in {Union, types.UnionType}:
        return Annotation(annotation)
    arguments = get_args(annotation)
    kinds = [each for each in arguments if each not in {types.NoneType, Unset}]
    if len(kinds) != 1:
        raise TypeError(f"{annotation} is a union of several types")
    inner = parsed(kinds[0])
    return dataclasses.replace(
        inner, nullable=inner.nullable or types.NoneType in arguments, may_miss=inner.may_miss or Unset in arguments
    )


def _field(annotation: Any, use: Use, **options: Any) -> fields.Field[Any]:
    found = parsed(annotation)
    metadata = {}
    validators: list[Any] = [within_the_calendar] if found.type is datetime and use != "answer" else []
    for mark in found.marks:
        match mark:
            case FieldOf(make):
                return make()
            case Described(text):
                metadata["description"] = text
            case Format(name):
                metadata["format"] = name
            case Key(name):
                options["data_key"] = name
            case tuple():
                validators.extend(mark)
            case _:
                validators.append(mark)
    if found.nullable:
        options["allow_none"] = True
    return _made(found.type, use, **options, **({"metadata": metadata} if metadata else {}), validate=validators)


def _made(kind: Any, use: Use, **options: Any) -> fields.Field[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _plain(use):
        return _plain(use)[kind](**options)
    if kind is Any or kind is object:
        return fields.Raw(**options)
    if origin is Literal:
        options["validate"] = [OneOf(arguments), *options["validate"]]
        return _made(type(arguments[0]), use, **options)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return Tuple(_field(arguments[0], use), **options)
    if origin in {Mapping, dict}:
        if arguments[1] is Any:
            return fields.Dict(**options)
        return fields.Dict(keys=fields.String(), values=_field(arguments[1], use), **options)
    if dataclasses.is_dataclass(origin or kind):
        return fields.Nested(schema_of(kind, use), **options)
    raise TypeError(f"{kind} says no JSON")


@cache
def _plain(use: Use) -> Mapping[Any, Callable[..., fields.Field[Any]]]:
    in_text = use == "query"
    return {
        str: fields.String,
        int: fields.Integer if in_text else lambda **options: fields.Integer(strict=True, **options),
        bool: fields.Boolean if in_text else Truth,
        float: fields.Float,
        datetime: lambda **options: fields.AwareDateTime(format="iso", **options),
        date: fields.Date,
    }


def _absence(member: dataclasses.Field[Any], use: Use) -> dict[str, Any]:
    """The options for a field that is not sent."""
    default, factory = member.default, member.default_factory
    if default is UNSET:
        return {}
    if use == "answer" or (default is MISSING and factory is MISSING):
        return {"required": True}
    if factory is not MISSING:
        return {"load_default": factory}
    # OpenAPI shows a default that is a plain value.
    return {"load_default": default if default is None or isinstance(default, str | int | float) else lambda: default}


def _has_defaults(shape: Any) -> bool:
    """Whether a field of the dataclass, or of a nested dataclass, has a default that a request would show."""
    members = dataclasses.fields(get_origin(shape) or shape)
    own = any(_absence(each, "body").keys() - {"required"} for each in members)
    return own or any(_has_defaults(inner) for hint in hints_of(shape).values() for inner in _shapes_in(hint))


def _shapes_in(annotation: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(get_origin(annotation) or annotation):
        yield annotation
        return
    arguments: Sequence[Any] = get_args(annotation)
    for argument in arguments:
        yield from _shapes_in(argument)


def _with(annotation: Any, given: Mapping[Any, Any]) -> Any:
    parameters = getattr(annotation, "__parameters__", ())
    if annotation in given:
        return given[annotation]
    return annotation[tuple(given[each] for each in parameters)] if parameters else annotation
