"""Checks a handler's answer against the answer schema that its route declares."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from services.kernel.declare.route import Route


class AnswerDeviates(AssertionError):
    """A handler answered a field that its route does not declare, or left out one that it does."""


def check_answer(service: str, route: Route, body: Any) -> None:
    """Raise ``AnswerDeviates`` where a successful answer's body differs from the declared schema."""
    if route.answer is None:
        return
    found = sorted({*_of_object(route.answer, body)})
    if found:
        raise AnswerDeviates("\n".join(f"{service} {route.name} {deviation}" for deviation in found))


def _of_object(schema: Schema, body: Any, path: str = "") -> Iterator[str]:
    if not isinstance(body, Mapping):
        yield f"{path or '.'}: is {type(body).__name__} and no object"
        return
    shape = {declared.data_key or name: declared for name, declared in schema.fields.items()}
    yield from (f"{path}{name}: not declared" for name in body.keys() - shape.keys())
    for name, declared in shape.items():
        if name not in body:
            if declared.required:
                yield f"{path}{name}: left out"
        else:
            yield from _of_value(declared, body[name], f"{path}{name}")


def _of_value(declared: fields.Field[Any], value: Any, path: str) -> Iterator[str]:
    if value is None and declared.allow_none:
        return
    match declared:
        case fields.Nested(many=True) if isinstance(value, list):
            for each in value:
                yield from _of_object(declared.schema, each, f"{path}[].")
        case fields.Nested():
            yield from _of_object(declared.schema, value, f"{path}.")
        case fields.List() if isinstance(value, list):
            for each in value:
                yield from _of_value(declared.inner, each, f"{path}[]")
        case fields.Dict(value_field=inner) if inner is not None and isinstance(value, Mapping):
            for each in value.values():
                yield from _of_value(inner, each, f"{path}{{}}")
        case _:
            try:
                declared.deserialize(value)
            except ValidationError as error:
                yield f"{path}: {error}"
