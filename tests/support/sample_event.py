"""Makes an event of a class from the types of its fields alone, for the first golden line of a new event."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

AT = datetime(2026, 3, 2, tzinfo=UTC)
_SAMPLES: Mapping[Any, Any] = {int: 1, float: 1.0, bool: True, datetime: AT, date: AT.date()}


def sample_event(of: type[Any], known: Mapping[str, Iterable[Any]]) -> Any:
    """An object of a dataclass. A text is the name of its field, a list has one element, a field that may be None is not.

    ``known``: the only values of some fields; the first value is taken. Raises ``TypeError`` for a type without a sample.
    """
    hints = get_type_hints(of, include_extras=True)
    made = {
        field.name: next(iter(known[field.name])) if field.name in known else _sample(field.name, hints[field.name])
        for field in dataclasses.fields(of)
    }
    return of(**made)


def _sample(name: str, hint: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _sample(name, arguments[0])
    if origin in {Union, UnionType}:
        return _sample(name, next(each for each in arguments if each is not NoneType))
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        return tuple(_sample(name, each) for each in arguments if each is not Ellipsis)
    if hint is str:
        return name
    if hint in _SAMPLES:
        return _SAMPLES[hint]
    if dataclasses.is_dataclass(hint):
        return sample_event(hint, {})  # type: ignore[arg-type]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    raise TypeError(f"no sample of {hint} for {name}: write the golden line by hand")
