"""Whether a fact's published schema promises what a dataclass reads of it."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, get_args, get_origin

from marshmallow import fields

from services.kernel.declare.schema import Key, hints_of, parsed

FIELDS: Mapping[type[Any], Sequence[type[Any]]] = {
    fields.String: (str,),
    fields.Integer: (int, float),
    fields.Boolean: (bool,),
    fields.Float: (float,),
    fields.AwareDateTime: (datetime, str),
    fields.Date: (date, str),
}


def unpublished(shape: Any, published: Any) -> Iterator[str]:
    """What a dataclass reads of a fact and the source's schema does not promise."""
    for member in dataclasses.fields(shape):
        annotation = parsed(hints_of(shape)[member.name])
        name = next((mark.name for mark in annotation.marks if isinstance(mark, Key)), member.name)
        told = published.fields.get(name)
        optional = member.default is not dataclasses.MISSING or member.default_factory is not dataclasses.MISSING
        if told is None or not (told.required or optional):
            yield f"{shape.__name__}.{name} is not always told"
        else:
            yield from _untyped(f"{shape.__name__}.{name}", annotation, told)


def _untyped(where: str, annotation: Any, told: Any) -> Iterator[str]:
    if told.allow_none and not annotation.nullable:
        yield f"{where} may be null"
    kind, origin = annotation.type, get_origin(annotation.type)
    if kind is Any or origin is Literal:
        return
    match told:
        case fields.Nested() if dataclasses.is_dataclass(kind):
            yield from unpublished(kind, told.schema)
        case fields.List() if origin is tuple:
            yield from _untyped(f"{where}[]", parsed(get_args(kind)[0]), told.inner)
        case fields.Dict() if origin is Mapping:
            if told.value_field is not None:
                yield from _untyped(f"{where}{{}}", parsed(get_args(kind)[1]), told.value_field)
        case _:
            fitting = next((types for made, types in FIELDS.items() if isinstance(told, made)), ())
            if kind not in fitting:
                yield f"{where} is told as {type(told).__name__} and read as {kind}"
